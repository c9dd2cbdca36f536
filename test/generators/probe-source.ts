import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GeneratedFrom } from './documents.ts';

/** What a probe's template leaves open. */
export interface ProbeChoices {
  readonly extension: string;
  readonly baseUrl: string;
  /** Default: the document's id. */
  readonly importedAs?: string;
}

/**
 * The probe of a generator for a document. Lines that end with `// documented` or `// observed` are kept for that profile alone; `PACKAGE` stands
 * for where the generated client is, `BASE_URL` for the document's server.
 */
export async function probeSource(
  generator: string,
  { dialect, profile, id }: GeneratedFrom,
  { extension, baseUrl, importedAs = id }: ProbeChoices,
): Promise<string> {
  const text = await readFile(
    join(import.meta.dirname, 'probes', generator, `${dialect}.${extension}.template`),
    'utf8',
  );
  const other = profile === 'documented' ? 'observed' : 'documented';
  return text
    .split('\n')
    .filter((line) => !line.endsWith(`// ${other}`) && !line.endsWith(`# ${other}`))
    .join('\n')
    .replaceAll('PACKAGE', importedAs)
    .replaceAll('BASE_URL', baseUrl)
    .replaceAll('PROBE', `Probe_${id}`);
}
