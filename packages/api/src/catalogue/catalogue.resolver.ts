// The catalogue and its stock.
import { stockStream, type StockCommand, type StockRejection } from '@holdfast/inventory';
import { isIdentifier, reasonOf, Sku } from '@holdfast/kernel';
import { stockLevel, type StockLevel, type StockMovement } from '@holdfast/projections';
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
import { isStaff } from '../graphql/access.js';
import { CommandMessage } from '../commands/command-bus.js';
import { documents, largestPage, type Paging } from '../graphql/connections.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { commandIdOf } from '../commands/derivations.js';
import { commandContext, staffActor } from '../commands/command-context.js';
import { freshDocument, waitFor, type Folded } from '../queries/documents.js';
import {
  badInput,
  graphQLError,
  idempotencyConflict,
  invalidInput,
  unknownProducts,
  validationError,
} from '../graphql/errors.js';
import { amountInput, idempotencyKey, sku, text } from '../graphql/inputs.js';
import { optionalReason } from '../graphql/reasons.js';
import { abortable, boundReach, liveDocuments } from '../live/live.js';
import { FindDocuments, GetDocument } from '../queries/queries.js';
import { collections, movementsOf } from '../queries/read-models.js';
import type { RequestContext, SignedIn } from '../graphql/request-context.js';

const maxQuantity = 1_000_000_000;
/** How many events a cursor of a caller that is not signed in may reach back: minutes of a busy shop. */
const longestReachOfStrangers = 5_000;
const createProductInput = z.object({
  ...{ idempotencyKey, sku, name: text(200), price: amountInput(0) },
  reason: optionalReason,
});
const changePriceInput = z.object({ idempotencyKey, sku, price: amountInput(0), reason: text(500) });
const receiveStockInput = z.object({
  idempotencyKey,
  sku,
  quantity: z.number().int().min(1).max(maxQuantity),
  reason: optionalReason,
});
const adjustStockInput = z.object({
  idempotencyKey,
  sku,
  delta: z
    .number()
    .int()
    .min(-maxQuantity)
    .max(maxQuantity)
    .refine((delta) => delta !== 0, 'not 0'),
  reason: text(500),
});

export const foldedProduct: Folded<StockLevel> = {
  projection: stockLevel,
  begins: ({ type }) => type === 'ProductCreated',
  streams: (id) => [stockStream(Sku(id))],
};

@Resolver('Product')
export class CatalogueResolver {
  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
  ) {}

  @Query('product')
  product(@Args('sku') id: string) {
    return this.queryBus.execute(new GetDocument<StockLevel>(collections.products, id));
  }

  @Query('products')
  products(
    @Args() { search, ...paging }: Paging & { readonly search?: string | null },
    @Context() { operation }: RequestContext,
  ) {
    const sought = search?.trim().toLowerCase() ?? '';
    const wanted = ({ sku: id, name }: StockLevel): boolean =>
      id.toLowerCase().includes(sought) || name.toLowerCase().includes(sought);
    return this.queryBus.execute(
      new FindDocuments(
        collections.products,
        {},
        paging,
        sought === '' ? undefined : wanted,
        operation.pause,
      ),
    );
  }

  @Mutation('createProduct')
  async createProduct(@Args('input') given: unknown, @Context() context: SignedIn) {
    const parsed = createProductInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { idempotencyKey: key, ...content } = parsed.data;
    const { name, price } = content;
    const data = { sku: Sku(content.sku), name, price, ...reasonOf(content) };
    return this.#change({ type: 'CreateProduct', data }, context, 'createProduct', key);
  }

  @Mutation('changePrice')
  async changePrice(@Args('input') given: unknown, @Context() context: SignedIn) {
    const parsed = changePriceInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { idempotencyKey: key, ...content } = parsed.data;
    const data = { ...content, sku: Sku(content.sku) };
    return this.#change({ type: 'ChangePrice', data }, context, 'changePrice', key);
  }

  @Mutation('receiveStock')
  async receiveStock(@Args('input') given: unknown, @Context() context: SignedIn) {
    const parsed = receiveStockInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { idempotencyKey: key, ...content } = parsed.data;
    const data = { sku: Sku(content.sku), quantity: content.quantity, ...reasonOf(content) };
    return this.#change({ type: 'ReceiveStock', data }, context, 'receiveStock', key);
  }

  @Mutation('adjustStock')
  async adjustStock(@Args('input') given: unknown, @Context() context: SignedIn) {
    const parsed = adjustStockInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { idempotencyKey: key, ...content } = parsed.data;
    const data = { ...content, sku: Sku(content.sku) };
    return this.#change({ type: 'AdjustStock', data }, context, 'adjustStock', key);
  }

  @Subscription('stockChanged')
  stockChanged(
    @Args('skus') skus: readonly string[] | null | undefined,
    @Args('after') after: string | undefined,
    @Context() { viewer }: RequestContext,
  ) {
    if (skus !== undefined && skus !== null && (skus.length > largestPage || !skus.every(isIdentifier)))
      throw badInput(`skus: at most ${largestPage}, each a SKU`);
    const { dependencies } = this;
    const { projections, store } = dependencies;
    const everything = async function* (): AsyncGenerator<string> {
      await waitFor(projections, collections.products, (await store.end()).synced);
      for await (const { document } of documents(projections, collections.products, {})) yield document.id;
    };
    return abortable(async function* (signal) {
      const named = skus === undefined || skus === null ? null : [...new Set(skus)];
      const ids = named ?? { all: everything };
      if (viewer === null || viewer.isGuest === true) {
        const streams = named?.map((id) => stockStream(Sku(id))) ?? 'all';
        await boundReach(store, streams, after, longestReachOfStrangers);
      }
      for await (const { cursor, document } of liveDocuments(dependencies, {
        folded: foldedProduct,
        ids,
        after,
        signal,
      }))
        yield { stockChanged: { cursor, product: document } };
    });
  }

  @ResolveField('stock')
  stock(@Parent() product: StockLevel) {
    return product;
  }

  async #change(
    command: StockCommand,
    { viewer }: SignedIn,
    operation: 'createProduct' | 'changePrice' | 'receiveStock' | 'adjustStock',
    key: string,
  ) {
    const commandId = commandIdOf(viewer.id, operation, key);
    const outcome = await this.commandBus.execute(
      new CommandMessage(command, commandContext(commandId, staffActor(viewer), command.data)),
    );
    const { sku: id } = command.data;
    if (!outcome.ok) return changeRefused(id, outcome.rejection);
    const { position } = outcome;
    const product = await freshDocument(this.dependencies, foldedProduct, id, position);
    return { __typename: 'ProductSuccess', product, position };
  }
}

@Resolver('StockLevel')
export class StockLevelResolver {
  constructor(@Inject(QueryBus) private readonly queryBus: QueryBus) {}

  /** For staff only: the movements show what others buy. Everybody sees the available units. */
  @ResolveField('movements')
  movements(
    @Parent() { sku: id }: StockLevel,
    @Args() paging: Paging,
    @Context() { viewer }: RequestContext,
  ) {
    if (!isStaff(viewer)) throw graphQLError('FORBIDDEN', 'stock movements are for staff');
    return this.queryBus.execute(
      new FindDocuments<StockMovement>(collections.movements, movementsOf(id), paging),
    );
  }
}

function changeRefused(id: string, rejection: StockRejection | { readonly code: 'IdempotencyConflict' }) {
  switch (rejection.code) {
    case 'IdempotencyConflict':
      return idempotencyConflict();
    case 'UnknownProduct':
      return unknownProducts([id]);
    case 'ProductExists':
      return validationError('sku: is taken by a product with another name or price', ['sku']);
    case 'AdjustmentBelowReserved': {
      const { onHand, reserved } = rejection;
      const free = onHand - reserved;
      return validationError(`delta: at most ${free} of ${onHand} units can go, orders hold the rest`, [
        'delta',
      ]);
    }
    case 'StockTooLarge':
      return validationError(`quantity: at most ${rejection.limit} units can be on hand`, ['quantity']);
    case 'InvalidPrice':
      return validationError('price: is no valid price', ['price.amount']);
    default:
      return validationError(rejection.code, ['quantity']);
  }
}
