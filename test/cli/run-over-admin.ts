import { type ChildProcess, execFile } from 'node:child_process';
import { join } from 'node:path';
import type { AdminGateway } from '../admin/start-admin.ts';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');

/** How a command ended, and what it printed. */
export interface EndedCommand {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Begins a command that has neither settings nor store: all that it knows is the admin port. */
export function beginOverAdmin(
  { adminUrl, tokens }: AdminGateway,
  args: readonly string[],
): { readonly child: ChildProcess; readonly ended: Promise<EndedCommand> } {
  const env = {
    PATH: process.env.PATH ?? '',
    POLYFACE_ADMIN: adminUrl,
    POLYFACE_ADMIN_TOKEN: tokens.admin,
  };
  const { promise, resolve } = Promise.withResolvers<EndedCommand>();
  const child = execFile(process.execPath, [PROGRAM, ...args], { env }, (error, out, err) =>
    resolve({ code: error ? Number(error.code) : 0, out, err }),
  );
  return { child, ended: promise };
}
