import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { isJsonObject, type RecordStore } from '../../domain/index.ts';
import { type ImportCounts, NOTHING_COUNTED } from '../../people/import/import-people.ts';
import { eraseMissing } from './erase-missing.ts';
import { type ImportOrder, type ImportResult, importFile } from './import-file.ts';
import { auditPeople, type PeopleOptions, withPeople } from './people-command.ts';

/** The place where an interrupted import continues. */
interface SavedImport {
  readonly row: number;
  readonly counts: ImportCounts;
  readonly version: string | undefined;
}

/** Imports a file into the store of the settings. It goes on where an interrupted import stopped. */
export async function importHere(
  order: ImportOrder,
  options: PeopleOptions & { readonly restart?: boolean },
): Promise<ImportResult> {
  const { file, mapping, dryRun, erases } = order;
  return await withPeople(options, async (opened) => {
    const { settings, store, registry, tenant, signal } = opened;
    const inFile = new Set<string>();
    const place = file === '-' || dryRun ? undefined : await importPlace(tenant, file, mapping);
    // Missing people are known only after every row was read, so an import that erases starts from the
    // beginning.
    const saved = place && !options.restart && !erases ? await readSaved(store.records, place) : undefined;
    let version = saved?.version ?? (place && (await store.records.read(place))?.version);
    if (saved) process.stderr.write(`going on after line ${saved.row}\n`);
    const result = await importFile(order, {
      tenant,
      registry,
      dialects: new Set(Object.keys(settings.dialects)),
      signal,
      saved,
      onKey: (key) => erases && inFile.add(key),
      async onBatch(row, counts) {
        if (!place) return;
        const swapped = await store.records.swap(place, version, { schema: 1, row, counts });
        if (swapped === 'conflict') throw new Error('another import of this file is at work');
        version = swapped.version;
      },
    });
    const { rejected, created, changed } = result.report;
    const erased = erases && result.complete ? await eraseMissing(opened, inFile, { ...order, rejected }) : 0;
    if (!dryRun) await auditPeople(opened, 'people.import', '*', { after: { created, changed, erased } });
    if (place && result.complete && version !== undefined) await store.records.remove(place, version);
    return { ...result, erased };
  });
}

/**
 * The key under which an interrupted import keeps its place. It is the same for the same file, mapping and
 * tenant.
 */
async function importPlace(
  tenant: string,
  file: string,
  mapping: Readonly<Record<string, string>>,
): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0);
    const digest = createHash('sha256')
      .update(JSON.stringify([tenant, size, mapping]))
      .update(buffer.subarray(0, bytesRead));
    return `people/imports/${digest.digest('hex').slice(0, 32)}`;
  } finally {
    await handle.close();
  }
}

async function readSaved(records: RecordStore, place: string): Promise<SavedImport | undefined> {
  const found = await records.read(place);
  if (!found || !isJsonObject(found.value)) return undefined;
  const { row, counts } = found.value;
  if (typeof row !== 'number' || !isJsonObject(counts)) return undefined;
  return { row, counts: { ...NOTHING_COUNTED, ...counts }, version: found.version };
}
