import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BackfillReport } from '../migration/lists/backfill-list.ts';
import type { ListRunResult, ListRunStop } from '../migration/lists/list-run.ts';
import { readRunPeople } from '../migration/lists/run-records.ts';
import type { VerificationEvidence } from '../migration/lists/verify-list.ts';
import type { OperatedBackend } from '../migration/operate/operated-backend.ts';

/** Exit codes of `backfill` and `backfill verify`; the first that applies. */
const EXIT_CODES = {
  interrupted: 130,
  'nobody has a picture': 5,
  'no answer': 3,
  /** The two sides differ. */
  differs: 2,
  /** The backend gave no clear answer about a person. */
  unclear: 3,
  /** The list names ids that no person has. */
  unknown: 4,
  /** A person has not reached dual-write. */
  waiting: 6,
} as const satisfies Record<ListRunStop | 'differs' | 'unclear' | 'unknown' | 'waiting', number>;

/** The message about a run that stopped. */
const STOPPED: Readonly<Record<ListRunStop, string>> = {
  interrupted: 'interrupted; the next run over the same list goes on from here',
  'no answer':
    'the backend gives no answer about anybody; the next run over the same list goes on from here, once it answers',
  'nobody has a picture':
    'the backend has no picture of many people in a row: make sure that it is the right backend; if that is so, go on with --accept-empty',
};

/** Writes the result of each id: `outcome`, `id` and the reason, separated by tabs. */
export async function writeOutcomes(
  file: string,
  { core }: OperatedBackend,
  ids: readonly string[],
  { head }: ListRunResult<string>,
): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    let place = 0;
    for await (const { outcome, note = '' } of readRunPeople(core.records, head)) {
      yield `${outcome}\t${ids[place] ?? ''}\t${note.replace(/\s+/g, ' ')}\n`;
      place += 1;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
}

/** The report of a run, as far as it decides the exit code. */
export type JudgedReport =
  | Pick<BackfillReport, 'failed' | 'unknown' | 'waiting'>
  | Pick<VerificationEvidence, 'subjects' | 'equal' | 'differences' | 'unknown'>;

/** Says on standard error why a run stopped, and gives the exit code of the command. */
export function explainStop(stopped: ListRunStop): number {
  process.stderr.write(`${STOPPED[stopped]}\n`);
  return EXIT_CODES[stopped];
}

/** The exit code of a run that went over its whole list. */
export function exitCodeOf(report: JudgedReport): number {
  if ('differences' in report) {
    const { unclear = 0, unfinished = 0 } = report.differences;
    if (report.equal + unclear + unfinished < report.subjects) return EXIT_CODES.differs;
    if (unclear + unfinished > 0) return EXIT_CODES.unclear;
    return report.unknown > 0 ? EXIT_CODES.unknown : 0;
  }
  if (report.failed > 0) return EXIT_CODES.unclear;
  if (report.unknown > 0) return EXIT_CODES.unknown;
  return report.waiting > 0 ? EXIT_CODES.waiting : 0;
}

/**
 * Asks the operator whether it is right that so many people have no picture. `false` where there is no
 * terminal.
 */
export async function confirmEmpty(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(
      'The backend has no picture of many people in a row. Is that right? Go on? [y/N] ',
    );
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
