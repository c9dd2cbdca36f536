import { existsSync } from 'node:fs';
import { describe } from '@jest/globals';
import type { LaunchOptions } from 'playwright-core';

const CHROMIUM = process.env.POLYFACE_CHROMIUM ?? '/usr/bin/chromium';

/** How Chromium is started: alone, and without a word to the network. */
export const BROWSER: LaunchOptions = {
  executablePath: CHROMIUM,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/** A suite that needs Chromium: skipped aloud where there is none, but never in CI. */
export function describeInBrowser(name: string, suite: () => void): void {
  const isPresent = existsSync(CHROMIUM);
  if (!isPresent && !process.env.CI) {
    process.stderr.write(
      `SKIPPED ${name}: there is no ${CHROMIUM} (apt-get install chromium, or POLYFACE_CHROMIUM)\n`,
    );
    describe.skip(name, suite);
    return;
  }
  describe(name, suite);
}
