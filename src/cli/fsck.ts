import type { Command } from 'commander';
import { type CheckReport, checkStore } from '../maintenance/check-store.ts';
import {
  type MaintenanceOptions,
  maintenanceCommand,
  progressBar,
  withStore,
} from './maintenance-command.ts';

/** `polyface fsck`: proves that every picture is there and whole. Exit code 1 where one is not. */
export function fsckCommand(): Command {
  return maintenanceCommand('fsck')
    .description('read every record and body, and compare size and SHA-256; safe while gateways run')
    .action(fsck);
}

async function fsck(options: MaintenanceOptions): Promise<void> {
  const { json = false, restart = false } = options;
  const { report, complete } = await withStore(options, async (store, signal) => {
    const bar = progressBar('fsck');
    try {
      return await checkStore(store, { restart, signal, onProgress: (fraction) => bar.show(fraction) });
    } finally {
      bar.end();
    }
  });
  process.stdout.write(`${json ? JSON.stringify({ complete, ...report }) : told(report)}\n`);
  if (report.damaged > 0) process.exitCode = 1;
  if (complete) return;
  process.stderr.write('interrupted; the next run goes on from here\n');
  process.exitCode = 130;
}

function told({ records, bodies, bytes, damaged, findings }: CheckReport): string {
  return [
    `${records} records, ${bodies} bodies (${bytes} bytes), ${damaged} damaged`,
    ...findings.map(({ record, body, damage }) => `${damage}: ${body ?? record}`),
  ].join('\n');
}
