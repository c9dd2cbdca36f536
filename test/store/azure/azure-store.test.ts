import { describeObjectStore } from '../describe-object-store.ts';
import { describeRecordStore } from '../describe-record-store.ts';
import { azureUnderTest } from './azure-under-test.ts';

describeObjectStore('azure (memory)', () => azureUnderTest());
describeRecordStore('azure (memory)', () => azureUnderTest());
