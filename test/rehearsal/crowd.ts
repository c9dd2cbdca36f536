import { FAULT_HEADER, type SpoiltRequest } from '../migration/support/independent-capillary.ts';
import { createBook, NOTHING } from './book.ts';
import { breakOffUpload } from './break-off-upload.ts';
import { numberedPicture, readNumber } from './numbered-picture.ts';

/** What the clients did and saw. */
export interface CrowdTally {
  reads: number;
  writes: number;
  deletes: number;
  /** Uploads that were broken off in the middle of their body. */
  brokenOff: number;
  /** Answers that the backend spoilt, and that reached the client as they came. */
  spoilt: number;
  /** Answers of the gateway's own that say that the backend failed, where the backend did spoil a request about this person. */
  toldOfBackend: number;
  /** All other failures: none of them has an excuse. */
  errors: number;
  /** Readings of a picture that the books rule out. */
  wrong: number;
  /** What went wrong, the first few. */
  readonly notes: string[];
}

/** Clients of Capillary that add, delete and read pictures all the time, and know what they may see. */
export interface Crowd {
  readonly tally: CrowdTally;
  /** Gives every customer the first picture, straight at an address. */
  seed(url: string): Promise<void>;
  start(): void;
  stop(): Promise<void>;
  /** Reads every customer once. */
  readAll(): Promise<void>;
  /** Holds the failures that clients saw against those that the backend gave; call it last. */
  settle(spoilt: readonly SpoiltRequest[]): void;
}

const TILL = {
  authorization: `Basic ${Buffer.from('store.server:8a16a6b70505eb1f1ff7cdc0cd5559a7').toString('base64')}`,
};

/** A failure that only the backend can excuse. */
interface Excusable {
  readonly customer: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly note: string;
}

/** The answer cannot be used; `spoilt`: it is the backend's own failure. */
class Failure extends Error {
  readonly spoilt: boolean;
  constructor(message: string, spoilt: boolean) {
    super(message);
    this.spoilt = spoilt;
  }
}

/** `urls`: the gateways, which are asked in turn. */
export function createCrowd(options: {
  readonly customers: readonly string[];
  readonly clients: number;
  readonly urls: () => readonly string[];
}): Crowd {
  const { customers } = options;
  const tally: CrowdTally = {
    reads: 0,
    writes: 0,
    deletes: 0,
    brokenOff: 0,
    spoilt: 0,
    toldOfBackend: 0,
    errors: 0,
    wrong: 0,
    notes: [],
  };
  const book = createBook();
  const excusable: Excusable[] = [];
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
    if (tally.notes.length < 10) tally.notes.push(`${new Date().toISOString()} ${text}`);
  };

  async function ask(method: string, address: string, body?: FormData): Promise<string> {
    const answer = await fetch(address, { method, headers: TILL, ...(body ? { body } : {}) });
    const text = await answer.text();
    if (answer.ok) return text;
    const path = new URL(address).pathname;
    throw new Failure(
      `${method} ${path}: ${answer.status} ${text.slice(0, 160)}`,
      answer.headers.has(FAULT_HEADER),
    );
  }

  async function put(base: string, customer: string): Promise<void> {
    const number = nextNumber;
    nextNumber += 1;
    const form = new FormData();
    const bytes = new Uint8Array(await numberedPicture(number));
    form.set('file', new Blob([bytes], { type: 'image/png' }), 'me.png');
    book.begin(customer, number);
    await ask('POST', `${base}/v2/customers/${customer}/setImage`, form);
    book.confirm(customer, number);
    tally.writes += 1;
  }

  async function remove(base: string, customer: string): Promise<void> {
    const mayBeGone = book.mayBe(customer, NOTHING);
    book.begin(customer, NOTHING);
    try {
      await ask('DELETE', `${base}/v2/customers/${customer}/deleteImage?image_ids=0`);
    } catch (cause) {
      // Where a failed delete may have been carried out the next one may find nothing.
      if (!(mayBeGone && cause instanceof Failure && cause.message.includes('"code":8080'))) throw cause;
    }
    book.confirm(customer, NOTHING);
    tally.deletes += 1;
  }

  async function breakOff(base: string, customer: string): Promise<void> {
    const number = nextNumber;
    nextNumber += 1;
    tally.brokenOff += 1;
    await breakOffUpload(
      `${base}/v2/customers/${customer}/setImage`,
      TILL.authorization,
      await numberedPicture(number),
    );
  }

  async function read(base: string, customer: string): Promise<void> {
    // Between the answer and its download the backend may be sent the newest picture once more, under a new address.
    for (let look = 0; ; look += 1) {
      const text = await ask('GET', `${base}/v2/customers/${customer}?embed=CUSTOMERIMAGE&source=INSTORE`);
      const { customerImage = [] } = JSON.parse(text) as { customerImage?: { secureFilePath: string }[] };
      const [image] = customerImage;
      const seen = image ? await download(image.secureFilePath) : NOTHING;
      if (seen === undefined && look < 5) continue;
      tally.reads += 1;
      if (seen !== undefined && book.mayBe(customer, seen)) return;
      tally.wrong += 1;
      return note(`${customer} shows ${seen ?? 'a dead address'} instead of ${book.describe(customer)}`);
    }
  }

  async function download(address: string): Promise<number | undefined> {
    const answer = await fetch(address);
    const bytes = Buffer.from(await answer.arrayBuffer());
    return answer.ok ? readNumber(bytes) : undefined;
  }

  async function guarded(customer: string, work: () => Promise<void>): Promise<void> {
    const fromMs = Date.now();
    try {
      await work();
    } catch (cause) {
      if (cause instanceof Failure && cause.spoilt) {
        tally.spoilt += 1;
        return;
      }
      const why = cause instanceof Error ? cause : new Error('unknown');
      const told = `${why.message} ${why.cause instanceof Error ? why.cause.message : ''}`;
      if (/: 50[234] /.test(told)) excusable.push({ customer, fromMs, toMs: Date.now(), note: told });
      else {
        tally.errors += 1;
        note(told);
      }
    }
  }

  async function client(): Promise<void> {
    const isGoingOn = () => !stopping;
    while (isGoingOn()) {
      const customer = customers[Math.floor(Math.random() * customers.length)] ?? '';
      if (busy.has(customer)) continue;
      busy.add(customer);
      await guarded(customer, () => doSomething(customer));
      busy.delete(customer);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** 5 % of the uploads are broken off. */
  function doSomething(customer: string): Promise<void> {
    const dice = Math.random();
    if (dice < 0.38) return put(url(), customer);
    if (dice < 0.4) return breakOff(url(), customer);
    if (dice < 0.5 && !book.mayBe(customer, NOTHING)) return remove(url(), customer);
    return read(url(), customer);
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
    readAll: () => everybody((customer) => guarded(customer, () => read(url(), customer))),
    settle(spoilt) {
      const times = Map.groupBy(spoilt, ([customer]) => customer);
      for (const { customer, fromMs, toMs, note: told } of excusable.splice(0)) {
        const isExcused = times.get(customer)?.some(([, atMs]) => atMs >= fromMs && atMs <= toMs);
        if (isExcused) tally.toldOfBackend += 1;
        else {
          tally.errors += 1;
          note(told);
        }
      }
    },
  };
}
