// Wallets: a customer's own money.
import { assertNever, CustomerId, isIdentifier, money } from '@holdfast/kernel';
import { paymentOfDeposit } from '@holdfast/payments';
import { walletStatement, type WalletEntry, type WalletStatement } from '@holdfast/projections';
import { available, wallet, walletStream, type WalletCommand, type WalletRejection } from '@holdfast/wallet';
import { Inject } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  Args,
  Context,
  Mutation,
  Parent,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import { z } from 'zod';
import { readsAllWallets } from '../graphql/access.js';
import { CommandMessage } from '../commands/command-bus.js';
import { Closing } from '../graphql/closing.js';
import type { Paging } from '../graphql/connections.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { commandContext, customerActor, staffActor } from '../commands/command-context.js';
import { commandIdOf, depositIdOf } from '../commands/derivations.js';
import { freshDocument } from '../queries/documents.js';
import {
  errorResult,
  graphQLError,
  idempotencyConflict,
  invalidInput,
  overLimit,
  validationError,
} from '../graphql/errors.js';
import { abortable, liveDocuments } from '../live/live.js';
import {
  amountInput,
  cardToken,
  idempotencyKey,
  optional,
  returnUrl,
  text,
  waitMs,
} from '../graphql/inputs.js';
import { unreadOf } from '../orders/notifications.resolver.js';
import { cardsNotTaken, type Cards } from '../payments/cards.js';
import { People } from '../people/people.js';
import type { Viewer } from '../people/viewer.js';
import { FindDocuments, GetDocument } from '../queries/queries.js';
import { collections, entriesOf, ordersOf } from '../queries/read-models.js';
import type { SignedIn } from '../graphql/request-context.js';
import { depositDecided, depositFailed } from './card-deposits.js';

const withdrawInput = z.object({ idempotencyKey, amount: amountInput(1) });
const depositInput = withdrawInput.extend({
  cardToken: optional(cardToken),
  returnUrl: optional(returnUrl),
  waitMs,
});
const creditInput = withdrawInput.extend({
  customerId: z.string().refine(isIdentifier, 'no such customer'),
  reason: text(500),
});

/** The most that SUPPORT may credit at once, in minor units of any currency. */
const defaultCreditLimit = 50_000;

const depositUnavailable = () =>
  errorResult(
    'DepositUnavailableError',
    'DEPOSIT_UNAVAILABLE',
    'money is not free here, and cards are not taken: staff can credit a wallet',
  );

const foldedWallet = {
  projection: walletStatement,
  streams: (id: string): readonly string[] => [walletStream(CustomerId(id))],
};

/** The wallet of a customer without a deposit: empty. The first deposit sets its currency. */
const emptyWallet = (customerId: string): WalletStatement => {
  const nothing = money.zero('GBP');
  return { id: customerId, customerId, balance: nothing, held: nothing, available: nothing };
};

@Resolver('Wallet')
export class WalletsResolver {
  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(People) private readonly people: People,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(Closing) private readonly closing: Closing,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
  ) {}

  @Query('wallet')
  async wallet(
    @Args('atLeast') atLeast: number | undefined,
    @Args('customerId') customerId: string | undefined,
    @Context() { viewer }: SignedIn,
  ) {
    const owner = customerId ?? viewer.id;
    if (owner !== viewer.id && !readsAllWallets(viewer))
      throw graphQLError('FORBIDDEN', 'the wallet of another customer is for SUPPORT, OPERATOR or ADMIN');
    const found = await this.queryBus.execute(
      new GetDocument<WalletStatement>(collections.wallets, owner, atLeast),
    );
    return found ?? (owner === viewer.id ? emptyWallet(owner) : null);
  }

  @Mutation('deposit')
  async deposit(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const { cards = null } = this.dependencies;
    if (cards === null && !this.#isMoneyFree()) return depositUnavailable();
    const parsed = depositInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { amount, idempotencyKey: key, cardToken: card } = parsed.data;
    if (card !== undefined && cards === null) return cardsNotTaken('cardToken');
    // Without a token the customer pays on the gateway's page.
    if (cards !== null && (card !== undefined || !this.#isMoneyFree()))
      return this.#depositByCard(cards, parsed.data, card ?? null, viewer);
    const command = { type: 'Deposit', data: { customerId: CustomerId(viewer.id), amount } } as const;
    return this.#change(command, 'deposit', customerActor(viewer), { key, by: viewer.id });
  }

  /** A repeated request may also come from a customer that returned from the gateway's page. */
  async #depositByCard(
    cards: Cards,
    { amount, idempotencyKey: key, returnUrl: backTo, waitMs: timeoutMs }: z.infer<typeof depositInput>,
    card: string | null,
    viewer: Viewer,
  ) {
    const customerId = CustomerId(viewer.id);
    const held = await this.#decidedOn(customerId);
    if (held !== null && held.balance.currency !== amount.currency)
      return changeRefused({ code: 'CurrencyMismatch', currency: held.balance.currency });
    const depositId = depositIdOf(viewer.id, key);
    const data = { depositId, customerId, amount, card, returnUrl: backTo ?? null };
    const actor = customerActor(viewer);
    const commandId = commandIdOf(viewer.id, 'deposit', key);
    const context = commandContext(commandId, actor, data, depositId);
    const command = { type: 'RequestDeposit', data } as const;
    const outcome = await this.commandBus.execute(new CommandMessage(command, context));
    if (!outcome.ok) return idempotencyConflict();
    if (outcome.repeated) {
      const request = { id: this.dependencies.environment.ids.next(), actor };
      // While the gateway is away, its webhook will bring the outcome.
      await cards.lookAgain(paymentOfDeposit(depositId), request).catch(() => undefined);
    }
    const sought = { depositId, customerId, after: outcome.position, isBack: outcome.repeated };
    const waiting = { timeoutMs, closing: this.closing.signal };
    const progress = await depositDecided(this.dependencies, sought, waiting);
    const { is, position } = progress;
    switch (is) {
      case 'completed':
        return this.#success(customerId, position);
      case 'failed':
        return depositFailed(progress);
      case 'pending':
        return { __typename: 'DepositPending', depositId, redirectUrl: progress.redirectUrl, position };
      default:
        return assertNever(is);
    }
  }

  /** Unless free withdrawals are on, the money goes back to the cards that it came from. */
  @Mutation('withdraw')
  async withdraw(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const isFree = this.#isMoneyFree();
    if (!isFree && (this.dependencies.cards ?? null) === null) return depositUnavailable();
    const parsed = withdrawInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { amount, idempotencyKey: key } = parsed.data;
    const data = { customerId: CustomerId(viewer.id), amount, ...(isFree ? {} : { isToCards: true }) };
    const command = { type: 'Withdraw', data } as const;
    return this.#change(command, 'withdraw', customerActor(viewer), { key, by: viewer.id });
  }

  /** The event has the staff member as its actor, and the reason. */
  @Mutation('creditWallet')
  async creditWallet(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = creditInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { amount, customerId, reason, idempotencyKey: key } = parsed.data;
    if (!viewer.roles.includes('ADMIN')) {
      const limit = this.dependencies.settings.supportCreditLimit ?? defaultCreditLimit;
      if (amount.minor > limit) return overLimit('credit', limit, amount);
      if (customerId === viewer.id)
        return validationError('customerId: nobody credits the own wallet', ['customerId']);
    }
    if ((await this.people.user(customerId)) === null)
      return validationError('customerId: no such customer', ['customerId']);
    const data = { customerId: CustomerId(customerId), amount, reason };
    const command = { type: 'Deposit', data } as const;
    return this.#change(command, 'creditWallet', staffActor(viewer), { key, by: viewer.id });
  }

  async #decidedOn(id: CustomerId): Promise<WalletStatement | null> {
    const { state } = await this.dependencies.commands.load(wallet, walletStream(id));
    const left = available(state);
    if (state.kind !== 'open' || left === null) return null;
    const { balance, held } = state;
    return { id, customerId: id, balance, held, available: left };
  }

  #isMoneyFree(): boolean {
    const { freeDeposits, production } = this.dependencies.settings;
    return freeDeposits ?? !production;
  }

  async #change(
    command: Extract<WalletCommand, { type: 'Deposit' | 'Withdraw' }>,
    operation: 'deposit' | 'withdraw' | 'creditWallet',
    actor: string,
    { key, by }: { readonly key: string; readonly by: string },
  ) {
    const { customerId, ...request } = command.data;
    const context = commandContext(commandIdOf(by, operation, key), actor, request);
    const outcome = await this.commandBus.execute(new CommandMessage(command, context));
    if (!outcome.ok) return changeRefused(outcome.rejection);
    return this.#success(customerId, outcome.position);
  }

  /** The wallet, reflecting at least this position. */
  async #success(customerId: CustomerId, position: number) {
    const folded = { ...foldedWallet, decidedOn: (id: string) => this.#decidedOn(CustomerId(id)) };
    const shown = await freshDocument(this.dependencies, folded, customerId, position);
    return { __typename: 'WalletSuccess', wallet: shown, position };
  }

  @Subscription('walletUpdated')
  walletUpdated(@Args('after') after: string | undefined, @Context() { viewer }: SignedIn) {
    const { dependencies } = this;
    return abortable(async function* (signal) {
      const following = { folded: foldedWallet, ids: [viewer.id], absent: emptyWallet, after, signal };
      for await (const { cursor, event, document, added } of liveDocuments(dependencies, following))
        // opening a wallet moves no money
        if (event === null || added !== null)
          yield { walletUpdated: { cursor, wallet: document, entry: added } };
    });
  }

  @ResolveField('entries')
  entries(@Parent() { id }: WalletStatement, @Args() paging: Paging) {
    return this.queryBus.execute(new FindDocuments<WalletEntry>(collections.entries, entriesOf(id), paging));
  }
}

/** A caller's wallet and orders, wherever the caller is shown. */
@Resolver('User')
export class UserResolver {
  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
  ) {}

  @ResolveField('wallet')
  async wallet(@Parent() { id }: { readonly id: string }) {
    return (
      (await this.dependencies.projections.get<WalletStatement>(collections.wallets, id)) ?? emptyWallet(id)
    );
  }

  @ResolveField('unreadNotifications')
  unreadNotifications(@Parent() { id }: { readonly id: string }) {
    return unreadOf(this.dependencies, id);
  }

  @ResolveField('orders')
  orders(
    @Parent() { id }: { readonly id: string },
    @Args() { status = null, ...paging }: Paging & { readonly status?: string | null },
  ) {
    return this.queryBus.execute(new FindDocuments(collections.orders, ordersOf(id, status), paging));
  }
}

function changeRefused(rejection: WalletRejection | { readonly code: 'IdempotencyConflict' }) {
  switch (rejection.code) {
    case 'IdempotencyConflict':
      return idempotencyConflict();
    case 'CurrencyMismatch':
      return validationError(`amount: the wallet is in ${rejection.currency}`, ['amount.currency']);
    case 'BalanceTooLarge':
      return validationError('amount: the balance would be too large', ['amount.amount']);
    case 'InsufficientFunds':
      return validationError(`amount: at most ${money.format(rejection.available)} is available`, [
        'amount.amount',
      ]);
    case 'NotFromCards': {
      const { withdrawable } = rejection;
      const message = `only ${money.format(withdrawable)} came from a card and can go back to it`;
      return { ...errorResult('NotWithdrawableError', 'NOT_WITHDRAWABLE', message), withdrawable };
    }
    case 'WalletNotFound':
      return validationError('amount: there is no money in the wallet', ['amount.amount']);
    default:
      return validationError(`amount: ${rejection.code}`, ['amount']);
  }
}
