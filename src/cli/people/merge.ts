import type { Command } from 'commander';
import { mergePeople, previewMerge } from '../../core/merge-people.ts';
import type { MergePreview } from '../../domain/index.ts';
import { confirm } from './confirm.ts';
import { auditPeople, changeCommand, type PersonOptions, print, withPeople } from './people-command.ts';
import { mergeOverAdmin } from './people-over-admin.ts';
import { withPeopleParts } from './people-parts.ts';

interface MergeOptions extends PersonOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `polyface people merge`: merges two people who turned out to be one. */
export function mergeCommand(): Command {
  return changeCommand('merge')
    .description('make one person of two: every name and picture of the first leads to the second')
    .argument('<id>', 'who goes')
    .argument('<survivor>', 'who stays')
    .option('--dry-run', 'say what would be done, do nothing')
    .option('--yes', 'do not ask')
    .action(merge);
}

async function merge(id: string, survivor: string, options: MergeOptions): Promise<void> {
  if (options.admin !== undefined) return mergeOverAdmin(id, survivor, { ...options, admin: options.admin });
  await withPeople(options, (opened) =>
    withPeopleParts(opened, async (parts) => {
      const preview = await previewMerge(parts, opened.tenant, id, survivor);
      if (options.dryRun) return print(options, { merged: false, ...preview }, describeMerge(preview));
      await confirm(`${describeMerge(preview)}\nMerge them?`, options);
      const merged = await mergePeople(parts, opened.tenant, id, survivor, {
        source: { kind: 'versions', versions: [preview.source.version] },
        survivor: { kind: 'versions', versions: [preview.survivor.version] },
      });
      const after = { into: merged.survivor.key };
      await auditPeople(opened, 'people.merge', merged.source.key, { reason: options.reason, after });
      print(options, { merged: true, ...merged }, describeMerge(merged));
    }),
  );
}

function describeMerge({ source, survivor, adoptedSlots, droppedSlots }: MergePreview): string {
  const names = Object.entries(source.aliases).map(([dialect, alias]) => `${dialect} ${alias}`);
  return [
    `${source.id} into ${survivor.id}: ${['id ' + source.id, ...names].join(', ')} lead to ${survivor.id}`,
    ...(adoptedSlots.length > 0 ? [`pictures that come over: slot ${adoptedSlots.join(', ')}`] : []),
    ...(droppedSlots.length > 0
      ? [`pictures that go, for ${survivor.id} has a newer one: slot ${droppedSlots.join(', ')}`]
      : []),
  ].join('\n');
}
