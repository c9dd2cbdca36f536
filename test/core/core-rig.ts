import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackgroundWork } from '../../src/core/background-work.ts';
import { type Core, createCore } from '../../src/core/core.ts';
import { subjectKey } from '../../src/core/subject-key.ts';
import {
  type CommandContext,
  type DownloadTarget,
  type Imaging,
  type IntakePolicy,
  type ObjectStore,
  type Principal,
  ProblemError,
  READABLE_FORMATS,
  type RecordStore,
  type RenditionRecipe,
  type Subject,
  type SubjectDirectory,
  type Upload,
} from '../../src/domain/index.ts';
import { createImaging } from '../../src/imaging/imaging.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { createSpool } from '../../src/temporary-files/spool.ts';

/** The use cases over a memory store and real imaging. */
export interface CoreRig {
  readonly executor: Core;
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  readonly warnings: string[];
  /** Jobs that imaging was given. */
  readonly jobs: { count: number };
  /** The time that the use cases see. */
  readonly clock: { atMs: number };
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export const ada: Principal = {
  tenant: 'demo',
  dialect: 'first',
  credentialId: 'test',
  scopes: [],
  subject: 'ada',
};

const people: Subject[] = ['ada', 'grace'].map((id) => ({
  key: subjectKey('demo', id),
  tenant: 'demo',
  id,
  aliases: { first: id, second: `${id}-2` },
  profile: { firstName: id, email: `${id}@example.com` },
}));

const directory: SubjectDirectory = {
  byAlias: async (tenant, dialect, id) =>
    people.find((person) => person.tenant === tenant && person.aliases[dialect] === id),
  byIdentifier: async (tenant, name, value) =>
    people.find((person) => person.tenant === tenant && name === 'email' && person.profile.email === value),
  byKey: async (tenant, key) => people.find((person) => person.tenant === tenant && person.key === key),
};

export async function startCoreRig(
  wrap: (parts: { objects: ObjectStore; records: RecordStore }) => {
    objects: ObjectStore;
    records: RecordStore;
  } = (parts) => parts,
): Promise<CoreRig> {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-core-'));
  const { objects, records } = wrap(createMemoryStore());
  const warnings: string[] = [];
  const jobs = { count: 0 };
  const clock = { atMs: 1_700_000_000_000 };
  const imaging = createImaging({
    workers: 1,
    timeoutSeconds: 20,
    memoryMiB: 512,
    limitMegapixels: 50,
    limitSidePixels: 12_000,
    queue: 50,
    scratchDir: folder,
  });
  await imaging.start();
  const background = createBackgroundWork((message) => warnings.push(message));
  const counted: Imaging = {
    ...imaging,
    process: (job) => {
      jobs.count += 1;
      return imaging.process(job);
    },
  };
  const executor = createCore({
    directory,
    objects,
    records,
    imaging: counted,
    spool: createSpool({ folder, memoryBytes: 1 << 20 }),
    links: {
      sign: async (target, _picture, { baseUrl, ttlSeconds }) => {
        const ticket = Buffer.from(JSON.stringify(target)).toString('base64url');
        return { url: `${baseUrl}/${ticket}`, ticket, expiresAtMs: ttlSeconds * 1000 };
      },
      verify: (ticket) => JSON.parse(Buffer.from(ticket, 'base64url').toString()) as DownloadTarget,
    },
    tokens: {
      issue: async () => {
        throw new ProblemError({ kind: 'unauthenticated', reason: 'invalid' });
      },
    },
    clock: { nowMs: () => clock.atMs },
    ids: { newId: () => randomBytes(16).toString('hex') },
    background,
    warn: (message) => warnings.push(message),
  });
  return {
    executor,
    objects,
    records,
    warnings,
    jobs,
    clock,
    settle: () => background.settle(),
    async stop() {
      await background.settle();
      await imaging.stop(1);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const square: RenditionRecipe = {
  fit: 'pad',
  box: { width: 64, height: 64 },
  enlarge: false,
  format: 'jpeg',
  background: '#ffffff',
  quality: 80,
  animated: false,
};

const intake: IntakePolicy = {
  formats: READABLE_FORMATS,
  minBytes: 10,
  maxBytes: 5_000_000,
  maxFiles: 5,
  slots: 5,
  bodies: ['multipart'],
  field: 'any',
  surplus: 'refuse',
  renders: 'at-upload',
  overlap: 'last-writer-wins',
};

/** A context of the dialect `first`: a padded square of at most 64 pixels. */
export function aContext(
  changes: Partial<Omit<CommandContext, 'intake'>> & { intake?: Partial<IntakePolicy> } = {},
): CommandContext {
  return {
    dialect: 'first',
    principal: ada,
    rendition: square,
    baseUrl: 'http://gateway.test',
    links: { ttlSeconds: 60 },
    ...changes,
    intake: { ...intake, ...changes.intake },
  };
}

export function anUpload(bytes: Buffer, fileName?: string): Upload {
  return {
    bytes: bytes.byteLength,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    source: { kind: 'memory', bytes },
    ...(fileName === undefined ? {} : { fileName }),
  };
}

/** Every key that the object store holds. */
export async function bodyKeys(objects: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list('')) keys.push(key);
  return keys;
}
