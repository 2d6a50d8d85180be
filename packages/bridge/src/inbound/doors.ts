// The commands from outside, and the command of this shop for each. The composition root has the list.
import type { Awaitable, DomainCommand, Json } from '@holdfast/kernel';

export type Refusal = { readonly code: string; readonly message: string };

export type CommandDoor = {
  /** Returns why the body can't be this command; null when it can. */
  fault(this: void, body: Json): string | null;
  /** Returns the shop's command, or why the shop refuses it. Only called with a body without a fault. */
  commandOf(this: void, body: Json): Awaitable<DomainCommand | { readonly refused: Refusal }>;
};

/** by type, for example `order.place` */
export type CommandDoors = Readonly<Record<string, CommandDoor>>;
