import { idempotencyMigrations } from '@thali/kit/idempotency';
import { messagingMigrations } from '@thali/kit/messaging';
import { CreateLedger1700000000101 } from './create-ledger';
import { CreatePayments1700000000100 } from './create-payments';
import { CreateProviderLog1700000000102 } from './create-provider-log';

export const migrations = [
  ...messagingMigrations,
  ...idempotencyMigrations,
  CreatePayments1700000000100,
  CreateLedger1700000000101,
  CreateProviderLog1700000000102,
];
