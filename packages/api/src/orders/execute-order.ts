// Sends the command of a customer's or an operator's mutation of an order.
import type { OrderCommand } from '@holdfast/ordering';
import type { CommandBus } from '@nestjs/cqrs';
import { CommandMessage } from '../commands/command-bus.js';
import { commandContext, customerActor } from '../commands/command-context.js';
import { commandIdOf } from '../commands/derivations.js';
import type { Viewer } from '../people/viewer.js';

/** `request`: its idempotency key, and the content that a repetition must have as well. */
export function executeOn(
  commandBus: CommandBus,
  command: OrderCommand,
  viewer: Viewer,
  request: { readonly key: string; readonly content: unknown },
  mutation: 'placeOrder' | 'payOrder' | 'cancelOrder' | 'requestReturn' | 'declineReturn',
  actor = customerActor(viewer),
) {
  const commandId = commandIdOf(viewer.id, mutation, request.key);
  const context = commandContext(commandId, actor, request.content, command.data.orderId);
  return commandBus.execute(new CommandMessage(command, context));
}
