import type { WireProfile } from '../../src/domain/index.ts';

/** One published document, and what a client made of it has to see. */
export interface GeneratedFrom {
  readonly dialect: string;
  readonly profile: WireProfile;
  /** Good as a package name in every language. */
  readonly id: string;
  /** As people call it. */
  readonly label: string;
  /** The lines that a probe prints. */
  readonly expected: Readonly<Record<Step, string>>;
}

/** What a probe does with a client, one after the other. */
export const STEPS = ['upload', 'read', 'error'] as const;

/** One of {@link STEPS}. */
export type Step = (typeof STEPS)[number];

/** Every document that is published, with the demo's people. */
export const DOCUMENTS: readonly GeneratedFrom[] = [
  of('smartsheet', 'documented', { upload: 'u!1!', read: 'Jane Doe', error: '404 true' }),
  of('smartsheet', 'observed', { upload: 'u!1!', read: 'Jane Doe', error: '404 true' }),
  of('capillary-v2', 'documented', {
    upload: '100737/565039507/0',
    read: '100737/565039507/0',
    error: '404 true',
  }),
  // Business errors come with HTTP 200.
  of('capillary-v2', 'observed', {
    upload: '100737/565039507/0',
    read: '100737/565039507/0',
    error: '200 true',
  }),
  of('timbu', 'documented', { upload: 'true', read: 'Ada', error: '401 true' }),
  of('timbu', 'observed', { upload: 'true', read: 'Ada', error: '403 true' }),
  // The profiles of these do not differ.
  of('magicline-v1', 'documented', { upload: 'http', read: '1003', error: '404 true' }),
  of('native', 'documented', { upload: 'image/jpeg', read: 'true', error: '404 true' }),
];

function of(dialect: string, profile: WireProfile, expected: GeneratedFrom['expected']): GeneratedFrom {
  const isOne = dialect === 'magicline-v1' || dialect === 'native';
  return {
    dialect,
    profile,
    id: `${dialect}_${profile}`.replaceAll('-', '_'),
    label: isOne ? dialect : `${dialect}, ${profile}`,
    expected,
  };
}
