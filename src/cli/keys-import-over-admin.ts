import { type KeysImportReport, LEAST_SECRET_LENGTH } from '../gateway/credentials/import-keys.ts';
import { sha256Hex } from '../gateway/credentials/secret-digest.ts';
import { inBatches } from '../maintenance/in-batches.ts';
import { createAdminClient } from './admin-client.ts';
import type { FileRow } from './read-rows.ts';

/** Rows in one request: some 250 KB. */
const ROWS_AT_ONCE = 1_000;
const MOST_FAULTS = 100;

/** `keys import` at a running gateway. Only the SHA-256 of a secret is sent. */
export async function importOverAdmin(
  admin: string,
  rows: AsyncIterable<FileRow>,
  {
    dialect,
    tenant,
    dryRun,
  }: { readonly dialect?: string; readonly tenant?: string; readonly dryRun: boolean },
): Promise<KeysImportReport> {
  const client = createAdminClient(admin);
  let sum: KeysImportReport = { imported: 0, unchanged: 0, rejected: 0, faults: [] };
  for await (const batch of inBatches(rows, ROWS_AT_ONCE)) {
    const body = { rows: batch.map(withoutSecret), dialect, tenant, dryRun };
    const { imported, unchanged, rejected, faults } = await client.ask<KeysImportReport>(
      'POST',
      '/keys/import',
      body,
    );
    sum = {
      imported: sum.imported + imported,
      unchanged: sum.unchanged + unchanged,
      rejected: sum.rejected + rejected,
      faults: [...sum.faults, ...faults].slice(0, MOST_FAULTS),
    };
  }
  return sum;
}

/** Leaves a secret that is too short out of the row. The gateway refuses the row anyway. */
function withoutSecret(one: FileRow): FileRow {
  if ('fault' in one || typeof one.values.secret !== 'string') return one;
  const { secret, ...values } = one.values;
  const isLong = typeof secret === 'string' && secret.length >= LEAST_SECRET_LENGTH;
  return {
    row: one.row,
    values: { ...values, ...(isLong ? { sha256: sha256Hex(secret) } : { secret: '' }) },
  };
}
