import { numberedPicture, readNumber } from './numbered-picture.ts';

/** What the clients saw. */
export interface CrowdTally {
  reads: number;
  writes: number;
  errors: number;
  /** Readings of a picture that was not the newest acknowledged one. */
  wrong: number;
  /** What went wrong, the first few. */
  readonly notes: string[];
}

/** Clients of v1 that replace and read pictures all the time, and know what they must see. */
export interface Crowd {
  readonly tally: CrowdTally;
  /** Gives every subject its first picture, straight at an address. */
  seed(url: string): Promise<void>;
  start(): void;
  stop(): Promise<void>;
  /** Reads every subject once. */
  readAll(): Promise<void>;
}

const KEY = { 'x-api-key': 'demo-v1-key' };

/** `urls`: the gateways, which are asked in turn. */
export function createCrowd(options: {
  readonly customers: readonly string[];
  readonly clients: number;
  readonly urls: () => readonly string[];
}): Crowd {
  const { customers } = options;
  const tally: CrowdTally = { reads: 0, writes: 0, errors: 0, wrong: 0, notes: [] };
  const newest = new Map<string, number>();
  const busy = new Set<string>();
  let nextNumber = 1;
  let asked = 0;
  let running: Promise<void[]> | undefined;
  let stopping = false;

  const url = () => {
    const all = options.urls();
    asked += 1;
    return all[asked % all.length] ?? '';
  };
  const note = (text: string) => {
    if (tally.notes.length < 10) tally.notes.push(text);
  };

  async function put(base: string, customer: string): Promise<void> {
    const number = nextNumber;
    nextNumber += 1;
    const form = new FormData();
    form.set(
      'image',
      new Blob([new Uint8Array(await numberedPicture(number))], { type: 'image/png' }),
      'me.png',
    );
    const answer = await fetch(`${base}/v1/customers/${customer}/images`, {
      method: 'PUT',
      headers: KEY,
      body: form,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`PUT ${customer}: ${answer.status} ${text.slice(0, 120)}`);
    newest.set(customer, number);
    tally.writes += 1;
  }

  async function read(base: string, customer: string): Promise<void> {
    const answer = await fetch(`${base}/v1/customers/${customer}`, { headers: KEY });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`GET ${customer}: ${answer.status} ${text.slice(0, 120)}`);
    const { imageUrl } = JSON.parse(text) as { imageUrl?: string };
    tally.reads += 1;
    const expected = newest.get(customer);
    if (imageUrl === undefined) {
      if (expected === undefined) return;
      tally.wrong += 1;
      return note(`${customer} shows nothing instead of ${expected}`);
    }
    const download = await fetch(imageUrl);
    if (!download.ok) throw new Error(`GET ${imageUrl}: ${download.status}`);
    const seen = await readNumber(Buffer.from(await download.arrayBuffer()));
    if (seen === expected) return;
    tally.wrong += 1;
    note(`${customer} shows ${seen} instead of ${expected}`);
  }

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      tally.errors += 1;
      note(
        cause instanceof Error
          ? `${cause.message} ${cause.cause instanceof Error ? cause.cause.message : ''}`
          : 'unknown',
      );
    }
  }

  async function client(): Promise<void> {
    const isGoingOn = () => !stopping;
    while (isGoingOn()) {
      const customer = customers[Math.floor(Math.random() * customers.length)] ?? '';
      if (busy.has(customer)) continue;
      busy.add(customer);
      await guarded(() => (Math.random() < 0.4 ? put(url(), customer) : read(url(), customer)));
      busy.delete(customer);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async function everybody(work: (customer: string) => Promise<void>): Promise<void> {
    const waiting = customers[Symbol.iterator]();
    const worker = async () => {
      for (const customer of waiting) await work(customer);
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  }

  return {
    tally,
    seed: (base) => everybody((customer) => put(base, customer)),
    start() {
      stopping = false;
      running = Promise.all(Array.from({ length: options.clients }, client));
    },
    async stop() {
      stopping = true;
      await running;
    },
    readAll: () => everybody((customer) => guarded(() => read(url(), customer))),
  };
}
