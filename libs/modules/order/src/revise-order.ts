import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Money, OrderId } from '@thali/contracts';
import { transactionOf } from '@thali/kit/nest';
import { DomainError } from '@thali/kit/core';
import { refuseStale } from '@thali/kit/http';
import { SagaRunner } from '@thali/kit/saga/runner';
import { z } from 'zod';
import { refuseRevisionUnlessConfirmed, unknownOrder, type OrderCommand } from './domain/order';
import { priceOrder } from './domain/price-order';
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

/** Prices the new lines by today's menu and asks bank and kitchen to agree. */
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
    if (version === 0) throw unknownOrder(orderId);
    refuseRevisionUnlessConfirmed(order);
    refuseStale('order', seen, version);
    const menu = await this.menus.excerpt(
      tx,
      order.restaurantId,
      wanted.map(({ itemId }) => itemId),
    );
    if (!menu) throw new Error(`the menu of ${order.restaurantId} is gone`);
    const { lines, total } = priceOrder(menu, wanted);
    if (total.currency !== order.total.currency)
      throw new DomainError(
        'order.other-currency',
        'conflict',
        `The order is in ${order.total.currency}, and ${menu.name} sells in ${total.currency} now.`,
      );
    const revision = version * 2;
    await this.process.startAgain(tx, orderId, { orderId, revision, lines, total, oldTotal: order.total });
    return { orderId, revision, total };
  }
}
