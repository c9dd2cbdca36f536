/*
 * Compares the documents with those of the last release (`openapi/released`), as callers would feel it, with oasdiff. `--release` makes the documents of
 * today the released ones: that is how a break that is meant is accepted.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSION = 'v1.38.0';
const judges = import.meta.dirname;
const today = join(judges, '../dist/openapi');
const released = join(judges, '../openapi/released');

if (process.argv.includes('--release')) {
  rmSync(released, { recursive: true, force: true });
  cpSync(today, released, { recursive: true });
  process.exit(0);
}

const tool = join(judges, 'go-tools/oasdiff');
if (!existsSync(tool)) {
  const env = { ...process.env, GOBIN: join(judges, 'go-tools') };
  const { status } = spawnSync('go', ['install', `github.com/oasdiff/oasdiff@${VERSION}`], {
    env,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
}

requireSight();
let broken = 0;
for (const file of readdirSync(released)) {
  const next = join(today, file);
  const { status, text } = existsSync(next)
    ? compare(join(released, file), next)
    : { status: 1, text: 'the document is gone\n' };
  if (status !== 0) {
    broken += 1;
    console.error(`${file}:\n${text}`);
  }
}
console.log(
  `${readdirSync(released).length} documents compared with the last release, ${broken} with breaking changes`,
);
process.exit(broken > 0 ? 1 : 0);

function compare(before, after) {
  const { status, stdout, stderr } = spawnSync(tool, ['breaking', before, after, '--fail-on', 'WARN'], {
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

/** A judge that sees nothing passes everything: it is shown a break that it must find. */
function requireSight() {
  const folder = mkdtempSync(join(tmpdir(), 'polyface-breaking-'));
  const file = join(released, 'native.yaml');
  const worse = join(folder, 'native.yaml');
  writeFileSync(worse, readFileSync(file, 'utf8').replace('/subjects/{id}/image', '/subjects/{id}/images'));
  const { status } = compare(file, worse);
  rmSync(folder, { recursive: true });
  if (status === 0) {
    console.error('oasdiff does not see that a path is gone');
    process.exit(1);
  }
}
