import { describeStorePromises } from '../describe-promises.ts';
import { miniStackUnderTest } from './s3-under-test.ts';

describeStorePromises('s3 (MiniStack)', miniStackUnderTest);
