import { ProblemError, type WireRequestHead } from '../../src/domain/index.ts';

const HEADER = 'smartsheet-integration-source';

/** `TYPE,OrgName,SourceName`, as the vendor's page prints it. */
const SHAPE = /^(AI|SCRIPT|APPLICATION),[^,]+,[^,]+$/;

/** Throws `invalid-parameter` where the caller says where it comes from, but not in the vendor's shape. */
export function requireIntegrationSource({ headers }: Pick<WireRequestHead, 'headers'>): void {
  const value = headers[HEADER];
  if (value !== undefined && !SHAPE.test(value)) {
    throw new ProblemError({ kind: 'invalid-parameter', name: HEADER, value, location: 'header' });
  }
}

/** The integration's facts for the log line; none where the header is absent or malformed. */
export function integrationLogFields({ headers }: Pick<WireRequestHead, 'headers'>): Record<string, string> {
  const value = headers[HEADER];
  return value !== undefined && SHAPE.test(value) ? { integrationSource: value.slice(0, 200) } : {};
}
