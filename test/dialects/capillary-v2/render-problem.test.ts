import { describe, expect, it } from '@jest/globals';
import { renderProblem } from '../../../dialects/capillary-v2/render-problem.ts';
import { bodyText, problemRows } from '../../support/dialects/fixture.ts';
import { describeProblemTable } from '../../support/dialects/problem-table.ts';
import { aHead, aRequestContext } from '../../support/dialects/request-context.ts';
import { options } from './options.ts';

const rows = problemRows('capillary-v2');

describeProblemTable(rows, renderProblem, (profile) =>
  aRequestContext(options, { profile, request: aHead({ operationId: 'addCustomerImage' }) }),
);

describe('bodies', () => {
  it.each(['addCustomerImage', 'addCustomerImageByIdentifier', 'deleteCustomerImage'])(
    'error bodies have an empty data list in %s',
    (operationId) => {
      const context = aRequestContext(options, { request: aHead({ operationId }) });
      for (const { problem, body } of rows) expect(bodyText(renderProblem(problem, context))).toBe(body);
    },
  );

  it.each(['getCustomer', 'getCustomerImage', 'generateToken', undefined])(
    'error bodies have no data in %s',
    (operationId) => {
      const request = operationId === undefined ? aHead() : aHead({ operationId });
      const context = aRequestContext(options, { request });
      for (const { problem, body } of rows) {
        expect(bodyText(renderProblem(problem, context))).toBe(body.replace('"data":[],', ''));
      }
    },
  );

  it('error bodies name the number of images that the settings allow', () => {
    const answer = renderProblem({ kind: 'too-many-files', limit: 2 }, aRequestContext(options));
    expect(bodyText(answer)).toContain('"Max image per user is 2"');
  });
});

describe('the observed profile', () => {
  it('the observed profile changes nothing but the status of business errors', () => {
    for (const { body, observed } of rows) {
      const { code } = (JSON.parse(body) as { errors: [{ code: number }] }).errors[0];
      expect({ code, differs: observed }).toEqual({
        code,
        differs: code === 521 || String(code).startsWith('8') ? { status: 200 } : undefined,
      });
    }
  });

  it('the observed profile gives the code to the log, where the status says nothing', () => {
    const answer = renderProblem(
      { kind: 'corrupt-image' },
      aRequestContext(options, { profile: 'observed' }),
    );
    expect(answer).toMatchObject({ status: 200, logFields: { errorCode: '8084' } });
  });
});
