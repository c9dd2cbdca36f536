/*
 * What a user would write for the same promise: express, multer and sharp; an upload is answered once its bytes and its rendition are on the
 * disk for good (SHA-256, fsync of the file, rename, fsync of the folder). No credentials, no limits, no second copy of the process.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import multer from 'multer';
import sharp from 'sharp';
import { JPEG_QUALITY } from '../jpeg-quality.ts';

const folder = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), 'durable-naive-'));
const app = express();
const upload = multer({ storage: multer.memoryStorage() });

async function keep(name: string, bytes: Buffer): Promise<string> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const temporary = join(folder, randomUUID());
  const file = await open(temporary, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(folder, name));
  return sha256;
}

async function syncFolder(): Promise<void> {
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

// v1's update: the original and a rendition of it.
app.put('/v1/customers/:customerId/images', upload.single('image'), async (request, response) => {
  const { buffer } = request.file ?? {};
  if (!buffer) return void response.status(400).json({ errorMessage: 'no image' });
  const customerId = String(request.params.customerId);
  const rendition = await sharp(buffer)
    .autoOrient()
    .resize(1200, 1200, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
  await Promise.all([keep(`${customerId}-original`, buffer), keep(customerId, rendition)]);
  await syncFolder();
  response.json({ imageUrl: `http://${request.headers.host}/pictures/${customerId}` });
});

// Capillary's upload: the bytes as they are, decoded once to know that they are a whole picture.
app.post('/v2/customers/:customerId/setImage', upload.any(), async (request, response) => {
  const [file] = Array.isArray(request.files) ? request.files : [];
  if (!file) return void response.status(400).json({ errors: ['no image'] });
  await sharp(file.buffer, { sequentialRead: true }).raw().toBuffer();
  const sha256 = await keep(String(request.params.customerId), file.buffer);
  await syncFolder();
  response.json({ sha256 });
});

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => {
  server.close(() => void rm(folder, { recursive: true }).then(() => process.exit(0)));
  server.closeAllConnections();
});
