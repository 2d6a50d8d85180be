// Looks an order up by its code and the e-mail address of its customer, without signing in. A wrong code and a wrong
// address get the same response after the same work, and both are limited.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { OrderSummary } from '@holdfast/projections';
import { Inject } from '@nestjs/common';
import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { graphQLError } from '../graphql/errors.js';
import type { RequestContext } from '../graphql/request-context.js';
import { normalisedEmail } from '../people/emails.js';
import { People } from '../people/people.js';
import { createRateLimits, type RateLimits } from '../people/rate-limits.js';
import { collections, ordersOfCode } from '../queries/read-models.js';
import { orderCodeOf } from './order-codes.js';

/** Most orders with the same code that are looked at. A second one is very unlikely. */
const mostOfOneCode = 5;
/** An id without an account: loading it costs the same as loading an account. */
const nobody = 'nobody';
const longest = 254;

@Resolver()
export class OrderLookUpResolver {
  readonly #limits: RateLimits;

  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(People) private readonly people: People,
  ) {
    this.#limits = createRateLimits(dependencies.settings.limits);
  }

  @Query('orderByCode')
  async orderByCode(
    @Args('code') written: string,
    @Args('email') email: string,
    @Context() { address }: RequestContext,
  ): Promise<OrderSummary | null> {
    const code = orderCodeOf(written.slice(0, longest));
    const retryAfterMs =
      (await this.#limits.orderLookUpsPerAddress.exceeded(address)) ??
      (await this.#limits.failedLookUpsPerCode.exceeded(code));
    if (retryAfterMs !== null)
      throw graphQLError('RATE_LIMITED', 'too many requests: try again later', { retryAfterMs });
    const find = { ...ordersOfCode(code), limit: mostOfOneCode };
    const { items } = await this.dependencies.projections.find<OrderSummary>(collections.orders, find);
    let found: OrderSummary | null = null;
    for (const order of items.length === 0 ? [null] : items.map(({ document }) => document)) {
      const known = await this.#emailOf(order);
      if (isSame(known ?? '', email) && known !== null) found = order;
    }
    if (found !== null) await this.#limits.failedLookUpsPerCode.forget(code);
    return found;
  }

  /** Returns the address of the order's customer; null without an order, and for a customer without an address. */
  async #emailOf(order: OrderSummary | null): Promise<string | null> {
    const user = await this.people.user(order?.customerId ?? nobody);
    return order === null ? null : (order.guestEmail ?? user?.email ?? null);
  }
}

const digestOf = (email: string): Buffer => createHash('sha256').update(normalisedEmail(email)).digest();

const isSame = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other));
