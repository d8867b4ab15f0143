import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Money, OrderId } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import { refuseStale } from '@thali/kit/http';
import { SagaRunner } from '@thali/kit/saga/runner';
import { z } from 'zod';
import { orderNotFound } from './domain/errors';
import { refuseRevisionUnlessConfirmed, type OrderCommand } from './domain/order';
import { priceRevision } from './domain/price-revision';
import { reviseOrderSaga, type Revision } from './domain/revise-order.saga';
import { exampleOrder } from './examples';
import { MenuView } from './menu.view';
import { OrderRepository } from './order.repository';
import { WantedLines } from './place-order';
import { OrderSettings } from './settings';

export const ReviseOrderInput = z
  .object({ lines: WantedLines })
  .meta({ id: 'ReviseOrder', example: { lines: exampleOrder.lines } });

export class ReviseOrder extends Command<{ orderId: OrderId; revision: number; total: Money }> {
  constructor(
    readonly orderId: OrderId,
    /** The version of the order that the customer has seen. */
    readonly seen: number,
    readonly lines: z.infer<typeof WantedLines>,
  ) {
    super();
  }
}

/** Runs the saga of each revision. */
@Injectable()
export class ReviseOrderProcess extends SagaRunner<Revision, OrderCommand> {
  constructor(orders: OrderRepository, { timeLimits }: OrderSettings) {
    super(reviseOrderSaga(timeLimits.askKitchen), (tx, orderId) => orders.open(tx, orderId));
  }
}

/** Prices what is added by today's menu, keeps what was promised, and asks bank and kitchen to agree. */
@Injectable()
@CommandHandler(ReviseOrder)
export class ReviseOrderHandler implements ICommandHandler<ReviseOrder> {
  constructor(
    private readonly menus: MenuView,
    private readonly orders: OrderRepository,
    private readonly process: ReviseOrderProcess,
  ) {}

  async execute(command: ReviseOrder): Promise<{ orderId: OrderId; revision: number; total: Money }> {
    const tx = transactionOf(command);
    const { orderId, seen, lines: wanted } = command;
    const { state: order, version } = await this.orders.load(tx, orderId);
    if (version === 0) throw orderNotFound(orderId);
    refuseRevisionUnlessConfirmed(order);
    refuseStale('order', seen, version);
    const menu = await this.menus.excerptFor(tx, order.restaurantId, wanted);
    const { lines, total } = priceRevision(menu, order.lines, wanted);
    const revision = version * 2;
    await this.process.startAgain(tx, orderId, { orderId, revision, lines, total, oldTotal: order.total });
    return { orderId, revision, total };
  }
}
