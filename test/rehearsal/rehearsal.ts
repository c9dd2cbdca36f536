import { parseArgs } from 'node:util';
import { type Journey, rehearse } from './rehearse.ts';

/*
 * `npm run rehearsal [-- --subjects N --clients N --journey complete|back]`: both journeys, or one, with their figures. A journey that fails
 * says why, and the other one is made all the same.
 */

const { values } = parseArgs({
  options: {
    subjects: { type: 'string', default: '10000' },
    clients: { type: 'string', default: '8' },
    journey: { type: 'string' },
  },
});
const options = {
  subjects: Number(values.subjects),
  clients: Number(values.clients),
  say: (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`),
};
const TITLES: Readonly<Record<Journey, string>> = {
  complete: 'From pass-through to complete',
  back: 'To switched and back',
};

async function make(journey: Journey): Promise<boolean> {
  console.log(`\n${TITLES[journey]}, ${options.subjects} subjects`);
  try {
    const report = await rehearse(journey, options);
    console.log(JSON.stringify(report));
    return report.errors + report.wrong === 0;
  } catch (cause) {
    console.log(JSON.stringify({ journey, failed: String(cause) }));
    console.error(cause);
    return false;
  }
}

const journeys = (Object.keys(TITLES) as Journey[]).filter(
  (one) => !values.journey || one === values.journey,
);
if (journeys.length === 0) throw new Error(`there is no journey ${values.journey}`);
for (const journey of journeys) if (!(await make(journey))) process.exitCode = 1;
