import { describeObjectStore } from '../describe-object-store.ts';
import { describeRecordStore } from '../describe-record-store.ts';
import { azureOnDiskUnderTest } from './azure-under-test.ts';

describeObjectStore('azure (disk)', azureOnDiskUnderTest);
describeRecordStore('azure (disk)', azureOnDiskUnderTest);
