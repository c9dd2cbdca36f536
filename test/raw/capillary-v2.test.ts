import { describeRawSuite } from './describe-raw-suite.ts';
import { WIRE_DIALECTS } from './wire-dialects.ts';

describeRawSuite(WIRE_DIALECTS['capillary-v2']);
