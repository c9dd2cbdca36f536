import { CENSUS_METRICS } from './count-callers.ts';

/** Who called an operation, how often, when last, and with which fields how often. */
export interface CensusRow {
  readonly dialect: string;
  readonly operation: string;
  readonly deprecated: boolean;
  readonly tenant: string;
  readonly credential: string;
  readonly client: string;
  readonly calls: number;
  /** ISO 8601. */
  readonly lastCallAt: string;
  readonly fields: Readonly<Record<string, number>>;
}

type Labels = Readonly<Record<string, string>>;

interface Figure {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** Reads the census out of the metrics of any number of gateways; the same caller counts once, with all its calls. */
export function readCensus(expositions: readonly string[]): CensusRow[] {
  const callers = new Map<
    string,
    { labels: Labels; calls: number; lastCall: number; fields: Record<string, number> }
  >();
  for (const { name, labels, value } of expositions.flatMap(figuresIn)) {
    const { field = '', ...caller } = labels;
    const key = JSON.stringify(Object.entries(caller).sort(([a], [b]) => a.localeCompare(b)));
    const entry = callers.get(key) ?? { labels: caller, calls: 0, lastCall: 0, fields: {} };
    callers.set(key, entry);
    if (name === CENSUS_METRICS.calls) entry.calls += value;
    if (name === CENSUS_METRICS.lastCall) entry.lastCall = Math.max(entry.lastCall, value);
    if (name === CENSUS_METRICS.fields) entry.fields[field] = (entry.fields[field] ?? 0) + value;
  }
  return [...callers.values()]
    .map(({ labels, calls, lastCall, fields }) => ({
      dialect: labels.dialect ?? '',
      operation: labels.operation ?? '',
      deprecated: labels.deprecated === 'true',
      tenant: labels.tenant ?? '',
      credential: labels.credential ?? '',
      client: labels.client ?? '',
      calls,
      lastCallAt: new Date(lastCall * 1000).toISOString(),
      fields,
    }))
    .sort((a, b) => Number(b.deprecated) - Number(a.deprecated) || b.calls - a.calls);
}

const LINE = /^(polyface_census_\w+)\{(.*)\} (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Lines of the text format of Prometheus that belong to the census. */
function figuresIn(exposition: string): Figure[] {
  return exposition.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(LABEL)].map(([, label = '', text = '']) => [
      label,
      text.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
    ]);
    return [{ name, labels: Object.fromEntries(pairs) as Labels, value: Number(value) }];
  });
}
