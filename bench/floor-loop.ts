/*
 * Run as a process of its own: the bare libvips pipeline, or the floor of anything durable (pipeline, SHA-256 of both files, fsynced
 * writes of both), over and over in one process, from memory. Prints the milliseconds of processor time that one took.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { JPEG_QUALITY } from './jpeg-quality.ts';

const [kind, path, times] = process.argv.slice(2);
if (!path || (kind !== 'bare' && kind !== 'floor'))
  throw new Error('usage: floor-loop bare|floor FILE TIMES');
const count = Number(times ?? 10);
const folder = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), 'floor-'));
const original = await readFile(path);

async function durable(name: string, bytes: Buffer): Promise<string> {
  const digest = createHash('sha256').update(bytes).digest('hex');
  const file = await open(join(folder, name), 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  return digest;
}

async function once(index: number): Promise<void> {
  const result = await sharp(original)
    .autoOrient()
    .resize(1200, 1200, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
  if (kind === 'bare') return;
  await Promise.all([durable(`o${index}`, original), durable(`r${index}`, result)]);
}

for (let warmUp = 0; warmUp < Math.min(3, count); warmUp += 1) await once(-1 - warmUp);
const before = process.cpuUsage();
for (let index = 0; index < count; index += 1) await once(index);
const spent = process.cpuUsage(before);
console.log(JSON.stringify({ processorMs: (spent.user + spent.system) / 1000 / count }));
await rm(folder, { recursive: true });
