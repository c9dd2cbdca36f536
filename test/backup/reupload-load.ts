import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosSubject } from '../chaos/chaos-house.ts';
import { answerTo, PUTS } from '../chaos/dialect-clients.ts';
import { smallMarkedPicture } from '../chaos/marked-picture.ts';
import type { WriteHistory } from '../chaos/write-history.ts';

/** Clients that replace pictures until `stop`. */
export interface ReuploadLoad {
  /** Resolves once every client has had its first acknowledgement. */
  atHeight(): Promise<void>;
  stop(): Promise<void>;
  /** Acknowledged re-uploads since an instant of the history's clock, and how many there were in the best second. */
  figuresSince(atMs: number): { readonly reuploads: number; readonly bestSecond: number };
}

/** Clients at once; each has people of its own, so that every person's pictures have an order. */
const CLIENTS = 16;

let marks = 0;

/** Gives everybody a first picture. */
export async function uploadToEverybody(
  url: string,
  people: readonly ChaosSubject[],
  history: WriteHistory,
): Promise<void> {
  const queue = people.values();
  const client = async () => {
    for (const person of queue) {
      if (!(await upload(url, person, history))) throw new Error(`${person.id} got no first picture`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

/** Begins to replace everybody's picture in turn, at most `rate` times a second in all. */
export function startReuploads(
  url: string,
  people: readonly ChaosSubject[],
  history: WriteHistory,
  rate: number,
): ReuploadLoad {
  const stopping = new AbortController();
  const acknowledgedAtMs: number[] = [];
  const startedAtMs = history.nowMs();
  let begun = 0;
  const first: Promise<void>[] = [];

  async function client(number: number, onFirst: () => void): Promise<void> {
    const own = people.filter((_, index) => index % CLIENTS === number);
    for (let turn = 0; own.length > 0 && !stopping.signal.aborted; turn += 1) {
      const person = own[turn % own.length];
      if (!person) return;
      begun += 1;
      const earlyMs = startedAtMs + (begun * 1000) / rate - history.nowMs();
      if (earlyMs > 0) await pause(earlyMs);
      if (await upload(url, person, history)) acknowledgedAtMs.push(history.nowMs());
      onFirst();
    }
  }

  const working = Promise.all(
    Array.from({ length: Math.min(CLIENTS, people.length) }, (_, number) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      first.push(promise);
      return client(number, resolve);
    }),
  );
  return {
    async atHeight() {
      await Promise.race([Promise.all(first), working]);
    },
    async stop() {
      stopping.abort();
      await working;
    },
    figuresSince(atMs) {
      const seconds = new Map<number, number>();
      const since = acknowledgedAtMs.filter((instant) => instant >= atMs);
      for (const instant of since) {
        const second = Math.floor((instant - atMs) / 1000);
        seconds.set(second, (seconds.get(second) ?? 0) + 1);
      }
      return { reuploads: since.length, bestSecond: Math.max(0, ...seconds.values()) };
    },
  };
}

async function upload(url: string, person: ChaosSubject, history: WriteHistory): Promise<boolean> {
  marks += 1;
  // What is tried is the order of records and bodies, not their size.
  const picture = smallMarkedPicture(marks);
  const write = history.begin(person.id, marks);
  const put = PUTS.native;
  const answer = put ? await answerTo(() => put(url, person, picture)) : 'refused';
  history.settle(write, answer);
  return answer === 'acknowledged';
}
