import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { openMemoryGauge, residentBytes } from '../../src/imaging/resident-memory.ts';

const MEBIBYTE = 1024 * 1024;

describe('the gauge of a process', () => {
  it('the gauge of a process tells what is resident, and nothing more when the process is gone', async () => {
    const child = spawn('cat', { stdio: 'pipe' });
    const pid = child.pid ?? 0;
    const gauge = openMemoryGauge(pid);
    try {
      child.stdin.write('here');
      await once(child.stdout, 'data');
      expect(gauge.read()).toBeGreaterThan(MEBIBYTE / 4);
      expect(gauge.read()).toBe(residentBytes(pid));
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    expect(gauge.read()).toBeUndefined();
    expect(residentBytes(pid)).toBeUndefined();
    gauge.close();
    gauge.close();
    expect(gauge.read()).toBeUndefined();
  });

  it('the gauge of a process tells nothing of one that does not exist', () => {
    expect(openMemoryGauge(2 ** 22 + 1).read()).toBeUndefined();
  });
});
