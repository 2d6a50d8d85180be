// The bus for all commands from outside: those of GraphQL, of the import and of the benchmark. It returns an outcome only
// once the events that the outcome depends on survive a crash.
import 'reflect-metadata';
import type {
  AccountCommand,
  AccountRejection,
  AdminsCommand,
  AdminsRejection,
  ChooseEmailKey,
  ClaimEmail,
  EmailKeyRejection,
  NotificationCommand,
  SessionCommand,
  SessionRejection,
} from '@holdfast/accounts';
import type { InterventionCommand, InterventionRejection } from '@holdfast/checkout';
import type { FulfilmentRequestCommand, FulfilmentRequestRejection } from '@holdfast/fulfilment';
import type { StockCommand, StockRejection } from '@holdfast/inventory';
import type { OrderCommand, OrderRejection } from '@holdfast/ordering';
import type { CommandContext, CommandOutcome } from '@holdfast/runtime';
import type { ShipmentCommand, ShipmentRejection } from '@holdfast/shipping';
import type { DepositRejection, RequestDeposit, WalletCommand, WalletRejection } from '@holdfast/wallet';
import { Inject, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Command, CommandBus, CommandHandler, CqrsModule } from '@nestjs/cqrs';
import { DEPENDENCIES, type CommandBusDependencies } from '../dependencies.js';

/** Every command that comes from outside. */
export type OutsideCommand =
  | OrderCommand
  | StockCommand
  | WalletCommand
  | RequestDeposit
  | ShipmentCommand
  | InterventionCommand
  | FulfilmentRequestCommand
  | AccountCommand
  | SessionCommand
  | AdminsCommand
  | NotificationCommand
  | ClaimEmail
  | ChooseEmailKey;

/** The ways in which the command's aggregate may refuse it. */
type RejectionOf<C extends OutsideCommand> = C extends OrderCommand
  ? OrderRejection
  : C extends StockCommand
    ? StockRejection
    : C extends WalletCommand
      ? WalletRejection
      : C extends RequestDeposit
        ? DepositRejection
        : C extends ShipmentCommand
          ? ShipmentRejection
          : C extends InterventionCommand
            ? InterventionRejection
            : C extends FulfilmentRequestCommand
              ? FulfilmentRequestRejection
              : AccountRejection | AdminsRejection | SessionRejection | EmailKeyRejection;

/** A command with its context, as Nest's bus carries it. The runtime finds the command's aggregate by its type. */
export class CommandMessage<C extends OutsideCommand = OutsideCommand> extends Command<
  CommandOutcome<RejectionOf<C>>
> {
  constructor(
    readonly command: C,
    readonly context: CommandContext,
  ) {
    super();
  }
}

class CommandMessageHandler {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: CommandBusDependencies) {}

  async execute({ command, context }: CommandMessage): Promise<CommandOutcome> {
    const { commands, store, logger } = this.dependencies;
    const outcome = await commands.handle(command, context);
    const { commandId, correlationId, actor } = context;
    const details = { correlationId, commandId, command: command.type, actor };
    logger?.debug(
      { ...details, ...(outcome.ok ? { repeated: outcome.repeated } : { refused: outcome.rejection.code }) },
      'command',
    );
    // A refusal depends on events, too. These may be any that are written by now.
    await store.synced(outcome.ok ? outcome.position : (await store.end()).written);
    return outcome;
  }
}
CommandHandler(CommandMessage)(CommandMessageHandler);

// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a module of Nest is a class
export class CommandsModule {
  static given(dependencies: CommandBusDependencies): DynamicModule {
    return {
      module: CommandsModule,
      imports: [CqrsModule.forRoot()],
      providers: [{ provide: DEPENDENCIES, useValue: dependencies }, CommandMessageHandler],
      exports: [CqrsModule, DEPENDENCIES],
    };
  }
}
Module({})(CommandsModule);

/** The bus without HTTP, for programs that run in the same process as the stores. */
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
