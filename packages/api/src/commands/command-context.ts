// The context of a command that a caller asks for by a mutation.
import type { CommandContext } from '@holdfast/runtime';
import { fingerprintOf } from './derivations.js';

type Caller = { readonly id: string };

/** The audit log lists what these actors do. */
export const staffActor = ({ id }: Caller): string => `staff:${id}`;

export const customerActor = ({ id }: Caller): string => `customer:${id}`;

/**
 * A request is the cause of its command. `content`: a later request under the same command id is refused when its content
 * differs. `correlationId`: the order or deposit that the command is about; the command itself unless given.
 */
export const commandContext = (
  commandId: string,
  actor: string,
  content: unknown,
  correlationId = commandId,
): CommandContext & { readonly fingerprint: string } => ({
  commandId,
  correlationId,
  causationId: commandId,
  actor,
  fingerprint: fingerprintOf(content),
});
