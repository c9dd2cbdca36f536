import { type DestinationStream, pino } from 'pino';
import { isJsonObject, type Json } from '../domain/index.ts';

/**
 * The destination of a command's log lines. They are held back until people have got the text that they should
 * read first.
 */
export interface HeldLog extends DestinationStream {
  /** Writes what was held back, and every line at once from now on. */
  release(): void;
}

/** Log lines for standard output: readable where that is a terminal, JSON elsewhere. */
export function createHeldLog(
  terminal: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> = process.stdout,
): HeldLog {
  const file = terminal.isTTY ? undefined : pino.destination({ sync: false });
  const print = (line: string) => (file ? file.write(line) : terminal.write(readableLine(line)));
  let held: string[] | undefined = [];
  return {
    write(line) {
      if (held) held.push(line);
      else print(line);
    },
    release() {
      for (const line of held ?? []) print(line);
      held = undefined;
    },
  };
}

const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};
/** The fields that a line begins with. All others follow as `name=value`. */
const SAID_FIRST = new Set(['level', 'time', 'msg', 'method', 'path', 'status', 'durationMs', 'err']);
/** Fields of a request that are useful in the JSON of another system and noise on a terminal. */
const LEFT_OUT = new Set(['traceId', 'route', 'facts']);

/** `12:03:04 info  request PUT /v1/customers/1002/images 200 12 ms dialect=magicline-v1 …`. */
export function readableLine(line: string): string {
  const entry = parseLine(line);
  if (!entry) return line;
  const { level, time, msg, method, path, status, durationMs, err } = entry;
  const clock = new Date(Number(time)).toISOString().slice(11, 19);
  const words = [
    clock,
    (LEVELS[Number(level)] ?? plainText(level ?? null)).padEnd(5),
    ...[msg, method, path, status].flatMap((word) => (word === undefined ? [] : [plainText(word)])),
    ...(typeof durationMs === 'number' ? [`${Math.round(durationMs)} ms`] : []),
    ...Object.entries(entry)
      .filter(([name]) => !SAID_FIRST.has(name) && !LEFT_OUT.has(name))
      .map(([name, value]) => `${name}=${plainText(value ?? null)}`),
  ];
  return `${words.join(' ')}\n${stackOf(err)}`;
}

function stackOf(err: Json | undefined): string {
  if (!isJsonObject(err)) return '';
  const text = typeof err.stack === 'string' ? err.stack : JSON.stringify(err);
  return `${text
    .split('\n')
    .map((line) => `    ${withoutControls(line)}`)
    .join('\n')}\n`;
}

function plainText(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return withoutControls(
    /\s/.test(text) && typeof value === 'string' && text.includes('=') ? JSON.stringify(text) : text,
  );
}

/** Text that a client chose must not move the cursor or colour the terminal. */
function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, '·');
}

function parseLine(line: string) {
  try {
    const value = JSON.parse(line) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
