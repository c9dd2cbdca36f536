import { describeStorePromises } from '../describe-promises.ts';
import { filesystemUnderTest } from './filesystem-under-test.ts';

describeStorePromises('filesystem', filesystemUnderTest);
