const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1234567` → `1.2 MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `1234` → `1,234`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en');
}

const STEPS: readonly (readonly [seconds: number, word: string])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** `3700` → `1 hour`. */
export function formatDuration(seconds: number): string {
  const [size, word] = STEPS.find(([size]) => seconds >= size) ?? [1, 'second'];
  const count = Math.max(0, Math.floor(seconds / size));
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Formats how long ago an instant was. */
export function formatAgo(instant: string | number): string {
  const atMs = typeof instant === 'number' ? instant : Date.parse(instant);
  const seconds = (Date.now() - atMs) / 1000;
  return seconds < 5 ? 'just now' : `${formatDuration(seconds)} ago`;
}

/** Date and time as people read it, with seconds. */
export function formatTime(instant: string | number): string {
  return new Date(instant).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

/** Formats the time of day. */
export function formatClock(instant: string | number): string {
  return new Date(instant).toLocaleTimeString('en-GB');
}
