import type { WireProfile, WireRequestHead } from '../../src/domain/index.ts';

/**
 * What each official SDK needs in the answer to an upload. Python (`SmartsheetPythonSDK/4.4.0`) raises an error
 * without `result`, and also where `data` is there as well. Java returns null without `result`. C# reads only
 * `result`. The types of the JavaScript SDK promise `data`.
 */
const SDKS: readonly (readonly [agent: RegExp, profile: WireProfile])[] = [
  [/^smartsheet-javascript-sdk/i, 'documented'],
  [/^SmartsheetPythonSDK/i, 'observed'],
  // Java says `Smartsheet Java SDK/2.146.0/…` in version 2 and `smartsheet-java-sdk…` in version 3.
  [/^smartsheet[- ](?:sdk-)?(?:java(?!script)|csharp|c#|ruby)/i, 'observed'],
];

/** The profile that the SDK in the User-Agent needs. */
export function profileOfClient({ headers }: Pick<WireRequestHead, 'headers'>): WireProfile | undefined {
  const agent = headers['user-agent'] ?? '';
  return SDKS.find(([pattern]) => pattern.test(agent))?.[1];
}
