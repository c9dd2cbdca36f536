import { renderProblem } from '../../../dialects/native/render-problem.ts';
import { problemRows } from '../../support/dialects/fixture.ts';
import { describeProblemTable } from '../../support/dialects/problem-table.ts';
import { aRequestContext } from '../../support/dialects/request-context.ts';

describeProblemTable(problemRows('native'), renderProblem, (profile) => aRequestContext({}, { profile }));
