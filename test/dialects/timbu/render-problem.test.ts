import { renderProblem } from '../../../dialects/timbu/render-problem.ts';
import { problemRows } from '../../support/dialects/fixture.ts';
import { describeProblemTable } from '../../support/dialects/problem-table.ts';
import { aRequestContext } from '../../support/dialects/request-context.ts';
import { options } from './options.ts';

describeProblemTable(problemRows('timbu'), renderProblem, (profile) => aRequestContext(options, { profile }));
