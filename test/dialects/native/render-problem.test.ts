import { renderProblem } from '../../../dialects/native/render-problem.ts';
import { anExchange } from '../../support/dialects/exchange.ts';
import { problemRows } from '../../support/dialects/fixture.ts';
import { describeProblemTable } from '../../support/dialects/problem-table.ts';

describeProblemTable(problemRows('native'), renderProblem, (profile) => anExchange({}, { profile }));
