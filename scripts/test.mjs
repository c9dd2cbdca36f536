/* `npm test [-- <jest arguments>]`: install what is missing, build, and run the suite on the pinned Node. */
import { build, environment, installDependencies, installJudges, run } from './set-up.mjs';

installDependencies();
installJudges();
build();
run(
  'node',
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    ...process.argv.slice(2),
  ],
  { env: environment({ NODE_ENV: 'test' }) },
);
