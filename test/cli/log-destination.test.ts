import { describe, expect, it } from '@jest/globals';
import { createHeldLog, readableLine } from '../../src/cli/log-destination.ts';

const AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const line = (entry: object) => `${JSON.stringify({ level: 30, time: AT_MS, ...entry })}\n`;

describe('a log line on a terminal', () => {
  it('a log line on a terminal says first when, how grave and what, and then the facts by name', () => {
    const told = readableLine(
      line({
        msg: 'request',
        method: 'PUT',
        path: '/v1/customers/1002/images',
        status: 400,
        durationMs: 12.3,
        traceId: 'abc',
        refusal: 'file-too-large: limitBytes 204800, bytes 512000',
      }),
    );
    expect(told).toBe(
      '03:04:05 info  request PUT /v1/customers/1002/images 400 12 ms refusal=file-too-large: limitBytes 204800, bytes 512000\n',
    );
  });

  it('a log line on a terminal lets nothing that a client chose move the cursor or break the line', () => {
    const told = readableLine(line({ msg: 'request', userAgent: 'a\u001b[2Jb\nERROR forged' }));
    expect(told.split('\n')).toHaveLength(2);
    expect(told).not.toContain('\u001b');
  });

  it('a log line on a terminal shows the stack of an error below it', () => {
    const told = readableLine(
      line({ level: 50, msg: 'a page failed', err: { stack: 'Error: x\n    at y' } }),
    );
    expect(told).toBe('03:04:05 ERROR a page failed\n    Error: x\n        at y\n');
  });

  it('a log line on a terminal is passed on as it is where it is no JSON', () => {
    expect(readableLine('half a line\n')).toBe('half a line\n');
  });
});

describe('a held log', () => {
  it('a held log says nothing before it is released, and then everything in order', () => {
    let printed = '';
    const terminal = { isTTY: true, write: (text: string) => (printed += text) !== '' };
    const log = createHeldLog(terminal);
    log.write(line({ msg: 'first' }));
    expect(printed).toBe('');
    log.release();
    log.write(line({ msg: 'second' }));
    expect(printed.split('\n').map((one) => one.slice(15))).toEqual(['first', 'second', '']);
  });
});
