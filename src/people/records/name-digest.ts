import { hash } from 'node:crypto';
import type { PersonName } from '../../domain/index.ts';

/** The place of a name's claims, and the token for the name there. The name cannot be read from it. */
export interface NameDigest {
  /** The first 16 bits, which choose the page. */
  readonly place: number;
  /**
   * 96 bits, so that two names of a store practically never share a token. If two did, the person would still
   * not list the other name.
   */
  readonly token: string;
}

/** Gives the same digest in every process and every release. */
export function digestOfName(
  tenant: string,
  { space, value }: Pick<PersonName, 'space' | 'value'>,
): NameDigest {
  const digest = hash('sha256', `${tenant}\0${space}\0${value}`, 'buffer');
  return { place: digest.readUInt16BE(0), token: digest.subarray(2, 14).toString('base64url') };
}
