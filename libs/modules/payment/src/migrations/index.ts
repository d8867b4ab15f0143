import { idempotencyMigrations } from '@thali/kit/idempotency';
import { messagingMigrations } from '@thali/kit/messaging';
import { CreateLedger1700000000101 } from './0101-create-ledger.migration';
import { CreatePayments1700000000100 } from './0100-create-payments.migration';
import { CreateProviderLog1700000000102 } from './0102-create-provider-log.migration';
import { LetAccountsOweUs1700000000103 } from './0103-let-accounts-owe-us.migration';

export const migrations = [
  ...messagingMigrations,
  ...idempotencyMigrations,
  CreatePayments1700000000100,
  CreateLedger1700000000101,
  CreateProviderLog1700000000102,
  LetAccountsOweUs1700000000103,
];
