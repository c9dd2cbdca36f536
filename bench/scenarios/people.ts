import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import type { BenchPicture } from '../bench-pictures.ts';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import type { ChildServer } from '../measure/child-server.ts';
import { driveLoad, type LoadResult } from '../measure/drive-load.ts';
import { memoryOfTree } from '../measure/process-tree.ts';
import { runPolyface } from '../measure/run-polyface.ts';
import { v1Body, v1Get, v1Put } from './legacy-requests.ts';
import { inRounds, inTurn, medianOf } from './rounds.ts';
import { runIn } from './run-in.ts';

/** Ids of a person: their own, and one in each of four dialects. */
const IDS_PER_PERSON = 5;
const FEW = 1_000;
const MANY = 200_000;
const CONNECTIONS = 4;
const READS = 3_000;
const UPLOADS = 600;
const MIB = 1024 * 1024;
/** Spreads consecutive requests over all people. */
const STRIDE = 7_919;

/** A directory in the record store of a gateway of its own. */
interface Directory {
  readonly name: string;
  readonly people: number;
}

/** A large directory of people against a small and an empty one; a short run fills in a tenth of it. */
export async function peopleScenario(run: BenchRun, avatar: BenchPicture): Promise<Measure[]> {
  const many: Directory = { name: 'people-many', people: run.scale.effort < 1 ? MANY / 10 : MANY };
  const few: Directory = { name: 'people-few', people: FEW };
  const empty: Directory = { name: 'people-none', people: 0 };
  const imported = await importPeople(run, many);
  await importPeople(run, few);
  await polyface(run, empty, ['people', 'init']);
  const ids = many.people * IDS_PER_PERSON;
  const work = `${many.people} people, ${ids} ids`;
  return [
    {
      work,
      measure: 'import',
      unit: 's',
      value: imported.seconds,
      budget: { atMost: 180 },
      details: { idsPerSecond: ids / imported.seconds, processorSeconds: imported.processorSeconds },
    },
    {
      work,
      measure: 'memory of the import',
      unit: 'MiB',
      value: imported.peakBytes / MIB,
      budget: { atMost: 500 },
    },
    { work, ...(await keyMeasure(run, many)) },
    { work, ...(await startMeasure(run, many, empty)) },
    ...(await serving(run, many, few, empty, avatar)).map((measure) => ({ work, ...measure })),
  ];
}

type Figure = Omit<Measure, 'work'>;

async function importPeople(run: BenchRun, directory: Directory) {
  const file = join(run.folder, `${directory.name}.csv`);
  await writePeople(file, directory.people);
  await polyface(run, directory, ['people', 'init']);
  return polyface(run, directory, ['people', 'import', file]);
}

async function writePeople(file: string, count: number): Promise<void> {
  const stream = createWriteStream(file);
  stream.write('id,capillary-v2,magicline-v1,smartsheet,timbu,firstName,lastName,email\n');
  for (let nth = 1; nth <= count; nth += 1) {
    const ids = `p${nth},${600_000_000 + nth},${nth},${48_569_348_500_000_000n + BigInt(nth)},user${nth}`;
    if (!stream.write(`${ids},First ${nth},Last ${nth},person${nth}@example.com\n`))
      await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

/** Runs a command on the directory's data folder. */
function polyface({ folder }: BenchRun, { name }: Directory, command: readonly string[]) {
  const place = ['--config', 'config/demo.yaml', '--tenant', 'demo', '--data-dir', join(folder, name)];
  return runPolyface([...command, ...place]);
}

async function keyMeasure(run: BenchRun, directory: Directory): Promise<Figure> {
  const create = ['keys', 'create', '--dialect', 'native', '--scope', 'images:read'];
  const rounds = await inRounds(run, { keys: () => polyface(run, directory, create) });
  return {
    measure: 'keys create, processor time',
    unit: 's',
    value: medianOf(rounds, (round) => round.keys.processorSeconds),
    budget: { atMost: 1 },
  };
}

function startGateway(run: BenchRun, { name }: Directory): Promise<ChildServer> {
  return run.startGateway(name, { people: { directories: [{ kind: 'records' }] } });
}

async function startMeasure(run: BenchRun, many: Directory, empty: Directory): Promise<Figure> {
  const timeStart = (directory: Directory) => async () => {
    const began = performance.now();
    const server = await startGateway(run, directory);
    const answer = await request(`${server.baseUrl}/readyz`);
    await answer.body.dump();
    const took = performance.now() - began;
    await server.stop();
    return took;
  };
  const rounds = await inRounds(run, { many: timeStart(many), empty: timeStart(empty) });
  return {
    measure: 'start to ready / empty directory',
    value: medianOf(rounds, (round) => round.many / round.empty),
    budget: { atMost: 1.2 },
    details: {
      manyMs: medianOf(rounds, (round) => round.many),
      emptyMs: medianOf(rounds, (round) => round.empty),
    },
  };
}

async function serving(
  run: BenchRun,
  manyDirectory: Directory,
  fewDirectory: Directory,
  emptyDirectory: Directory,
  avatar: BenchPicture,
): Promise<Figure[]> {
  const many = await startGateway(run, manyDirectory);
  const few = await startGateway(run, fewDirectory);
  const empty = await startGateway(run, emptyDirectory);
  const nextBody = inTurn(avatar.variants.map(v1Body));
  const reads =
    (server: ChildServer, { people }: Directory) =>
    (effort: number) =>
      driveLoad(server, (index) => v1Get(1 + ((index * STRIDE) % people)), {
        requests: Math.round(READS * effort),
        connections: CONNECTIONS,
      });
  const uploads =
    (server: ChildServer, { people }: Directory) =>
    (effort: number) =>
      driveLoad(server, (index, sender) => v1Put(1 + ((index * STRIDE) % people), nextBody(sender)), {
        requests: Math.round(UPLOADS * effort),
        connections: CONNECTIONS,
      });
  try {
    await runIn(run, [many, few, empty], avatar);
    for (const warmUp of [reads(many, manyDirectory), reads(few, fewDirectory)]) await warmUp(1);
    const readRounds = await inRounds(run, {
      many: reads(many, manyDirectory),
      few: reads(few, fewDirectory),
    });
    const uploadRounds = await inRounds(run, {
      many: uploads(many, manyDirectory),
      few: uploads(few, fewDirectory),
    });
    // The empty one does the same work, on people who are made at their first upload.
    await reads(empty, fewDirectory)(run.scale.rounds);
    await uploads(empty, fewDirectory)(run.scale.rounds);
    const bytes = await memoryOfTree(many.pid);
    const emptyBytes = await memoryOfTree(empty.pid);
    return [
      {
        measure: 'memory of a gateway - empty directory',
        unit: 'MiB',
        value: (bytes - emptyBytes) / MIB,
        budget: { atMost: 64 },
        details: { manyMiB: bytes / MIB, emptyMiB: emptyBytes / MIB },
      },
      throughput('GET customer', readRounds),
      throughput('avatar upload', uploadRounds),
    ];
  } finally {
    for (const server of [many, few, empty]) await server.stop();
  }
}

function throughput(
  what: string,
  rounds: readonly { readonly many: LoadResult; readonly few: LoadResult }[],
): Figure {
  return {
    measure: `${what}s a second / ${FEW} people`,
    value: medianOf(rounds, (round) => round.many.perSecond / round.few.perSecond),
    budget: { atLeast: 0.9 },
    details: {
      manyPerSecond: medianOf(rounds, (round) => round.many.perSecond),
      fewPerSecond: medianOf(rounds, (round) => round.few.perSecond),
      manyMs: medianOf(rounds, (round) => round.many.processorMs),
      fewMs: medianOf(rounds, (round) => round.few.processorMs),
    },
  };
}
