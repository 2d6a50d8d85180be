// The one door for commands from outside: GraphQL, the import and the benchmark all come through here. An answer leaves
// only when what it is based on survives a crash.
import 'reflect-metadata';
import type {
  AccountCommand,
  AccountRejection,
  ChooseEmailKey,
  ClaimEmail,
  EmailKeyRejection,
  SessionCommand,
  SessionRejection,
} from '@holdfast/accounts';
import type { InterventionCommand, InterventionRejection } from '@holdfast/checkout';
import type { StockCommand, StockRejection } from '@holdfast/inventory';
import type { DomainCommand, Rejection } from '@holdfast/kernel';
import type { OrderCommand, OrderRejection } from '@holdfast/ordering';
import type { CommandContext, CommandOutcome } from '@holdfast/runtime';
import type { WalletCommand, WalletRejection } from '@holdfast/wallet';
import { Inject, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Command, CommandBus, CommandHandler, CqrsModule } from '@nestjs/cqrs';
import { DEPENDENCIES, type CommandBusDependencies } from '../dependencies.js';

/** A context's command as the bus carries it: routing there goes by class, so each context has one. */
abstract class ContextCommand<C extends DomainCommand, R extends Rejection> extends Command<
  CommandOutcome<R>
> {
  constructor(
    readonly command: C,
    readonly context: CommandContext,
  ) {
    super();
  }
}

export class OrderingCommand extends ContextCommand<OrderCommand, OrderRejection> {}
export class InventoryCommand extends ContextCommand<StockCommand, StockRejection> {}
export class WalletsCommand extends ContextCommand<WalletCommand, WalletRejection> {}
export class InterventionsCommand extends ContextCommand<InterventionCommand, InterventionRejection> {}
export class AccountsCommand extends ContextCommand<
  AccountCommand | SessionCommand | ClaimEmail | ChooseEmailKey,
  AccountRejection | SessionRejection | EmailKeyRejection
> {}

class Handler {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: CommandBusDependencies) {}

  async execute({ command, context }: ContextCommand<DomainCommand, Rejection>): Promise<CommandOutcome> {
    const { commands, store, logger } = this.dependencies;
    const outcome = await commands.handle(command, context);
    const { commandId, correlationId, actor } = context;
    const details = { correlationId, commandId, command: command.type, actor };
    logger?.debug(
      { ...details, ...(outcome.ok ? { repeated: outcome.repeated } : { refused: outcome.rejection.code }) },
      'command',
    );
    // A refusal is based on events, too: on all that are written by now.
    await store.synced(outcome.ok ? outcome.position : (await store.end()).written);
    return outcome;
  }
}

const handlers = [
  OrderingCommand,
  InventoryCommand,
  WalletsCommand,
  InterventionsCommand,
  AccountsCommand,
].map((command) => {
  class ContextHandler extends Handler {}
  CommandHandler(command)(ContextHandler);
  return ContextHandler;
});

// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a module of Nest is a class
export class CommandsModule {
  static given(dependencies: CommandBusDependencies): DynamicModule {
    return {
      module: CommandsModule,
      imports: [CqrsModule.forRoot()],
      providers: [{ provide: DEPENDENCIES, useValue: dependencies }, ...handlers],
      exports: [CqrsModule, DEPENDENCIES],
    };
  }
}
Module({})(CommandsModule);

/** The bus without HTTP: for what runs in the same process as the stores. */
export async function createCommandBus(
  dependencies: CommandBusDependencies,
): Promise<{ readonly commandBus: CommandBus; close(): Promise<void> }> {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are plain
  const context = await NestFactory.createApplicationContext(CommandsModule.given(dependencies), {
    logger: false,
    abortOnError: false,
  });
  return { commandBus: context.get(CommandBus), close: () => context.close() };
}
