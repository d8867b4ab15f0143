import { idempotencyMigrations } from '@thali/kit/idempotency';
import { messagingMigrations } from '@thali/kit/messaging';
import { CreateLedger1700000000101 } from './create-ledger.migration';
import { CreatePayments1700000000100 } from './create-payments.migration';
import { CreateProviderLog1700000000102 } from './create-provider-log.migration';
import { LetAccountsOweUs1700000000103 } from './let-accounts-owe-us.migration';

export const migrations = [
  ...messagingMigrations,
  ...idempotencyMigrations,
  CreatePayments1700000000100,
  CreateLedger1700000000101,
  CreateProviderLog1700000000102,
  LetAccountsOweUs1700000000103,
];
