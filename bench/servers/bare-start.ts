/* The least that a picture server imports before it can answer: Express and sharp. */
import type { AddressInfo } from 'node:net';
import express from 'express';
import sharp from 'sharp';

const app = express();
app.get('/healthz', (_request, response) => {
  response.json({ libvips: sharp.versions.vips });
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => server.close(() => process.exit(0)).closeAllConnections());
