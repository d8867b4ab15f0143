import { Injectable, Module } from '@nestjs/common';
import {
  CourierAssigned,
  DeliveryCancelled,
  DeliveryDelivered,
  DeliveryPickedUp,
  NoCourierFound,
  RequestDelivery,
} from '@thali/contracts';
import { Kit } from '@thali/kit/nest';
import type { AnyMessageType, DataOf, Draft, Message } from '@thali/kit/core';
import { Handles, messagingMigrations, send } from '@thali/kit/messaging';
import { Database, type Tx } from '@thali/kit/postgres';
import { EventEmitter } from 'node:events';
import { kmEast, saravanaBhavan } from './places';

/** Stands where the order module stands: tells the delivery module what to do, and hears what comes of it. */
@Injectable()
export class OrderDesk {
  private readonly heard: Message[] = [];
  private readonly hearing = new EventEmitter().setMaxListeners(0);

  constructor(private readonly db: Database) {}

  tell(message: Draft): Promise<void> {
    return this.db.transaction(async (tx) => send(tx, message));
  }

  /** Wants an order brought. @returns its id. */
  async request(orderId = this.db.ids.next('ord')): Promise<string> {
    const pickUpAt = { name: 'Saravana Bhavan', location: saravanaBhavan };
    await this.tell(RequestDelivery({ orderId, pickUpAt, deliverTo: { address: 'Torstraße 1', location: kmEast(2) } }));
    return orderId;
  }

  /** Resolves once the order's message of this type has been heard. */
  async hears<Type extends AnyMessageType>({ type }: Type, orderId: string): Promise<DataOf<Type>> {
    for (;;) {
      const message = this.heard.find((message) => message.type === type && message.key === orderId);
      if (message) return message.data as DataOf<Type>;
      await new Promise((resolve) => this.hearing.once('message', resolve));
    }
  }

  @Handles(
    [CourierAssigned, NoCourierFound, DeliveryPickedUp, DeliveryDelivered, DeliveryCancelled],
    'order.hear-delivery',
  )
  async hear(_: unknown, __: Tx, message: Message): Promise<void> {
    this.heard.push(message);
    this.hearing.emit('message');
  }
}

@Module({
  imports: [Kit.forModule({ name: 'order', migrations: messagingMigrations })],
  providers: [OrderDesk],
})
export class OrderDeskModule {}
