import type { RecordStore } from '../../domain/index.ts';
import type { MigrationStage } from '../../settings/migration-settings.ts';
import { EVERYBODY } from './rollout.ts';
import { asStageRecord, type StageRecord } from './stage-record.ts';

/** One tenant's migration of one dialect. */
export interface MigrationName {
  readonly tenant: string;
  readonly dialect: string;
}

/** A record with the version to swap it against. */
export interface StoredStage {
  readonly record: StageRecord;
  readonly version: string;
}

/** The name in one string, for tables and records. */
export function nameText({ tenant, dialect }: MigrationName): string {
  return `${tenant}/${dialect}`;
}

/**
 * A name as a part of record keys. Characters that a key cannot hold are percent-encoded with `_` for `%`.
 */
export function keyPart(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*~_]/g, hexOf)
    .replaceAll('%', '_');
}

/** The record store's key of a stage. */
function stageKey(name: MigrationName): string {
  return `migration/stages/${keyPart(name.tenant)}/${keyPart(name.dialect)}`;
}

/** The stage as it stands; `undefined` where the migration has not begun. */
export async function readStage(records: RecordStore, name: MigrationName): Promise<StoredStage | undefined> {
  const found = await records.read(stageKey(name));
  return found && { record: asStageRecord(found.value), version: found.version };
}

/** Replaces the record unless another process was faster. */
export async function swapStage(
  records: RecordStore,
  name: MigrationName,
  expected: string,
  record: StageRecord,
): Promise<'swapped' | 'conflict'> {
  const result = await records.swap(stageKey(name), expected, record);
  return result === 'conflict' ? 'conflict' : 'swapped';
}

/** The present stage. Begins at `initial` where the migration has none yet. */
export async function beginStage(
  records: RecordStore,
  name: MigrationName,
  initial: MigrationStage,
): Promise<StoredStage> {
  const found = await readStage(records, name);
  if (found) return found;
  const first: StageRecord = {
    schema: 1,
    revision: 1,
    rollout: { stage: initial, ramp: EVERYBODY },
    history: [],
  };
  await records.swap(stageKey(name), undefined, first);
  const begun = await readStage(records, name);
  if (!begun) throw new Error('a stage record that was just written is gone');
  return begun;
}

function hexOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
