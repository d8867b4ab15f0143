import { Body, Controller, Get, Headers, Param, Post, Query, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { SystemIds } from '@thali/kit/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Bank, fingerprintOf, type Answer, type Sent } from './bank';
import { cardOf } from './cards';
import { missing, noSuch } from './errors';
import { eventOf } from './events';
import { listAt, readForm, type Form } from './form';
import { KnowsTheKey, StripeErrors } from './manners';
import { ProviderLog } from './provider-log';
import { amountIn, currencyIn, metadataIn, tokenIn } from './read-request';
import { disputeObject, intentObject, listOf, payoutObject, refundObject, type StripeObject } from './stripe-objects';

type Key = string | undefined;

/** The part of Stripe's API that Thali uses. See https://docs.stripe.com/api. */
@ApiExcludeController()
@Controller('v1')
@UseGuards(KnowsTheKey)
@UseFilters(StripeErrors)
export class BankController {
  private readonly ids = new SystemIds();

  constructor(
    private readonly bank: Bank,
    private readonly log: ProviderLog,
  ) {}

  @Post('payment_intents')
  async create(@Body() form: Form, @Headers('idempotency-key') key: Key, @Res() reply: FastifyReply): Promise<void> {
    const { fields } = form;
    const metadata = metadataIn(fields);
    const intent = this.ids.next('pi');
    const made = await this.bank.enter(
      {
        intent,
        operation: 'create',
        orderId: metadata.order ?? intent,
        amount: amountIn(fields, 'amount'),
        currency: currencyIn(fields),
        token: null,
      },
      { ...sent('payment_intents', form, key), metadata },
      (_, books, about) => intentObject(books, about),
    );
    if (fields.confirm !== 'true') return answer(reply, made);
    const { id } = made.body as { id: string };
    return this.confirm(id, form, key && `${key}/confirm`, reply);
  }

  @Post('payment_intents/:id/confirm')
  async confirm(
    @Param('id') intent: string,
    @Body() form: Form,
    @Headers('idempotency-key') key: Key,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { fields } = form;
    const token = tokenIn(fields);
    const { answers } = cardOf(token);
    if (answers === 'never, having lost it') return;
    const { books } = await this.bank.read(intent);
    const held = await this.bank.enter(
      { intent, operation: 'authorize', amount: books.amount, token, offSession: fields.off_session === 'true' },
      sent(intent, form, key),
      (_, after, metadata) => intentObject(after, metadata, listAt(fields, 'expand')),
    );
    if (answers !== 'never' && answers !== 'only when asked') answer(reply, held);
  }

  @Get('payment_intents/:id')
  async retrieve(@Param('id') intent: string, @Req() { url }: FastifyRequest): Promise<StripeObject> {
    const { books, entries } = await this.bank.read(intent);
    const isSilent = cardOf(books.token).answers === 'never' && books.status !== 'canceled';
    if (isSilent) return intentObject(this.bank.asMade(entries), entries[0]?.metadata ?? {});
    return intentObject(books, entries[0]?.metadata ?? {}, listAt(readForm(url.split('?')[1] ?? ''), 'expand'));
  }

  @Post('payment_intents/:id/increment_authorization')
  increase(
    @Param('id') intent: string,
    @Body() form: Form,
    @Headers('idempotency-key') key: Key,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.change(intent, 'increase', amountIn(form.fields, 'amount'), { form, key, reply });
  }

  @Post('payment_intents/:id/capture')
  async capture(
    @Param('id') intent: string,
    @Body() form: Form,
    @Headers('idempotency-key') key: Key,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { fields } = form;
    const whole = async () => (await this.bank.read(intent)).books.amount;
    const amount = 'amount_to_capture' in fields ? amountIn(fields, 'amount_to_capture') : await whole();
    return this.change(intent, 'capture', amount, { form, key, reply });
  }

  @Post('payment_intents/:id/cancel')
  cancel(
    @Param('id') intent: string,
    @Body() form: Form,
    @Headers('idempotency-key') key: Key,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.change(intent, 'void', 0, { form, key, reply });
  }

  @Post('refunds')
  async refund(@Body() form: Form, @Headers('idempotency-key') key: Key, @Res() reply: FastifyReply): Promise<void> {
    const { payment_intent: intent } = form.fields;
    if (typeof intent !== 'string') throw missing('payment_intent');
    const metadata = metadataIn(form.fields);
    const amount =
      'amount' in form.fields ? amountIn(form.fields, 'amount') : (await this.bank.read(intent)).books.captured;
    const refunded = await this.bank.enter(
      { intent, operation: 'refund', amount, token: null },
      { ...sent('refunds', form, key), metadata },
      (entry) => refundObject(entry),
    );
    answer(reply, refunded);
  }

  @Get('refunds')
  async refunds(@Query('payment_intent') intent: string | undefined): Promise<StripeObject> {
    if (intent === undefined) throw missing('payment_intent');
    const { entries } = await this.bank.read(intent);
    const made = entries.filter(({ operation, outcome }) => operation === 'refund' && outcome === 'done');
    return listOf('/v1/refunds', made.toReversed().map(refundObject));
  }

  @Get('events')
  async events(): Promise<StripeObject> {
    const entries = await this.log.latest(100);
    return listOf(
      '/v1/events',
      await Promise.all(
        entries.map(async (entry) => {
          const { books, metadata } = await this.bank.asOf(entry);
          return eventOf(entry, books, metadata);
        }),
      ),
    );
  }

  @Get('disputes/:id')
  async dispute(@Param('id') id: string): Promise<StripeObject> {
    return disputeObject(await this.made('dispute', id));
  }

  /** The bank's own staff decides in favour of whoever the evidence names: `winning_evidence`, as in Stripe's test mode. */
  @Post('disputes/:id')
  async decide(@Param('id') id: string, @Body() form: Form): Promise<StripeObject> {
    const dispute = await this.made('dispute', id);
    const { evidence } = form.fields;
    const text = typeof evidence === 'object' ? evidence.uncategorized_text : undefined;
    return disputeObject(await this.bank.decideDispute(dispute, text === 'winning_evidence' ? 'won' : 'lost'));
  }

  @Post('payouts')
  async payOut(@Body() form: Form, @Headers('idempotency-key') key: Key, @Res() reply: FastifyReply): Promise<void> {
    const { fields } = form;
    const intent = this.ids.next('po');
    const amount = amountIn(fields, 'amount');
    const paid = await this.bank.enter(
      { intent, operation: 'payout', orderId: intent, amount, currency: currencyIn(fields), token: null },
      sent('payouts', form, key),
      (entry) => payoutObject(entry),
    );
    answer(reply, paid);
  }

  @Get('payouts/:id')
  async payout(@Param('id') id: string): Promise<StripeObject> {
    return payoutObject(await this.made('payout', id));
  }

  private async change(
    intent: string,
    operation: 'increase' | 'capture' | 'void',
    amount: number,
    { form, key, reply }: { form: Form; key: Key; reply: FastifyReply },
  ): Promise<void> {
    const expand = listAt(form.fields, 'expand');
    const render = (_: unknown, books: Parameters<typeof intentObject>[0], metadata: object) =>
      intentObject(books, metadata, expand);
    answer(
      reply,
      await this.bank.enter(
        { intent, operation, amount, token: null },
        sent(`${intent}/${operation}`, form, key),
        render,
      ),
    );
  }

  private async made(what: 'dispute' | 'payout', id: string) {
    const entry = await this.log.made(id);
    if (entry?.operation !== what) throw noSuch(what, id);
    return entry;
  }
}

function sent(path: string, { text }: Form, key: Key): Sent {
  return { key: key ?? null, fingerprint: fingerprintOf(path, text) };
}

function answer(reply: FastifyReply, { status, body, replayed }: Answer): void {
  void reply.status(status).header('content-type', 'application/json');
  if (replayed) void reply.header('idempotent-replayed', 'true');
  void reply.send(JSON.stringify(body));
}
