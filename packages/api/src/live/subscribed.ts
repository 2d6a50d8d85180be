// Runs a subscription of one peer: its beginning has a time limit, its updates go on for as long as the peer reads them.
import type { Scheduler } from '@holdfast/kernel';
import { subscribe, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { delivered } from './delivered.js';
import type { SocketContext } from './socket-connection.js';
import { limited } from './socket-operations.js';

/** Its updates, or the result with the errors that kept it from beginning. */
export function subscribed(
  args: ExecutionArgs,
  { slowReaderMs, scheduler }: { readonly slowReaderMs: number; readonly scheduler: Scheduler },
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  return limited(args, async () => {
    const { socket, ended } = args.contextValue as SocketContext;
    let isRunning = false;
    try {
      const result = await subscribe(args);
      if (!(Symbol.asyncIterator in result)) return result;
      isRunning = true;
      return delivered(result, { socket, slowReaderMs, scheduler }, ended);
    } finally {
      if (!isRunning) ended();
    }
  });
}
