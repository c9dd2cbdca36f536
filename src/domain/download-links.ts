import type { StoredPicture } from './profile-image.ts';

/** What a signed download leads to. */
export interface DownloadTarget {
  readonly subjectKey: string;
  readonly imageId: string;
  /** `renditionName`. */
  readonly rendition: string;
}

/** A signed address. */
export interface DownloadLink {
  readonly url: string;
  /** Present where the gateway itself serves the download. */
  readonly ticket?: string;
  readonly expiresAtMs: number;
}

/** Makes and checks signed download addresses. */
export interface DownloadLinks {
  /** An absolute address of the picture that works until it expires. */
  sign(
    target: DownloadTarget,
    picture: StoredPicture,
    options: { readonly ttlSeconds: number; readonly baseUrl: string },
  ): Promise<DownloadLink>;
  /** Throws `ProblemError` `forbidden` when the ticket is altered, made with an unknown key, or expired. */
  verify(ticket: string): DownloadTarget;
}
