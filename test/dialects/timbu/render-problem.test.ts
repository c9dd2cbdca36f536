import { renderProblem } from '../../../dialects/timbu/render-problem.ts';
import { anExchange } from '../../support/dialects/exchange.ts';
import { problemRows } from '../../support/dialects/fixture.ts';
import { describeProblemTable } from '../../support/dialects/problem-table.ts';
import { options } from './options.ts';

describeProblemTable(problemRows('timbu'), renderProblem, (profile) => anExchange(options, { profile }));
