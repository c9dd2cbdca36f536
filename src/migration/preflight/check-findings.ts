import type { MigrationAtBackend } from '../requests/migration-at-backend.ts';
import type { PersonFinding, PictureFinding } from './look-at-person.ts';
import type { PreflightCheck } from './preflight-report.ts';

/** Whether anything answers at the backend's address. */
export type Reach =
  | { readonly kind: 'answers'; readonly status: number; readonly tookMs: number }
  | { readonly kind: 'silent'; readonly why: string };

/** A larger difference between the clocks breaks tokens and addresses that expire, in milliseconds. */
const MOST_SKEW_MS = 5_000;

/** See `Reach`. */
export function checkReach(reach: Reach): PreflightCheck {
  return reach.kind === 'answers'
    ? good('the backend answers', `status ${reach.status} after ${Math.round(reach.tookMs)} ms`)
    : reportFailure(
        'the backend answers',
        reach.why,
        'check migration.backends[].baseUrl, and that the backend runs',
      );
}

/**
 * The checks of the people in the sample. `unknownCallers`: how many requests in `shadow` had a credential or
 * person that the gateway did not know.
 */
export function checkPeople(
  at: Pick<MigrationAtBackend, 'settings' | 'backend' | 'name'>,
  findings: readonly PersonFinding[],
  unknownCallers: number,
): PreflightCheck[] {
  if (findings.length === 0) return [];
  const pictures = findings.flatMap((finding) => finding.pictures);
  return [
    checkCredential(at, findings),
    checkKnown(findings),
    checkAnswers(findings),
    checkPictures(pictures),
    checkOrigins(pictures),
    checkIntake(pictures),
    checkRedirects(findings),
    checkEncoding(findings),
    checkClock(findings),
    checkNames(at, findings),
    checkCallers(unknownCallers),
    at.backend.canDelete
      ? good('deletes can be said', 'the backend’s API has a delete')
      : warning(
          'deletes can be said',
          'the backend’s API has none',
          'from dual-write until complete a delete is answered with 405',
        ),
  ];
}

function checkCredential(
  { settings }: Pick<MigrationAtBackend, 'settings'>,
  findings: readonly PersonFinding[],
): PreflightCheck {
  const name = 'the gateway’s credential is accepted';
  const { credential } = settings;
  const next = 'set migration.backends[].credential: the reconciler and the backfill need it';
  if (!credential) return reportFailure(name, 'there is none', next);
  const tried = findings.filter(({ answer }) => answer !== undefined && answer !== 'no answer');
  const refused = tried.filter(({ answer }) => answer === 'credential refused');
  if (tried.length === 0)
    return reportFailure(name, `${credential.kind}: could not be tried`, 'see the checks below');
  const found = `${credential.kind}: tried for ${tried.length} people, refused for ${refused.length}`;
  return refused.length === 0
    ? good(name, found)
    : reportFailure(name, found, 'correct the credential, or what it may do at the backend', idsOf(refused));
}

function checkKnown(findings: readonly PersonFinding[]): PreflightCheck {
  const name = 'the people of the list are known here';
  const unknown = findings.filter(({ person }) => person === 'unknown');
  const nameless = findings.filter(({ person }) => person === 'no id');
  if (unknown.length + nameless.length === 0) return good(name, `all ${findings.length}`);
  const parts = [
    ...(unknown.length > 0 ? [`${unknown.length} in no directory`] : []),
    ...(nameless.length > 0 ? [`${nameless.length} without an id in the backend’s dialect`] : []),
  ];
  return reportFailure(name, parts.join('; '), 'polyface people import; or correct the list', [
    ...idsOf(unknown),
    ...idsOf(nameless),
  ]);
}

function checkAnswers(findings: readonly PersonFinding[]): PreflightCheck {
  const name = 'the backend’s answers are the dialect’s';
  const unclear = findings.filter(({ answer }) => answer === 'not understood' || answer === 'no answer');
  const unknown = findings.filter(({ answer }) => answer === 'nobody').length;
  return unclear.length === 0
    ? good(name, unknown === 0 ? 'all are understood' : `all are understood; ${unknown} people unknown there`)
    : reportFailure(
        name,
        `${unclear.length} are not`,
        'make sure that baseUrl leads to the API itself, with its base path',
        idsOf(unclear),
      );
}

function checkPictures(pictures: readonly PictureFinding[]): PreflightCheck {
  const name = 'the backend shows pictures';
  const held = pictures.filter(({ kind }) => kind === 'held').length;
  const gone = pictures.filter(({ kind }) => kind === 'gone').length;
  if (held === 0) {
    const next =
      'take people into the list who have pictures; a backend that shows none cannot be told from a wrong one';
    return reportFailure(name, gone === 0 ? 'nobody has one' : `${gone} addresses lead nowhere`, next);
  }
  return gone === 0
    ? good(name, `${held} were fetched`)
    : warning(
        name,
        `${held} were fetched, ${gone} addresses lead nowhere`,
        'those people will have no picture here',
      );
}

function checkOrigins(pictures: readonly PictureFinding[]): PreflightCheck {
  const name = 'pictures lie where they may be fetched';
  const origins = new Set(
    pictures.flatMap((picture) => (picture.kind === 'elsewhere' ? [picture.origin] : [])),
  );
  return origins.size === 0
    ? good(name, 'all')
    : reportFailure(
        name,
        `some are at ${[...origins].slice(0, 5).join(', ')}`,
        'name these origins in migration.backends[].pictureOrigins',
      );
}

function checkIntake(pictures: readonly PictureFinding[]): PreflightCheck {
  const name = 'such pictures are accepted here';
  const reasons = countBy(
    pictures.flatMap((one) => (one.kind === 'held' && one.refusal ? [one.refusal] : [])),
  );
  return reasons.length === 0
    ? good(name, 'all')
    : warning(
        name,
        reasons.map(([reason, count]) => `${count} ${reason}`).join(', '),
        'from dual-write on an upload of such a picture is refused with 400; the dialect’s options set sizes and formats',
      );
}

function checkRedirects(findings: readonly PersonFinding[]): PreflightCheck {
  const name = 'the backend does not redirect';
  const to = findings.flatMap(({ redirectsTo }) => redirectsTo ?? []);
  return to.length === 0
    ? good(name, 'none')
    : reportFailure(
        name,
        `${to.length} answers lead elsewhere`,
        'name the address that answers in baseUrl, or set preserveHost',
        to.slice(0, 1),
      );
}

function checkEncoding(findings: readonly PersonFinding[]): PreflightCheck {
  const encodings = countBy(findings.flatMap(({ encoding }) => encoding ?? []));
  const found = encodings.map(([encoding, count]) => `${encoding}: ${count}`).join(', ');
  return good('compressed answers are understood', found === '' ? 'none are compressed' : found);
}

function checkClock(findings: readonly PersonFinding[]): PreflightCheck {
  const name = 'the clocks agree';
  const skews = findings.flatMap(({ skewMs }) => skewMs ?? []);
  if (skews.length === 0) return warning(name, 'the backend says no Date', 'compare the clocks by hand');
  const worst = skews.reduce((one, other) => (Math.abs(other) > Math.abs(one) ? other : one), 0);
  const found = `at most ${(worst / 1000).toFixed(0)} s apart`;
  return Math.abs(worst) <= MOST_SKEW_MS
    ? good(name, found)
    : warning(name, found, 'set both by NTP: tokens and signed addresses expire too early or too late');
}

function checkNames(
  { settings }: Pick<MigrationAtBackend, 'settings'>,
  findings: readonly PersonFinding[],
): PreflightCheck {
  const name = 'names, e-mail and phone are known here';
  const learnt = new Set<string>(settings.learn);
  const unknown = countBy(findings.flatMap(({ unknownFields }) => unknownFields));
  const fields = unknown.filter(([field]) => !learnt.has(field));
  return fields.length === 0
    ? good(name, unknown.length === 0 ? 'all that the backend prints' : 'they will be learned')
    : warning(
        name,
        `not known: ${fields.map(([field, count]) => `${field} of ${count}`).join(', ')}`,
        'set migration.backends[].learn, or import them; until then answers in switched leave them empty',
      );
}

function checkCallers(unknownCallers: number): PreflightCheck {
  const name = 'the clients’ credentials are known here';
  return unknownCallers === 0
    ? good(name, 'no request was counted as "not known here" so far')
    : warning(
        name,
        `${unknownCallers} requests in shadow were of callers or people not known here`,
        'polyface keys import, polyface people import; from dual-write on such requests are refused',
      );
}

function good(name: string, found: string): PreflightCheck {
  return { name, verdict: 'good', found };
}

function warning(name: string, found: string, next: string): PreflightCheck {
  return { name, verdict: 'warning', found, next };
}

function reportFailure(
  name: string,
  found: string,
  next: string,
  examples: readonly string[] = [],
): PreflightCheck {
  return { name, verdict: 'failed', found, next, ...(examples.length > 0 ? { examples } : {}) };
}

/** Each different text with its number, the most frequent first. */
function countBy(texts: readonly string[]): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
}

function idsOf(findings: readonly PersonFinding[]): string[] {
  return findings.slice(0, 5).map(({ id }) => id);
}
