// Wallets: a customer's own money.
import { CustomerId, money } from '@holdfast/kernel';
import { walletStatement, type WalletEntry, type WalletStatement } from '@holdfast/projections';
import { walletStream, type WalletRejection } from '@holdfast/wallet';
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
import { readsAllOrders } from '../access.js';
import { WalletsCommand } from '../command-bus.js';
import type { Paging } from '../connections.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { commandIdOf, fingerprintOf } from '../derivations.js';
import { freshDocument } from '../documents.js';
import { graphQLError, idempotencyConflict, invalidInput, validationError } from '../errors.js';
import { abortable, liveDocuments } from '../live/live.js';
import { amountInput, idempotencyKey } from '../inputs.js';
import { FindDocuments, GetDocument } from '../queries.js';
import { collections, entriesOf, ordersOf } from '../read-models.js';
import type { SignedIn } from '../request-context.js';

const depositInput = z.object({ idempotencyKey, amount: amountInput(1) });

const foldedWallet = {
  projection: walletStatement,
  streams: (id: string): readonly string[] => [walletStream(CustomerId(id))],
};

/** A customer who has never paid in has an empty wallet; its currency is settled by the first deposit. */
const emptyWallet = (customerId: string): WalletStatement => {
  const nothing = money.zero('GBP');
  return { id: customerId, customerId, balance: nothing, held: nothing, available: nothing };
};

@Resolver('Wallet')
export class WalletsResolver {
  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
  ) {}

  @Query('wallet')
  async wallet(
    @Args('atLeast') atLeast: number | undefined,
    @Args('customerId') customerId: string | undefined,
    @Context() { viewer }: SignedIn,
  ) {
    const owner = customerId ?? viewer.id;
    if (owner !== viewer.id && !readsAllOrders(viewer))
      throw graphQLError('FORBIDDEN', 'your roles do not allow this');
    const found = await this.queryBus.execute(
      new GetDocument<WalletStatement>(collections.wallets, owner, atLeast),
    );
    return found ?? (owner === viewer.id ? emptyWallet(owner) : null);
  }

  @Mutation('deposit')
  async deposit(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = depositInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { amount, idempotencyKey: key } = parsed.data;
    const customerId = CustomerId(viewer.id);
    const commandId = commandIdOf(viewer.id, 'deposit', key);
    const outcome = await this.commandBus.execute(
      new WalletsCommand(
        { type: 'Deposit', data: { customerId, amount } },
        {
          commandId,
          correlationId: commandId,
          causationId: commandId,
          actor: `customer:${viewer.id}`,
          fingerprint: fingerprintOf({ amount }),
        },
      ),
    );
    if (!outcome.ok) return depositRefused(outcome.rejection);
    const { position } = outcome;
    const wallet = await freshDocument(this.dependencies, foldedWallet, viewer.id, position);
    return { __typename: 'WalletSuccess', wallet, position };
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

  @ResolveField('orders')
  orders(
    @Parent() { id }: { readonly id: string },
    @Args() { status = null, ...paging }: Paging & { readonly status?: string | null },
  ) {
    return this.queryBus.execute(new FindDocuments(collections.orders, ordersOf(id, status), paging));
  }
}

function depositRefused(rejection: WalletRejection | { readonly code: 'IdempotencyConflict' }) {
  switch (rejection.code) {
    case 'IdempotencyConflict':
      return idempotencyConflict();
    case 'CurrencyMismatch':
      return validationError(`the wallet holds ${rejection.currency}`, ['amount.currency']);
    case 'BalanceTooLarge':
      return validationError('the balance would be too large', ['amount.amount']);
    default:
      return validationError(`amount: ${rejection.code}`, ['amount']);
  }
}
