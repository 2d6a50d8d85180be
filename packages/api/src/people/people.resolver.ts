// Registration, sign-in and the caller's own account.
import type { Role } from '@holdfast/accounts';
import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { badInput, graphQLError } from '../graphql/errors.js';
import type { RequestContext, SignedIn } from '../graphql/request-context.js';
import { People } from './people.js';

@Resolver('User')
export class PeopleResolver {
  constructor(@Inject(People) private readonly people: People) {}

  @Query('me')
  me(@Context() { viewer }: RequestContext) {
    return viewer?.isGuest === true ? null : viewer;
  }

  @Mutation('register')
  register(
    @Args('email') email: string,
    @Args('password') password: string,
    @Args('name') name: string,
    @Context() { address, viewer }: RequestContext,
  ) {
    return this.people.register(email, password, name, address, viewer);
  }

  @Mutation('startGuestSession')
  startGuestSession(@Context() { address }: RequestContext) {
    return this.people.guests.start(address);
  }

  @Mutation('login')
  login(
    @Args('email') email: string,
    @Args('password') password: string,
    @Context() { address }: RequestContext,
  ) {
    return this.people.login(email, password, address);
  }

  @Mutation('refreshSession')
  refreshSession(@Args('refreshToken') refreshToken: string, @Context() { address }: RequestContext) {
    return this.people.refresh(refreshToken, address);
  }

  @Mutation('logout')
  async logout(@Context() { viewer }: SignedIn) {
    await this.people.logout(viewer);
    return true;
  }

  @Mutation('changePassword')
  changePassword(
    @Args('currentPassword') present: string,
    @Args('newPassword') next: string,
    @Context() { viewer, address }: SignedIn,
  ) {
    return this.people.changePassword(viewer, present, next, address);
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
