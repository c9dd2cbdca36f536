import {
  type Command,
  type Loss,
  type Outcome,
  type Problem,
  ProblemError,
  type Subject,
} from '../domain/index.ts';
import type { LoadedDialect } from '../gateway/dialect-registry.ts';
import type { Settings } from '../settings/settings.ts';

/** The request that a legacy backend would get for a command, and what would be lost in translation. */
export interface Translation {
  /** The dialect that the backend speaks. */
  readonly speaks: string;
  /** Method and path below the backend's address. */
  readonly request?: string;
  readonly losses: readonly Loss[];
  /** Why that dialect cannot express the command. */
  readonly problem?: Problem;
}

/**
 * Translates a command for a backend that speaks another dialect. `undefined` where there is no such backend,
 * or the command concerns no person. Sends nothing.
 */
export function translateForBackend(
  command: Command,
  outcome: Outcome,
  at: {
    /** Absent for public operations. */
    readonly tenant: string | undefined;
    readonly dialect: string;
    readonly dialects: readonly LoadedDialect[];
    readonly migration: Settings['migration'];
  },
): Translation | undefined {
  const backend = at.migration?.backends.find(
    ({ tenant, dialect }) => tenant === at.tenant && dialect === at.dialect,
  );
  const subject = subjectOf(outcome);
  const speaks = backend?.speaks ?? at.dialect;
  if (!backend || !subject || speaks === at.dialect) return undefined;
  const loaded = at.dialects.find(({ dialect }) => dialect.name === speaks);
  const upstream = loaded?.dialect.upstream;
  if (!upstream?.supports.includes(command.kind))
    return { speaks, losses: [], problem: { kind: 'method-not-allowed', allow: [] } };
  if (subject.aliases[speaks] === undefined)
    return { speaks, losses: [], problem: { kind: 'subject-not-found' } };
  try {
    const { request, losses } = upstream.request(command, {
      subject,
      options: { ...loaded?.setting(at.tenant).options, ...backend.options },
      aliases: subject.aliases,
    });
    return { speaks, request: `${request.method} ${request.path}`, losses };
  } catch (cause) {
    if (cause instanceof ProblemError) return { speaks, losses: [], problem: cause.problem };
    throw cause;
  }
}

function subjectOf(outcome: Outcome): Subject | undefined {
  return 'subject' in outcome ? outcome.subject : undefined;
}
