import { CreateIdempotency1700000000002 } from '@thali/kit/idempotency';
import { CreateMessaging1700000000001 } from '@thali/kit/outbox';
import { CreateLedger1700000000101 } from './create-ledger';
import { CreatePayments1700000000100 } from './create-payments';
import { CreateProviderLog1700000000102 } from './create-provider-log';

export const migrations = [
  CreateMessaging1700000000001,
  CreateIdempotency1700000000002,
  CreatePayments1700000000100,
  CreateLedger1700000000101,
  CreateProviderLog1700000000102,
];
