// Sends commands about people, each once and with its actor.
import type {
  AccountCommand,
  AdminsCommand,
  ChooseEmailKey,
  ClaimEmail,
  SessionCommand,
} from '@holdfast/accounts';
import type { Ids } from '@holdfast/kernel';
import type { CommandContext, CommandOutcome } from '@holdfast/runtime';
import type { CommandBus } from '@nestjs/cqrs';
import { CommandMessage } from '../commands/command-bus.js';
import { customerActor } from '../commands/command-context.js';

/** `by` is the id of an account, `system`, or `staff:<id>`. */
export type Execute = (
  command: AccountCommand | AdminsCommand | SessionCommand | ClaimEmail | ChooseEmailKey,
  by: string,
) => Promise<CommandOutcome>;

export const executeOn =
  (commandBus: CommandBus, ids: Ids): Execute =>
  (command, by) => {
    const commandId = ids.next();
    const actor = by === 'system' || by.startsWith('staff:') ? by : customerActor({ id: by });
    const context: CommandContext = {
      commandId,
      correlationId: commandId,
      causationId: commandId,
      actor,
    };
    return commandBus.execute(new CommandMessage(command, context));
  };
