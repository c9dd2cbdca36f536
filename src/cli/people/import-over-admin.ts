import type { Job } from '../../admin/jobs.ts';
import type { PersonDraft, PutResult } from '../../domain/index.ts';
import { checkPerson, personPart } from '../../people/check-person.ts';
import type { ImportedRow } from '../../people/import/import-people.ts';
import { type AdminClient, AdminRefusal } from '../admin-client.ts';
import { eraseMissingOverAdmin } from './erase-missing.ts';
import { type ImportOrder, type ImportResult, importFile } from './import-file.ts';
import { openTenant } from './people-over-admin.ts';

/** One request holds at most so much. */
const MAX_PART_BYTES = 8 * 1024 * 1024;
const MAX_PART_ROWS = 20_000;

/** What became of a row, as the admin API says it. */
type ShownRow =
  | { readonly kind: 'created' | 'changed' | 'unchanged'; readonly key: string }
  | Extract<PutResult, { kind: 'refused' }>;

/**
 * Imports a file at a running gateway. The file is read here, and its rows are sent part by part to a job
 * there. An interrupt cancels the job; what was written stays.
 */
export async function importOverAdmin(
  order: ImportOrder,
  options: { readonly admin: string; readonly tenant?: string },
): Promise<ImportResult> {
  const { dryRun, erases } = order;
  const { client, tenant } = await openTenant(options.admin, options.tenant);
  if (erases) await requireAdmin(client);
  const { items } = await client.ask<{ items: readonly { name: string }[] }>('GET', '/dialects');
  const dialects = new Set(items.map(({ name }) => name));
  const job = await client.ask<Job>('POST', '/jobs', { kind: 'people-import', tenant, dryRun });
  const rows = sendRows(client, job.id);
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const inFile = new Set<string>();
  try {
    const result = await importFile(order, {
      tenant,
      registry: {
        check: (person) => checkPerson(personPart(person), dialects),
        putMany: (_, drafts) => rows.put(drafts),
        preview: (_, drafts) => rows.put(drafts),
      },
      dialects,
      signal: interrupt.signal,
      onKey: (key) => erases && inFile.add(key),
      onRead: (fraction) => rows.tellRead(fraction),
    });
    if (!result.complete) return { ...result, erased: 0 };
    await rows.end();
    const { rejected } = result.report;
    const missing = { ...order, rejected, signal: interrupt.signal };
    return { ...result, erased: erases ? await eraseMissingOverAdmin(client, tenant, inFile, missing) : 0 };
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    if (!rows.hasEnded()) await client.ask('DELETE', `/jobs/${job.id}`).catch(() => {});
  }
}

/** Refuses before the first row is written if the role of the token may not erase people. */
async function requireAdmin(client: AdminClient): Promise<void> {
  const { role } = await client.ask<{ readonly role: string }>('GET', '/session');
  if (role !== 'admin') throw new Error(`--missing erase needs the role "admin"; the token has "${role}"`);
}

function sendRows(client: AdminClient, job: string) {
  let row = 0;
  let progress = '';
  let ended = false;
  const send = async (lines: readonly string[], last: boolean) => {
    const path = `/jobs/${job}/rows?last=${last}${progress}`;
    try {
      return (await client.sendLines<{ items: readonly ShownRow[] }>(path, lines.join(''))).items;
    } catch (cause) {
      if (!(cause instanceof AdminRefusal) || cause.status !== 409) throw cause;
      ended = true;
      throw new Error('the import was cancelled at the gateway; what was written stays', { cause });
    }
  };
  return {
    tellRead(fraction: number | undefined) {
      progress = fraction === undefined ? '' : `&progress=${Math.min(1, fraction)}`;
    },
    hasEnded: () => ended,
    async put(drafts: readonly PersonDraft[]): Promise<readonly ImportedRow[]> {
      const results: ImportedRow[] = [];
      for (const part of partsOf(drafts)) {
        const lines = part.map((person) => {
          row += 1;
          return `{"row":${row},"person":${person}}\n`;
        });
        for (const shown of await send(lines, false)) results.push(asImportedRow(shown));
      }
      return results;
    },
    async end() {
      await send([], true);
      ended = true;
    },
  };
}

/** The drafts as JSON, in parts that a request can hold. */
function* partsOf(drafts: readonly PersonDraft[]): Iterable<readonly string[]> {
  let part: string[] = [];
  let bytes = 0;
  for (const draft of drafts) {
    const text = JSON.stringify(draft);
    const size = Buffer.byteLength(text);
    if (part.length > 0 && (bytes + size > MAX_PART_BYTES || part.length === MAX_PART_ROWS)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(text);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

function asImportedRow(shown: ShownRow): ImportedRow {
  return shown.kind === 'refused' ? shown : { kind: shown.kind, person: { key: shown.key } };
}
