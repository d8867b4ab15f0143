import { listeners } from '@thali/contracts';
import { DeliveryModule } from '@thali/delivery';
import { createApp } from '@thali/kit/app';
import { aServer } from '@thali/kit/postgres/testing';
import { OrderModule } from '@thali/order';
import { PaymentModule } from '@thali/payment';
import { RestaurantModule } from '@thali/restaurant';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeJourneys, shortLimits } from '../testing/journeys';

jest.setTimeout(60_000);

describeJourneys('an order, in one process', async () => {
  const server = await aServer();
  const modules = { order: OrderModule, payment: PaymentModule, restaurant: RestaurantModule, delivery: DeliveryModule };
  const place = { PORT: '0', THALI_DATABASE_URL: server.url, THALI_DATA_DIR: mkdtempSync(join(tmpdir(), 'thali-')), THALI_LOG_LEVEL: 'silent' };
  const app = await createApp({ name: 'thali', modules, listeners, env: { ...shortLimits, ...place } });
  const url = await app.start();
  const stop = async () => {
    await app.stop();
    await server.drop();
  };
  return { url, stop };
});
