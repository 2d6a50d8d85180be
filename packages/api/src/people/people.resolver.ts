// Registration, sign-in and the caller's own account.
import type { Role } from '@holdfast/accounts';
import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { badInput, graphQLError, invalidCredentials } from '../graphql/errors.js';
import type { RequestContext, SignedIn } from '../graphql/request-context.js';
import { People } from './people.js';
import type { RefreshCookie } from './refresh-cookie.js';

/** Returns the result for the caller, with its refresh token moved into the cookie where the request asks for that. */
const kept = <Result extends { readonly __typename: string }>(
  result: Result,
  cookie: RefreshCookie | null | undefined,
): Result => cookie?.keep(result) ?? result;

@Resolver('User')
export class PeopleResolver {
  constructor(@Inject(People) private readonly people: People) {}

  @Query('me')
  me(@Context() { viewer }: RequestContext) {
    return viewer?.isGuest === true ? null : viewer;
  }

  @Mutation('register')
  async register(
    @Args('email') email: string,
    @Args('password') password: string,
    @Args('name') name: string,
    @Context() { address, viewer, refreshCookie }: RequestContext,
  ) {
    return kept(await this.people.register(email, password, name, address, viewer), refreshCookie);
  }

  @Mutation('startGuestSession')
  async startGuestSession(@Context() { address, refreshCookie }: RequestContext) {
    return kept(await this.people.guests.start(address), refreshCookie);
  }

  @Mutation('login')
  async login(
    @Args('email') email: string,
    @Args('password') password: string,
    @Context() { address, refreshCookie }: RequestContext,
  ) {
    return kept(await this.people.login(email, password, address), refreshCookie);
  }

  @Mutation('refreshSession')
  async refreshSession(
    @Args('refreshToken') given: string | null | undefined,
    @Context() { address, refreshCookie }: RequestContext,
  ) {
    const presented = given ?? refreshCookie?.token ?? null;
    if (presented === null) return invalidCredentials();
    const result = await this.people.refresh(presented, address);
    if (result.__typename === 'InvalidCredentialsError') refreshCookie?.clear();
    return kept(result, refreshCookie);
  }

  @Mutation('logout')
  async logout(@Context() { viewer, refreshCookie }: SignedIn) {
    await this.people.logout(viewer);
    refreshCookie?.clear();
    return true;
  }

  @Mutation('changePassword')
  async changePassword(
    @Args('currentPassword') present: string,
    @Args('newPassword') next: string,
    @Context() { viewer, address, refreshCookie }: SignedIn,
  ) {
    return kept(await this.people.changePassword(viewer, present, next, address), refreshCookie);
  }

  @Mutation('setRoles')
  async setRoles(
    @Args('userId') userId: string,
    @Args('roles') roles: readonly Role[],
    @Args('reason') reason: string,
    @Context() { viewer }: SignedIn,
  ) {
    const changed = await this.people.setRoles(viewer, userId, roles, reason);
    if (changed.__typename === 'NotFoundError') throw graphQLError('NOT_FOUND', changed.message);
    if (changed.__typename === 'ValidationError') throw badInput(changed.message);
    return changed;
  }

  @Mutation('updateProfile')
  async updateProfile(
    @Args('name') name: string | undefined,
    @Args('preferences') preferences: unknown,
    @Context() { viewer }: SignedIn,
  ) {
    const updated = await this.people.updateProfile(viewer, { name, preferences });
    if (updated.__typename === 'ValidationError')
      throw graphQLError('BAD_USER_INPUT', updated.message, { fields: updated.fields });
    return updated;
  }
}
