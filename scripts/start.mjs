/* `npm start`: install what is missing, build, and serve the demo on the embedded store, with four lines to paste. */
import { spawn } from 'node:child_process';
import { build, environment, installDependencies, root } from './set-up.mjs';

const args = process.argv.slice(2);
installDependencies();
build();

const own = process.env.POLYFACE_CONFIG || args.includes('--config');
const gateway = spawn(
  'node',
  [
    'dist/src/cli/polyface.js',
    'serve',
    ...(own ? [] : ['--config', 'config/demo.yaml', '--welcome']),
    ...args,
  ],
  { cwd: root, env: environment(), stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => gateway.kill(signal));
gateway.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
