/*
 * BigFastAPI, which is Timbu's server, behind the shim: from pass-through to complete and back, with requests, axios and curl as clients.
 * `node scripts/run.mjs judges/bigfastapi/bigfastapi.ts`. Ends with `N passed, N failed`.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readMark } from '../../test/chaos/marked-picture.ts';
import { requireTool } from '../../test/generators/run-tool.ts';
import { CLIENT_NAMES, type ClientName, runClient } from './clients.ts';
import { type Account, pictureAt, signUp, startBigFastApi } from './server.ts';
import { startShim } from './shim.ts';

const SECRET = 'a secret that the server and the gateway share';
/** How long the backend may take to get what was written here, in milliseconds. */
const PUSH_MS = 60_000;

await requireTool(['bash', 'install-bigfastapi.sh'], { cwd: join(import.meta.dirname, '..') });
const folder = await mkdtemp(join(tmpdir(), 'polyface-bigfastapi-'));
const serverFolder = join(folder, 'server');
await mkdir(serverFolder);
let passed = 0;
let failed = 0;
let mark = 0;
/** What each client's person uploaded last, and the address that was printed for it. */
const last = new Map<ClientName, { readonly mark: number; readonly address: string }>();

let server = await startBigFastApi({ folder: serverFolder, secret: SECRET, signed: false });
const accounts = {
  requests: await signUp(server.url, 'requests'),
  axios: await signUp(server.url, 'axios'),
  curl: await signUp(server.url, 'curl'),
} satisfies Record<ClientName, Account>;
console.log(
  'BigFastAPI 0.5.9 of PyPI: its own routers for accounts, people and files in a small app, and a route for the addresses that it prints (judges/bigfastapi/app.py)',
);
const shim = await startShim(folder, server.url, SECRET, accounts);
const { gateway, polyface, subjectsFile } = shim;

try {
  await useClients('the server itself', server.url);
  await useClients('pass-through', gateway.url);
  await checkServer('pass-through');

  const refused = await polyface('migrate', 'preflight', '--subjects', subjectsFile);
  check(
    'preflight: the release takes only tokens of its own table, so the gateway’s are refused',
    refused.code === 2 && verdictOf(refused.json, 'the gateway’s credential is accepted') === 'failed',
    refused.json,
  );
  check('advance to shadow', await arrives('advance', 'shadow'));
  await useClients('shadow', gateway.url);
  const stopped = await polyface('migrate', 'advance');
  check('advance to dual-write is refused without a good preflight', stopped.code === 2, stopped.json);

  await server.stop();
  server = await startBigFastApi({ folder: serverFolder, secret: SECRET, signed: true, port: server.port });
  console.log(
    'the server takes signed tokens from here on (app.py --signed): otherwise only the users themselves can write there',
  );
  const preflight = await polyface('migrate', 'preflight', '--subjects', subjectsFile);
  check('preflight: nothing stands in the way', preflight.code === 0, preflight.json);
  await useClients('shadow', gateway.url);
  check('advance to dual-write', await arrives('advance', 'dual-write'));
  await useClients('dual-write', gateway.url);
  await checkServer('dual-write');
  const copied = await polyface('backfill', '--subjects', subjectsFile);
  check('backfill', copied.code === 0, copied.json);
  const verified = await polyface('backfill', 'verify', '--subjects', subjectsFile);
  check('verify: everybody is equal', verified.code === 0 && verified.json.equal === 3, verified.json);
  const printed = new Map(last);
  check('advance to switched', await arrives('advance', 'switched'));
  await checkOldAddresses(printed);
  // What the gateway sends has names of its own: at this server two files of one name are one file.
  await useClients('switched', gateway.url, 'picture.jpg');
  await checkServer('switched');
  check('advance to complete', await arrives('advance', 'complete'));
  const before = new Map(last);
  await useClients('complete', gateway.url, 'picture.jpg');
  await checkServer('complete, as it was left', before);

  check('back to switched', await arrives('back', 'switched'));
  await checkServer('back in switched');
  await useClients('switched', gateway.url);
  await checkServer('switched');
  check('back to dual-write', await arrives('back', 'dual-write'));
  await useClients('dual-write', gateway.url);
  check('back to shadow', await arrives('back', 'shadow'));
  await useClients('shadow', gateway.url);
  check('back to pass-through', await arrives('back', 'pass-through'));
  await useClients('pass-through', gateway.url);
  await checkServer('pass-through');
  await useClients('the server itself', server.url);
} finally {
  await gateway.end();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function check(name: string, holds: boolean, detail?: unknown): void {
  if (holds) passed += 1;
  else failed += 1;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}`);
  if (!holds && detail !== undefined) console.log(`     ${JSON.stringify(detail)}`);
}

/** Every client uploads a picture as its person, reads the user and downloads the picture. */
async function useClients(where: string, url: string, fileName?: string): Promise<void> {
  await Promise.all(
    CLIENT_NAMES.map(async (name) => {
      mark += 1;
      const upload = mark;
      const place = join(folder, name);
      await mkdir(place, { recursive: true });
      const options = { url, mark: upload, fileName: fileName ?? `${name}.jpg`, folder: place };
      const { fault, address } = await runClient(name, accounts[name], options);
      last.set(name, { mark: upload, address });
      check(`${where}: ${name} uploads, reads and downloads`, fault === undefined, fault);
    }),
  );
}

/** Whether the server itself shows the newest picture of each person, at once or soon. */
async function checkServer(where: string, expected: typeof last = last): Promise<void> {
  for (const name of CLIENT_NAMES) {
    const deadlineMs = Date.now() + PUSH_MS;
    let shown = await markAtServer(name);
    while (shown !== expected.get(name)?.mark && Date.now() < deadlineMs) {
      await pause(200);
      shown = await markAtServer(name);
    }
    check(`${where}: the server shows ${name}’s picture`, shown === expected.get(name)?.mark, { shown });
  }
}

async function markAtServer(name: ClientName): Promise<number | undefined> {
  const picture = await pictureAt(server.url, accounts[name]);
  return picture && readMark(picture);
}

/** Addresses that the server printed before the switch lead to the pictures still. */
async function checkOldAddresses(printed: typeof last): Promise<void> {
  for (const [name, { mark: expected, address }] of printed) {
    const answer = await fetch(new URL(address, gateway.url));
    const shown = answer.ok ? readMark(Buffer.from(await answer.arrayBuffer())) : answer.status;
    check(`switched: ${name}’s old address ${address} still works`, shown === expected, { shown });
  }
}

async function arrives(direction: 'advance' | 'back', stage: string): Promise<boolean> {
  const { json } = await polyface('migrate', direction);
  const { outcome, rollout } = json as { outcome: string; rollout: { stage: string } };
  if (outcome !== 'arrived') console.log(`     ${JSON.stringify(json)}`);
  return outcome === 'arrived' && rollout.stage === stage;
}

function verdictOf(report: Record<string, unknown>, name: string): string | undefined {
  const { checks } = report as { checks: { name: string; verdict: string }[] };
  return checks.find((one) => one.name === name)?.verdict;
}
