import { describeStorePromises } from '../describe-promises.ts';
import { azureOnDiskUnderTest } from './azure-under-test.ts';

describeStorePromises('azure (disk)', azureOnDiskUnderTest);
