import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openMemoryGauge, residentBytes } from '../../src/imaging/resident-memory.ts';

const MEBIBYTE = 1024 * 1024;

describe('the gauge of a process', () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const gauge = openMemoryGauge(child.pid ?? 0);

  afterEach(() => {
    child.kill('SIGKILL');
  });

  it('tells what is resident, and nothing more when the process is gone', async () => {
    await expect(grown()).resolves.toBeGreaterThan(5 * MEBIBYTE);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(gauge.read()).toBeUndefined();
    expect(residentBytes(child.pid ?? 0)).toBeUndefined();
    gauge.close();
    gauge.close();
    expect(gauge.read()).toBeUndefined();
  });

  async function grown(): Promise<number> {
    let bytes = gauge.read() ?? 0;
    while (bytes <= 5 * MEBIBYTE) {
      await new Promise((resolve) => setImmediate(resolve));
      bytes = gauge.read() ?? 0;
    }
    return bytes;
  }
});

it('no gauge of a process that does not exist tells anything', () => {
  expect(openMemoryGauge(2 ** 22 + 1).read()).toBeUndefined();
});
