/** A write as its client saw it. Instants are of one monotonic clock, in milliseconds. */
export interface Write {
  readonly subject: string;
  /** The number in the picture; `undefined` for a deletion. */
  readonly mark: number | undefined;
  readonly startedAtMs: number;
  /** When the answer came, or when the write could no longer take effect; `Infinity` while that is not known. */
  endedAtMs: number;
  /** `open`: no answer, or one that leaves it open. Writes that were refused are no writes. */
  outcome: 'acknowledged' | 'open';
}

/** What a reader saw. */
export interface Sight {
  readonly subject: string;
  readonly mark: number | undefined;
  /** When the reading began. */
  readonly startedAtMs: number;
}

/** What is wrong with a sight. */
export type Verdict = 'lost' | 'resurrected' | 'invented';

/** The writes of a run, and what readers may see of them. */
export interface WriteHistory {
  /** Counts a write from its first byte on; `settle` says how it ended. */
  begin(subject: string, mark: number | undefined): Write;
  settle(write: Write, outcome: 'acknowledged' | 'open' | 'refused'): void;
  /** Every process that sent writes is dead or done, so an open write no longer takes effect. */
  quiesce(): void;
  /**
   * Judges what a reader saw. `lost`: a picture older than a write that was acknowledged before the read began.
   * `resurrected`: a picture older than such a deletion. `invented`: a picture that no client put.
   */
  judge(sight: Sight): Verdict | undefined;
  /** Writes that were acknowledged. */
  acknowledged(): number;
  nowMs(): number;
}

/** An empty history. */
export function createWriteHistory(): WriteHistory {
  const writes = new Map<string, Write[]>();
  const nowMs = () => performance.now();

  function judge({ subject, mark, startedAtMs }: Sight): Verdict | undefined {
    const all = writes.get(subject) ?? [];
    const settled = all.filter((write) => write.outcome === 'acknowledged' && write.endedAtMs < startedAtMs);
    if (mark === undefined) {
      // Nothing there: before the first write, or after a deletion that no acknowledged picture has followed.
      const deletions = all.filter((write) => write.mark === undefined);
      const sources = [{ startedAtMs: -1, endedAtMs: -1 }, ...deletions];
      return sources.some((source) => !settled.some((write) => follows(write, source))) ? undefined : 'lost';
    }
    const source = all.find((write) => write.mark === mark);
    if (!source) return 'invented';
    const newer = settled.filter((write) => follows(write, source));
    if (newer.length === 0) return undefined;
    return newer.at(-1)?.mark === undefined ? 'resurrected' : 'lost';
  }

  return {
    begin(subject, mark) {
      const write: Write = {
        subject,
        mark,
        startedAtMs: nowMs(),
        endedAtMs: Number.POSITIVE_INFINITY,
        outcome: 'open',
      };
      writes.set(subject, [...(writes.get(subject) ?? []), write]);
      return write;
    },
    settle(write, outcome) {
      if (outcome === 'refused') {
        writes.set(
          write.subject,
          (writes.get(write.subject) ?? []).filter((other) => other !== write),
        );
        return;
      }
      write.outcome = outcome;
      if (outcome === 'acknowledged') write.endedAtMs = nowMs();
    },
    quiesce() {
      for (const write of [...writes.values()].flat()) {
        if (write.endedAtMs === Number.POSITIVE_INFINITY) write.endedAtMs = nowMs();
      }
    },
    judge,
    acknowledged: () =>
      [...writes.values()].flat().filter(({ outcome }) => outcome === 'acknowledged').length,
    nowMs,
  };
}

/**
 * Whether `later` began after `earlier` had ended, so that no reader may see `earlier` once `later` is
 * acknowledged.
 */
function follows(later: Pick<Write, 'startedAtMs'>, earlier: Pick<Write, 'endedAtMs'>): boolean {
  return later.startedAtMs > earlier.endedAtMs;
}
