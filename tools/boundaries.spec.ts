import { moduleNames } from '@thali/contracts';
import { arrows, bans, findViolations, readSources } from './boundaries';

/** Every rule, broken once or more. */
const planted: [file: string, source: string][] = [
  ['libs/new-thing/src/index.ts', ''],
  ['libs/modules/order/place-order.ts', ''],
  ['apps/thali/src/main.ts', `import { readFile } from 'node:fs/promises';`],
  ['apps/thali/src/main.ts', `import { aDatabase } from '@thali/kit/postgres/testing';`],
  ['apps/thali/src/main.ts', `import { Order } from '../../../libs/modules/order/src/domain/order';`],
  ['apps/thali/src/docs.ts', `import { plan } from '../../../docs/plan';`],
  ['apps/thali/test/journey.e2e.spec.ts', `import { Order } from '@thali/order/domain/order';`],
  ['libs/modules/order/src/place-order.ts', `import { PaymentModule } from '@thali/payment';`],
  ['libs/modules/order/src/place-order.ts', `import type { Payment } from '../../payment/src/domain/payment';`],
  ['libs/modules/order/src/place-order.ts', `export { Payment } from '../../payment/src/domain/payment';`],
  ['libs/modules/order/src/place-order.ts', `const payment = await import('@thali/payment');`],
  ['libs/modules/order/src/place-order.ts', `type Payment = import('@thali/payment').Payment;`],
  ['libs/modules/order/src/place-order.ts', `import { Tx } from '@thali/kit/postgres/transaction';`],
  ['libs/modules/order/src/place-order.ts', `import { aDatabase } from '@thali/kit/postgres/testing';`],
  ['libs/modules/order/src/place-order.ts', `import { ModuleHarness } from '@thali/kit/nest/testing';`],
  ['libs/modules/order/src/place-order.ts', `import { Money } from '../../../contracts/src/money';`],
  ['libs/modules/order/src/order.controller.ts', `import api from '../../../../docs/openapi.json';`],
  ['libs/modules/order/src/order.module.ts', `import { Module } from '@nestjs/core/injector/module';`],
  ['libs/modules/order/test/order.int.spec.ts', `import { aPayment } from '../../payment/testing/fixtures';`],
  ['libs/modules/order/src/domain/order.ts', `import { readFile } from 'node:fs/promises';`],
  ['libs/modules/order/src/domain/order.ts', `import { Injectable } from '@nestjs/common';`],
  ['libs/modules/order/src/domain/order.ts', `import { OrderRepository } from '../order.repository';`],
  ['libs/modules/order/src/domain/order.ts', `import { SagaRunner } from '@thali/kit/saga/runner';`],
  ['libs/modules/order/src/domain/order.ts', 'const placedAt = Date.now();'],
  ['libs/modules/order/src/domain/order.ts', 'const placedAt = new Date();'],
  ['libs/modules/order/src/domain/order.ts', 'const courier = couriers[Math.random() * couriers.length];'],
  ['libs/modules/order/src/domain/order.ts', 'setTimeout(cancel, 1000);'],
  ['libs/modules/order/src/domain/order.ts', 'const payment = await pay();'],
  ['libs/modules/payment/src/payment.view.ts', 'db.read(`select status from "order".tracking`);'],
  ...moduleNames.map((name): [string, string] => [
    'libs/modules/other/src/other.view.ts',
    `db.read('select 1 from ${name}.inbox')`,
  ]),
  ['libs/modules/order/src/order.view.ts', 'db.read(`select id from orders join payment.payments using (id)`);'],
  ['libs/modules/order/src/order.view.ts', 'db.change(`update restaurant.items set portions = 0`);'],
  ['libs/modules/order/src/order.view.ts', 'db.change(`delete from delivery.couriers`);'],
  ['libs/contracts/src/order.ts', `import { Injectable } from '@nestjs/common';`],
  ['libs/contracts/src/order.ts', `import { Outbox } from '@thali/kit/messaging';`],
  ['libs/kit/messaging/outbox/relay.ts', `import { OrderPlaced } from '@thali/contracts';`],
  ['libs/kit/messaging/outbox/relay.ts', `import { OrderModule } from '@thali/order';`],
  ['libs/kit/messaging/outbox/relay.ts', `import { Tx } from '../../postgres/transaction';`],
  ['libs/kit/messaging/outbox/relay.ts', `import { aDatabase } from '../../postgres/testing';`],
  ['libs/kit/messaging/outbox/relay.ts', `import { build } from '../../../../tools/build';`],
  ['libs/kit/messaging/testing/index.ts', `import { OrderPlaced } from '@thali/contracts';`],
  ['libs/kit/nest/testing/module-harness.ts', `import { OrderModule } from '@thali/order';`],
  ['libs/kit/nest/testing/module-harness.ts', `import { Database } from '../../postgres/database';`],
  ['libs/kit/messaging/test/relay.int.spec.ts', `import { OrderPlaced } from '@thali/contracts';`],
  ['libs/kit/core/clock.ts', `import { setTimeout } from 'node:timers/promises';`],
  ['libs/kit/core/clock.ts', `import { Injectable } from '@nestjs/common';`],
  ['libs/kit/core/clock.ts', `import { Database } from '../postgres';`],
  ['tools/audit/audit.ts', `import { OrderModule } from '@thali/order';`],
  ['tools/audit/databases.ts', `import { readSettings } from '@thali/kit/nest/settings';`],
  ['tools/simulate/simulation.ts', `import { aDatabase } from '@thali/kit/postgres/testing';`],
  ['tools/dev/split.ts', `import { main } from '../../apps/thali/src/main';`],
  ['tools/describe/survey.ts', `import { Order } from '../../libs/modules/order/src/domain/order';`],
  [
    'tools/simulate/test/crash.e2e.spec.ts',
    `import { Orders } from '../../../libs/modules/order/src/order.repository';`,
  ],
  ['tools/jest/global-setup.ts', `import { Database } from '../../libs/kit/postgres/database';`],
  ['lab/bench/town.ts', `import { Couriers } from '../../libs/modules/delivery/src/courier.repository';`],
  ['lab/bench/town.ts', `import { DeliveryModule } from '@thali/delivery';`],
  ['lab/bench/town.ts', `import { OrderPlaced } from '@thali/contracts';`],
  ['lab/bench/town.ts', `import { Tx } from '@thali/kit/postgres/transaction';`],
  ['lab/bench/town.ts', `import { welcome } from '../../apps/thali/src/welcome';`],
  ['lab/bench/town.ts', `import { z } from 'zod';`],
  ['lab/bench/bench.ts', `import { Reader } from '@thali/tools/audit/reader';`],
  ['lab/bench/bench.ts', `import { Evening } from '@thali/tools/audit/testing';`],
  ['lab/bench/bench.ts', `import { audit } from '../../tools/audit';`],
  ['lab/bench/test/town.int.spec.ts', `import { DeliveryModule } from '@thali/delivery';`],
  ['tools/audit/audit.ts', `import { median } from '../../lab/bench/measure';`],
  ['tools/audit/test/audit.int.spec.ts', `import { median } from '@thali/lab/bench/measure';`],
  ['apps/thali/test/journey.e2e.spec.ts', `import { wish } from '../../../lab/bench/town';`],
  ['libs/modules/order/src/place-order.ts', `import { wish } from '../../../../lab/bench/town';`],
  ['libs/kit/nest/testing/module-harness.ts', `import { OrderModule } from '@thali/order';`],
  ['libs/kit/nest/testing/module-harness.ts', `import { Database } from '../../postgres/database';`],
  ['libs/kit/messaging/test/relay.int.spec.ts', `import { median } from '../../../../lab/bench/measure';`],
  ['apps/thali/src/main.ts', `import { audit } from '@thali/tools/audit';`],
  ['libs/kit/postgres/database.ts', `import { send } from '../messaging';`],
  ['libs/kit/messaging/migrations/time-inbox.migration.ts', `import { weekMs } from '../log/weeks';`],
  ['libs/kit/messaging/ports/transport.ts', `import type { Consumer } from '../inbox/consumer';`],
  ['libs/kit/messaging/ports/receiver.ts', `import { record } from '../outbox/send';`],
  ['libs/kit/messaging/tables/messaging.tables.ts', `import { inboxChanged } from '../ports/receiver';`],
  ['libs/kit/messaging/log/weeks.ts', `import { outboxChanged } from '../outbox/send';`],
  ['libs/kit/messaging/leases/partitions.ts', `import { inboxChanged } from '../ports/receiver';`],
  ['libs/kit/messaging/outbox/send.ts', `import { firstOfKey } from '../inbox/first-of-key.sql';`],
  ['libs/kit/messaging/outbox/send.ts', `import { schedule } from '../timers/schedule';`],
  ['libs/kit/messaging/inbox/consumer.ts', `import { record } from '../outbox/send';`],
  ['libs/kit/messaging/inbox/inbox.ts', `import { Messaging } from '../messaging';`],
  ['libs/kit/messaging/timers/timers.ts', `import { InProcessTransport } from '../in-process/in-process.transport';`],
  ['libs/kit/messaging/in-process/in-process.transport.ts', `import { Inbox } from '../inbox/inbox';`],
  ['libs/kit/messaging/rabbitmq/intake.ts', `import { Inbox } from '../inbox/inbox';`],
  ['libs/kit/messaging/messaging.ts', `import { SagaRunner } from '../saga';`],
  ['libs/kit/event-store/event-store.ts', `import { send } from '../messaging';`],
  ['libs/kit/idempotency/once.ts', `import { send } from '../messaging';`],
  ['libs/kit/saga/runner.ts', `import { HttpModule } from '../http';`],
  ['libs/kit/http/etag.ts', `import { Tx } from '../postgres/transaction';`],
];

describe('The boundaries', () => {
  it('hold in every file', () => {
    expect(readSources().flatMap(([file, source]) => findViolations(file, source))).toEqual([]);
  });

  it.each(planted)('are noticed when they are broken: %s %s', (file, source) => {
    expect(findViolations(file, source)).toHaveLength(1);
  });

  it('are each broken above', () => {
    const broken = planted.map(([file]) => arrows.find(({ from }) => from.test(file)));
    expect(arrows.filter((arrow) => !broken.includes(arrow))).toEqual([]);

    const said = bans.filter(({ from, words }) =>
      planted.some(([file, source]) => from.test(file) && words.test(source)),
    );
    expect(said).toEqual(bans);
  });

  it('let a comment say anything', () => {
    expect(findViolations('libs/modules/order/src/domain/order.ts', '/* never await */ // nor Date.now()')).toEqual([]);
  });
});
