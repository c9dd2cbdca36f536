import { describe, expect, it } from '@jest/globals';
import { renderProblem } from '../../../dialects/smartsheet/render-problem.ts';
import { fixtureText, problemRows } from '../../support/dialects/fixture.ts';
import { describeProblemTable } from '../../support/dialects/problem-table.ts';
import { aHead, aRequestContext } from '../../support/dialects/request-context.ts';
import { options } from './options.ts';

const rows = problemRows('smartsheet');

describeProblemTable(rows, renderProblem, (profile) => aRequestContext(options, { profile }));

/** The vendor's list: `HTTP status \t errorCode \t message`; {0} stands for a value, `<br/>` begins an alternative. */
const vendorRows = fixtureText('smartsheet', 'error-codes.tsv')
  .split('\n')
  .map((line) => line.split('\t'));

function vendorRow(errorCode: number): { status: number; message: RegExp } | undefined {
  const found = vendorRows.find(([, code]) => code === String(errorCode));
  const [message = ''] = (found?.[2] ?? '').split('<br/>');
  const pattern = message.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\d\}/g, '.+');
  // On the wire "Not Found" comes without the full stop that the list prints.
  const dot = errorCode === 1006 ? '?' : '';
  return found && { status: Number(found[0]), message: new RegExp(`^${pattern}${dot}$`) };
}

describe('the vendor list of error codes', () => {
  it.each(rows.map((row) => ({ row, ...(JSON.parse(row.body) as { errorCode: number; message: string }) })))(
    'the vendor list of error codes has $errorCode with this status and sentence: $message',
    ({ row, errorCode, message }) => {
      const vendor = vendorRow(errorCode);
      expect(vendor?.status).toBe(row.status);
      expect(message).toMatch(vendor?.message ?? /never/);
    },
  );

  it('the vendor list of error codes keeps 4001 to 4004 for what a retry can mend, because SDKs retry on these alone', () => {
    const passing = new Set([
      'conflict',
      'rate-limited',
      'overloaded',
      'upstream-unavailable',
      'request-timeout',
      'upstream-timeout',
      'precondition-failed',
    ]);
    for (const { problem, body } of rows) {
      const { errorCode } = JSON.parse(body) as { errorCode: number };
      expect({ problem, retried: errorCode >= 4001 && errorCode <= 4004 }).toEqual({
        problem,
        retried: passing.has(problem.kind),
      });
    }
  });
});

describe('refId', () => {
  it('refId stands in the log line as in the answer, and follows from the request id', () => {
    const one = renderProblem({ kind: 'forbidden' }, aRequestContext(options));
    const other = renderProblem(
      { kind: 'forbidden' },
      aRequestContext(options, { requestId: 'ffffffffffffffffffffffffffffffff' }),
    );
    expect(one.logFields?.refId).toBe('mf9g063v08f');
    expect(other.logFields?.refId).toBe('3w5e11264sgsf');
  });

  it('refId comes with the integration source, unless that is malformed', () => {
    const from = (value: string) =>
      renderProblem(
        { kind: 'forbidden' },
        aRequestContext(options, { request: aHead({ headers: { 'smartsheet-integration-source': value } }) }),
      ).logFields?.integrationSource;
    expect(from('AI,SampleOrg,My-AI-Connector-v2')).toBe('AI,SampleOrg,My-AI-Connector-v2');
    expect(from('rubbish')).toBeUndefined();
  });
});
