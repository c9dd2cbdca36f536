import { describeStorePromises } from '../describe-promises.ts';
import { azureUnderTest } from './azure-under-test.ts';

describeStorePromises('azure (memory)', () => azureUnderTest());
