import { azureUnderTest } from '../store/azure/azure-under-test.ts';
import { miniStackUnderTest } from '../store/s3/s3-under-test.ts';
import { describeOnStores } from './describe-on-stores.ts';

describeOnStores({ azure: () => azureUnderTest(), 's3 (MiniStack)': miniStackUnderTest });
