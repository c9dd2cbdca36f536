import type { Messages } from './message-key.ts';

const INVALID = 'Die Anfrage ist ungültig.';

/** German. */
export const de: Messages = {
  authentication:
    'Authentifizierung fehlgeschlagen. Kein api-key, falscher api-key oder falscher Header-Name.',
  authorization: 'Autorisierung fehlgeschlagen. Der Aufrufer hat kein Recht an dieser Ressource.',
  'entity-not-found': 'Die Entität existiert nicht.',
  'route-not-found': 'Die Entität existiert nicht.',
  'parameter-invalid': `${INVALID} Der Parameter {0} ist ungültig.`,
  'image-required': `${INVALID} Ein Bild ist erforderlich.`,
  'body-malformed': `${INVALID} Der Inhalt konnte nicht gelesen werden.`,
  'image-single': `${INVALID} Genau ein Bild ist erlaubt.`,
  'image-too-large': `${INVALID} Das Bild ist größer als {0} Bytes.`,
  'image-too-small': `${INVALID} Das Bild ist kleiner als {0} Bytes.`,
  'image-type': `${INVALID} Unterstützte MIME-Typen: {0}.`,
  'image-unreadable': `${INVALID} Das Bild ist beschädigt oder unvollständig.`,
  'image-too-complex': `${INVALID} Das Bild ist zu komplex.`,
  'concurrent-modification':
    'Gleichzeitige Änderung erkannt. Die Entität wurde von einer anderen Anfrage geändert.',
  'rate-limit': 'Zugriff verweigert - das Anfragelimit ist überschritten.',
  method: 'Die Methode wird für diese Ressource nicht unterstützt.',
  'not-acceptable': 'Keiner der akzeptierten Medientypen kann erzeugt werden.',
  'media-type': 'Der Medientyp der Anfrage wird nicht unterstützt.',
  timeout: 'Die Anfrage hat zu lange gedauert.',
  unavailable: 'Der Dienst ist nicht verfügbar. Bitte später erneut versuchen.',
  unexpected: 'Unerwarteter Systemfehler.',
};
