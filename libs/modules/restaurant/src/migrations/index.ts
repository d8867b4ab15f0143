import { CreateIdempotency1700000000002 } from '@thali/kit/idempotency';
import { CreateMessaging1700000000001 } from '@thali/kit/outbox';
import { CreateRestaurant1700000000100 } from './create-restaurant';

export const migrations = [CreateMessaging1700000000001, CreateIdempotency1700000000002, CreateRestaurant1700000000100];
