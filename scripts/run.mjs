/* Runs one of the project's TypeScript programs on the pinned Node: `node scripts/run.mjs bench/bench.ts --short`. */
import { build, installDependencies, installJudges, run } from './set-up.mjs';

const [program, ...args] = process.argv.slice(2);
installDependencies();
// The product and its demo stand alone. Tests and measurements may call on the judges.
if (!/^(src|scripts)\//.test(program)) installJudges();
build();
run('node', [program, ...args]);
