/*
 * Says how far `npm ci` has come, on standard error, until it is ended or the process that started it is gone.
 * npm itself says nothing where its output is no terminal, and little where it is one. Runs on whatever Node is
 * there (>= 20).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const [folder = '.'] = process.argv.slice(2);
const { isTTY } = process.stderr;
const expected = packagesFor(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')));
const beganMs = Date.now();
let said = '';
const parent = process.ppid;

while (process.ppid === parent) {
  await pause(isTTY ? 500 : 10_000);
  const seconds = Math.round((Date.now() - beganMs) / 1000);
  const count = expected.filter((path) => existsSync(join(folder, path))).length;
  const line = `installing: ${count} of about ${expected.length} packages, ${seconds} s`;
  if (isTTY) process.stderr.write(`\r${line.padEnd(said.length)}`);
  else process.stderr.write(`${line}\n`);
  said = line;
}

/** The places of the packages that this machine gets. */
function packagesFor({ packages }) {
  const fits = (allowed, own) =>
    !allowed ||
    (allowed.some((name) => !name.startsWith('!')) ? allowed.includes(own) : !allowed.includes(`!${own}`));
  const libc =
    existsSync('/lib') && readdirSync('/lib').some((name) => name.startsWith('ld-musl')) ? 'musl' : 'glibc';
  return Object.entries(packages)
    .filter(([path, { os, cpu, libc: libcs, optional }]) => {
      if (path === '') return false;
      return !optional || (fits(os, process.platform) && fits(cpu, process.arch) && fits(libcs, libc));
    })
    .map(([path]) => path);
}
