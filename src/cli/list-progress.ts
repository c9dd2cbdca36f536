import { SingleBar } from 'cli-progress';

/** How often a line is printed where there is no terminal for a bar, in milliseconds. */
const LINE_EVERY_MS = 10_000;

/** Shows how far a run over a list is, on standard error. */
export interface ListProgress {
  show(done: number): void;
  end(): void;
}

/** A bar on a terminal, an occasional line elsewhere; with the rate and the time that is left. */
export function createListProgress(what: string, total: number): ListProgress {
  const bar = process.stderr.isTTY
    ? new SingleBar({
        format: `${what} {bar} {value}/{total} {pace}`,
        stream: process.stderr,
        hideCursor: true,
      })
    : undefined;
  bar?.start(total, 0, { pace: '' });
  const beganAt = performance.now();
  let first: number | undefined;
  let printedAt = beganAt;
  return {
    show(done) {
      // The pace leaves out what an interrupted run had done before.
      first ??= done;
      const pace = describePace(done - first, total - done, (performance.now() - beganAt) / 1000);
      bar?.update(done, { pace });
      if (bar || performance.now() - printedAt < LINE_EVERY_MS) return;
      printedAt = performance.now();
      process.stderr.write(`${what}: ${done} of ${total} ${pace}\n`);
    },
    end: () => bar?.stop(),
  };
}

/** The rate so far and the time left, in words. */
export function describePace(done: number, left: number, seconds: number): string {
  if (done <= 0 || seconds <= 0) return '';
  const rate = done / seconds;
  const leftSeconds = Math.ceil(left / rate);
  const hours = Math.floor(leftSeconds / 3600);
  const minutes = Math.floor((leftSeconds % 3600) / 60);
  const parts = [
    hours > 0 ? `${hours} h` : '',
    hours + minutes > 0 ? `${minutes} min` : '',
    `${leftSeconds % 60} s`,
  ];
  return `${rate.toFixed(1)}/s, ${parts.filter((part) => part !== '').join(' ')} left`;
}
