/* Judges the Dockerfile: the linter's rules, and what we promise of the image. */
import { readFileSync } from 'node:fs';
import { validate } from 'dockerfile-utils';
import { root } from './set-up.mjs';

const text = readFileSync(`${root}/Dockerfile`, 'utf8');
const last = text.slice(text.lastIndexOf('\nFROM '));
const promises = {
  'every base image has an exact tag': [...text.matchAll(/^FROM\s+(\S+)/gm)].every(([, image]) =>
    /:\d+\.\d+\.\d+/.test(image),
  ),
  'it is built in stages': [...text.matchAll(/^FROM\s/gm)].length > 1,
  'it runs as a number that Kubernetes knows not to be root': /^USER\s+1000:1000$/m.test(last),
  'it says whether it is healthy': /^HEALTHCHECK[\s\S]*healthcheck/m.test(last),
  'it names its stop signal': /^STOPSIGNAL\s+SIGTERM/m.test(last),
  'it loads jemalloc': /LD_PRELOAD=\S*jemalloc/.test(last),
  'it carries production dependencies alone': /prune --omit=dev|ci --omit=dev/.test(text),
};
const faults = [
  ...validate(text).map(
    ({ range, message }) =>
      `Dockerfile:${range.start.line + 1}: ${typeof message === 'string' ? message : message.value}`,
  ),
  ...Object.entries(promises).flatMap(([promise, kept]) => (kept ? [] : [`not kept: ${promise}`])),
];
for (const fault of faults) console.error(fault);
console.log(`${Object.keys(promises).length} promises, ${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
