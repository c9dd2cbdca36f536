import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosSubject } from './chaos-house.ts';
import { answerTo, deletePicture, PUTS, readPicture, type WriteAnswer } from './dialect-clients.ts';
import type { GatewayProcess } from './gateway-process.ts';
import { markedPicture, readMark } from './marked-picture.ts';
import type { Verdict, WriteHistory } from './write-history.ts';

/** What went wrong, counted. */
export interface Damage {
  lost: number;
  torn: number;
  resurrected: number;
  /** What was seen, for people. */
  readonly cases: string[];
}

/** Clients at work until `stop`. */
export interface ChaosLoad {
  /** Resolves once every client has finished what it was doing. */
  stop(): Promise<void>;
}

/** Clients do not hammer a gateway that is down. */
const PAUSE_AFTER_FAILURE_MS = 100;

let marks = 0;

/** Nothing wrong yet. */
export function noDamage(): Damage {
  return { lost: 0, torn: 0, resurrected: 0, cases: [] };
}

/**
 * Writers and readers on all subjects, each request to a gateway picked at random. Every writer reads its subject after each write, so that
 * a gateway that answers with something older is found at once.
 */
export function startLoad(
  gateways: readonly GatewayProcess[],
  subjects: readonly ChaosSubject[],
  history: WriteHistory,
  damage: Damage,
  clients: number,
): ChaosLoad {
  const stopping = new AbortController();
  const dialects = Object.keys(PUTS);

  async function client(number: number): Promise<void> {
    for (let round = number; !stopping.signal.aborted; round += 1) {
      const subject = pick(subjects);
      let answer: WriteAnswer;
      if (Math.random() < 0.15) {
        const write = history.begin(subject.id, undefined);
        answer = await answerTo(() => deletePicture(pick(gateways).url(), subject));
        history.settle(write, answer);
      } else {
        marks += 1;
        const picture = markedPicture(marks);
        const put = PUTS[String(dialects[round % dialects.length])];
        const write = history.begin(subject.id, marks);
        answer = put ? await answerTo(() => put(pick(gateways).url(), subject, picture)) : 'refused';
        history.settle(write, answer);
      }
      await look(pick(gateways).url(), subject, history, damage);
      await pause(answer === 'open' ? PAUSE_AFTER_FAILURE_MS : 0);
    }
  }

  const working = Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  return {
    async stop() {
      stopping.abort();
      await working;
    },
  };
}

/** Reads a subject's picture once and counts what must not be. Gives `false` where the gateway could not answer. */
export async function look(
  url: string,
  subject: ChaosSubject,
  history: WriteHistory,
  damage: Damage,
): Promise<boolean> {
  const startedAtMs = history.nowMs();
  const picture = await readPicture(url, subject);
  if (picture === undefined) return false;
  judgePicture(picture, subject, startedAtMs, history, damage);
  return true;
}

/** Counts what is wrong with a picture that was read. */
export function judgePicture(
  picture: Buffer | null,
  { id }: ChaosSubject,
  startedAtMs: number,
  history: WriteHistory,
  damage: Damage,
  through = 'native',
): void {
  const note = (kind: 'lost' | 'torn' | 'resurrected', what: string) => {
    damage[kind] += 1;
    damage.cases.push(`${kind}: ${id} ${what} through ${through}`);
  };
  let mark: number | undefined;
  try {
    mark = picture === null ? undefined : readMark(picture);
  } catch (cause) {
    note('torn', String(cause));
    return;
  }
  const verdict: Verdict | undefined = history.judge({ subject: id, mark, startedAtMs });
  if (verdict === 'invented') note('torn', `shows ${mark}, which nobody put`);
  else if (verdict) note(verdict, `shows ${mark ?? 'nothing'}`);
}

function pick<T>(items: readonly T[]): T {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}
