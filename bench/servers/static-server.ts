/* `express.static` over one folder: the measure of the signed download. */
import type { AddressInfo } from 'node:net';
import express from 'express';

const app = express();
app.use(express.static(process.env.BENCH_DIR ?? '.'));
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => server.close(() => process.exit(0)).closeAllConnections());
