import type { MigrationAtBackend } from '../requests/migration-at-backend.ts';
import type { PersonFinding } from './look-at-person.ts';
import type { StageDifference } from './preflight-report.ts';

/** Lists what clients will notice in each stage, judged by the sample and the settings. */
export function foreseeDifferences(
  {
    settings,
    backend,
    isTranslated,
    rendition,
  }: Pick<MigrationAtBackend, 'settings' | 'backend' | 'isTranslated' | 'rendition'>,
  findings: readonly PersonFinding[],
  unknownCallers: number,
): readonly StageDifference[] {
  const share = (count: number) => `${count} of ${findings.length} people of the sample`;
  const unknown = findings.filter(({ person }) => person !== 'known').length;
  const refused = findings.filter(({ pictures }) =>
    pictures.some((picture) => picture.kind === 'held' && picture.refusal !== undefined),
  ).length;
  const lost = findings.filter(({ pictures }) => pictures.some(({ kind }) => kind !== 'held')).length;
  const other = findings.filter(({ pictures }) =>
    pictures.some((picture) => picture.kind === 'held' && picture.here === 'another'),
  ).length;
  const empty = new Set(findings.flatMap(({ unknownFields }) => unknownFields));
  const learnt = new Set<string>(settings.learn);
  const missing = [...empty].filter((field) => !learnt.has(field));
  const translated = isTranslated
    ? ['answers are translated; what is lost or made up is named in the header that lossHeader names']
    : [];
  const refusals = [
    ...(unknown > 0 ? [`${share(unknown)} get 404, because the directory does not know them`] : []),
    ...(unknownCallers > 0 ? ['callers whose credential is not known here are refused (401)'] : []),
    ...(refused > 0 ? [`uploads like those of ${share(refused)} are refused (400)`] : []),
    ...(backend.canDelete ? [] : ['deletes are refused (405) until complete']),
  ];
  return [
    { stage: 'pass-through', clients: translated },
    { stage: 'shadow', clients: translated },
    { stage: 'dual-write', clients: [...translated, ...refusals] },
    {
      stage: 'switched',
      clients: [
        ...refusals,
        'picture addresses lead to the gateway, are signed and expire',
        ...(rendition === 'original'
          ? []
          : ['pictures are shown in the dialect’s own rendition, without metadata']),
        ...(missing.length > 0
          ? [`${missing.join(', ')} are empty where the directory does not know them`]
          : []),
        ...(lost > 0 ? [`pictures of ${share(lost)} are missing: they cannot be fetched`] : []),
        ...(other > 0 ? [`${share(other)} show the picture that was written here before`] : []),
      ],
    },
    { stage: 'complete', clients: ['addresses that the backend printed end with the backend'] },
  ];
}
