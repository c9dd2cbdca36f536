/** The head of an answer as it stands on the wire. */
export interface UpstreamHead {
  readonly status: number;
  /** The reason phrase, where one was sent. */
  readonly statusText?: string;
  /** Names and values in turn; hop-by-hop headers are not among them. */
  readonly rawHeaders: readonly string[];
}
