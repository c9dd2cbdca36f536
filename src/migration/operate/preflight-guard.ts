import type { PreflightReport } from '../preflight/preflight-report.ts';
import type { Guard } from './guard.ts';
import type { OperatedBackend } from './operated-backend.ts';

/** A step into dual-write needs a preflight of the backend with its present settings. */
export function preflightGuard(
  { at, core }: OperatedBackend,
  preflight: PreflightReport | undefined,
): readonly Guard[] {
  const { gate, baseUrl, speaks = at.name.dialect } = at.settings;
  if (!gate.requirePreflight) return [];
  const found = judge();
  return [
    {
      name: 'a preflight was made, and nothing failed',
      holds: found === 'passed',
      found,
      next: 'polyface migrate preflight --dialect … --subjects FILE',
    },
  ];

  function judge(): string {
    if (!preflight) return 'none was made';
    if (preflight.baseUrl !== baseUrl || preflight.speaks !== speaks)
      return 'it was made for another backend';
    const ageHours = (core.clock.nowMs() - preflight.atMs) / 3_600_000;
    if (ageHours > gate.verificationHours) return `it is ${ageHours.toFixed(1)} h old`;
    const failed = preflight.checks.filter(({ verdict }) => verdict === 'failed');
    return failed.length === 0 ? 'passed' : `it failed: ${failed.map(({ name }) => name).join('; ')}`;
  }
}
