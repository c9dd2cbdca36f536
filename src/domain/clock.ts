/** Where time and ids come from, so that a sandbox can fix both. */
export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number;
}

/** Where new ids come from. */
export interface IdSource {
  /** 32 lower-case hex digits that cannot be guessed. */
  newId(): string;
}
