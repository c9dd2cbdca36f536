/*
 * What one would write in an afternoon, in the shape of v1's update: multer in memory, sharp, no durability, no credentials, no
 * check of anything. The measure of what the gateway's promises cost.
 */
import type { AddressInfo } from 'node:net';
import express from 'express';
import multer from 'multer';
import sharp from 'sharp';
import { JPEG_QUALITY } from '../jpeg-quality.ts';

const pictures = new Map<string, Buffer>();
const app = express();
const upload = multer({ storage: multer.memoryStorage() });

app.put('/v1/customers/:customerId/images', upload.single('image'), async (request, response) => {
  if (!request.file) {
    response.status(400).json({ errorMessage: 'no image' });
    return;
  }
  const picture = await sharp(request.file.buffer)
    .autoOrient()
    .resize(1200, 1200, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
  const customerId = String(request.params.customerId);
  pictures.set(customerId, picture);
  response.json({ imageUrl: `http://${request.headers.host}/pictures/${customerId}` });
});

app.get('/pictures/:customerId', (request, response) => {
  const picture = pictures.get(request.params.customerId);
  if (picture) response.type('image/jpeg').send(picture);
  else response.sendStatus(404);
});

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => server.close(() => process.exit(0)).closeAllConnections());
