import { parseArgs } from 'node:util';
import { rehearse } from './rehearse.ts';

/* `npm run rehearsal [-- --subjects N --clients N]`: both journeys, with their figures. */

const { values } = parseArgs({
  options: { subjects: { type: 'string', default: '10000' }, clients: { type: 'string', default: '8' } },
});
const options = {
  subjects: Number(values.subjects),
  clients: Number(values.clients),
  say: (line: string) => console.log(line),
};

let failed = false;
for (const journey of ['complete', 'back'] as const) {
  console.log(
    `\n${journey === 'complete' ? 'From pass-through to complete' : 'To switched and back'}, ${options.subjects} subjects`,
  );
  const report = await rehearse(journey, options);
  console.log(JSON.stringify(report));
  failed ||= report.errors + report.wrong > 0;
}
process.exitCode = failed ? 1 : 0;
