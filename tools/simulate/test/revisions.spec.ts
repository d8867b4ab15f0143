import {
  AdjustPayment,
  CapturePayment,
  CollectMeal,
  DeliveryDelivered,
  DeliveryPickedUp,
  PaymentAuthorized,
  ReviseTicket,
  TicketAccepted,
  TicketRevisionRefused,
  CourierAssigned,
} from '@thali/contracts';
import { isA, type Draft } from '@thali/kit/core';
import { decide, start, type Decision, type SagaDefinition, type SagaInput, type SagaState } from '@thali/kit/saga';
import fc from 'fast-check';
import { fulfilOrder } from '../../../libs/modules/order/src/domain/fulfil-order.saga';
import {
  decide as tell,
  evolve as become,
  type Order,
  type OrderCommand,
} from '../../../libs/modules/order/src/domain/order';
import { reviseOrderSaga, type Revision } from '../../../libs/modules/order/src/domain/revise-order.saga';
import {
  aFulfilment,
  aPlacedOrder,
  dinner,
  euros,
  orderId,
  timeLimits,
} from '../../../libs/modules/order/testing/orders';
import { apply } from '../../../libs/modules/payment/src/domain/responses';
import {
  heldOf,
  totalsOf,
  noPayment,
  type Decision as PaymentDecision,
  type Payment,
} from '../../../libs/modules/payment/src/domain/payment';
import { adjustPayment, authorizePayment, capturePayment } from '../../../libs/modules/payment/src/domain/commands';
import { announce } from '../../../libs/modules/restaurant/src/domain/announce';
import {
  confirmTicket,
  evolve,
  finishTicket,
  newTicket,
  prepareTicket,
  refuseRevision,
  type Ticket,
  type TicketEvent,
} from '../../../libs/modules/restaurant/src/domain/ticket';

const courier = { orderId, deliveryId: 'dlv_01h455vb4pex5vsknk084sn02q', courierId: 'cou_01h455vb4pex5vsknk084sn02q' };
const ticketId = 'tkt_01h455vb4pex5vsknk084sn02q';

/** A process, its state, and what it has heard of and not yet acted upon: from each module in order, from two in any order. */
class Process<Data> {
  state: SagaState<Data> | undefined;
  readonly fromPayment: Draft[] = [];
  readonly fromKitchen: Draft[] = [];

  constructor(
    readonly definition: SagaDefinition<Data, OrderCommand>,
    private readonly carryOut: (decision: Decision<Data, OrderCommand>) => void,
  ) {}

  get runs(): boolean {
    return this.state !== undefined && this.state.step !== null;
  }

  begin(data: Data): void {
    this.enact(start(this.definition, data, this.state?.epoch));
  }

  take(input: SagaInput): void {
    const decision = this.state && decide(this.definition, this.state, input);
    if (decision) this.enact(decision);
  }

  private enact(decision: Decision<Data, OrderCommand>): void {
    this.state = decision.state;
    this.carryOut(decision);
  }
}

/**
 * One confirmed order between a customer who changes it, a bank, a kitchen and a courier: the real rules of all four modules, with
 * messages between them that take any time.
 */
class Evening {
  order: Order = aPlacedOrder();
  payment: Payment = noPayment(orderId);
  private ticket: Ticket = newTicket({
    ticketId,
    orderId,
    restaurantId: dinner.restaurantId,
    lines: [],
    autopilot: false,
  });
  private revisions = 0;
  private readonly toPayment: Draft[] = [];
  private readonly toKitchen: Draft[] = [];
  readonly fulfilment = new Process(fulfilOrder(timeLimits), (decision) => this.carryOut(decision));
  readonly revision = new Process<Revision>(reviseOrderSaga(1_000), (decision) => this.carryOut(decision));

  constructor() {
    this.fulfilment.begin(aFulfilment());
    const { restaurantId, total } = dinner;
    const shares = { courierPermille: 120, feePermille: 150 };
    this.pay((payment) => authorizePayment(payment, { restaurantId, amount: total, sealedToken: 'sealed', shares }));
    this.provider(false);
    this.cook([{ type: 'Accepted' }]);
    for (const answer of [
      PaymentAuthorized({ orderId, paymentId: 'pay_1', amount: total }),
      TicketAccepted({ orderId, ticketId }),
      CourierAssigned({ ...courier, courierName: 'Asha' }),
    ])
      this.fulfilment.take({ kind: 'message', message: answer });
    for (const process of [this.fulfilment, this.revision]) process.fromPayment.length = process.fromKitchen.length = 0;
    this.toPayment.length = 0;
  }

  /** What could happen next. @param price what the customer would change the order to. @param refuses whether the bank would. */
  possible(price: number, refuses: boolean): (() => void)[] {
    const { fulfilment, revision, ticket, order } = this;
    const arriving = [fulfilment, revision].flatMap((process) =>
      [process.fromPayment, process.fromKitchen]
        .filter(({ length }) => length > 0)
        .map((line) => () => process.take({ kind: 'message', message: line.shift()! })),
    );
    const may = (allowed: boolean, happens: () => void) => (allowed ? [happens] : []);
    return [
      ...arriving,
      ...may(this.toPayment.length > 0, () => this.bank(this.toPayment.shift()!)),
      ...may(this.toKitchen.length > 0, () => this.kitchen(this.toKitchen.shift()!)),
      ...may(this.payment.call !== null, () => this.provider(refuses)),
      ...may(ticket.status === 'confirmed', () => this.cook(prepareTicket(ticket))),
      ...may(ticket.status === 'preparing', () => this.cook(finishTicket(ticket))),
      ...may(price > 0 && order.status === 'confirmed' && !revision.runs && this.revisions < 3, () =>
        this.revise(price),
      ),
      ...may(price > 0 && revision.state?.step === 'hold the new amount', () =>
        revision.take({ kind: 'time-limit', epoch: revision.state!.epoch }),
      ),
    ];
  }

  private revise(price: number): void {
    if (this.order.status === 'new') return;
    this.revisions++;
    const { lines } = dinner;
    const total = euros(price);
    this.revision.begin({ orderId, revision: this.revisions * 2, lines, total, oldTotal: this.order.total });
  }

  private carryOut<Data>({ send, localCommands }: Decision<Data, OrderCommand>): void {
    for (const command of localCommands) this.order = tell(this.order, command).reduce(become, this.order);
    for (const draft of send) {
      if (isA(draft, CollectMeal))
        this.fulfilment.fromKitchen.push(DeliveryPickedUp(courier), DeliveryDelivered(courier));
      else if (draft.type.startsWith('payment.')) this.toPayment.push(draft);
      else this.toKitchen.push(draft);
    }
  }

  private bank(wish: Draft): void {
    if (isA(wish, AdjustPayment)) this.pay((payment) => adjustPayment(payment, wish.data));
    else if (isA(wish, CapturePayment)) this.pay((payment) => capturePayment(payment, wish.data));
    else throw new Error(`nobody should wish for ${wish.type} of an order that is brought`);
  }

  private provider(refuses: boolean): void {
    const { call } = this.payment;
    if (!call) return;
    const amount = call.kind === 'void' ? totalsOf(this.payment).voided + heldOf(this.payment) : call.amount;
    const refused = refuses && call.kind === 'increase';
    this.pay((payment) =>
      apply(
        payment,
        call,
        refused
          ? { outcome: 'refused', reason: 'No.' }
          : { outcome: 'done', amount, granted: { intent: 'pi_1', increasable: true, captureBefore: null } },
      ),
    );
  }

  private pay(decision: (payment: Payment) => PaymentDecision): void {
    const { payment, outgoing } = decision(this.payment);
    this.payment = payment === this.payment ? payment : { ...payment, version: this.payment.version + 1 };
    for (const { fromPayment } of [this.fulfilment, this.revision]) fromPayment.push(...outgoing);
  }

  private kitchen(wish: Draft): void {
    if (!isA(wish, ReviseTicket)) return this.cook(confirmTicket(this.ticket));
    const { revision, lines, total } = wish.data;
    const reason = refuseRevision(this.ticket);
    if (reason) this.kitchenSays(TicketRevisionRefused({ orderId, revision, reason }));
    else this.cook([{ type: 'Revised', revision, lines: [], agreed: total && { lines, total } }]);
  }

  private cook(events: TicketEvent[]): void {
    for (const event of events) {
      this.ticket = evolve(this.ticket, event);
      const said = announce(this.ticket, event);
      if (said) this.kitchenSays(said);
    }
  }

  private kitchenSays(said: Draft): void {
    for (const { fromKitchen } of [this.fulfilment, this.revision]) fromKitchen.push(said);
  }
}

const turns = fc.array(
  fc.record({ pick: fc.nat(1_000), price: fc.constantFrom(0, 0, 850, 1_700, 2_550), refuses: fc.boolean() }),
  { maxLength: 60, size: 'max' },
);

/** Things happen in the order that chance picks, until nothing is left to happen. */
function everyEvening(judge: (evening: Evening) => void): void {
  const property = fc.property(turns, (choices) => {
    const evening = new Evening();
    for (let turn = 0; ; turn++) {
      const { pick, price, refuses } = choices[turn] ?? { pick: 0, price: 0, refuses: false };
      const possible = evening.possible(price, refuses);
      if (possible.length === 0) break;
      if (turn > 500) throw new Error('it never comes to rest');
      possible[pick % possible.length]?.();
    }
    judge(evening);
  });
  fc.assert(property, { numRuns: 20_000 });
}

describe('An order that is changed while the kitchen begins, whenever each hears of it', () => {
  it('is delivered for exactly what it comes to, with nothing left held', () => {
    everyEvening(({ order, payment }) => {
      expect(order).toMatchObject({ status: 'delivered' });
      const total = order.status === 'new' ? undefined : order.total.amount;
      expect(payment.status).toBe('captured');
      expect(totalsOf(payment).captured).toBe(total);
      expect(heldOf(payment)).toBe(0);
    });
  });

  it('leaves no process waiting, and nobody has to be called', () => {
    everyEvening(({ fulfilment, revision }) => {
      expect(fulfilment.state).toMatchObject({ status: 'completed', alarm: null });
      expect(revision.state ?? { step: null, alarm: null }).toMatchObject({ step: null, alarm: null });
    });
  });

  it('was seen to be changed, and not to be changed', () => {
    const seen = new Set<string>();
    everyEvening(({ revision }) => seen.add(revision.state?.status ?? 'none'));
    expect([...seen].sort()).toEqual(['completed', 'none', 'undone']);
  });
});
