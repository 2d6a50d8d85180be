// The filter for the server: it sends the events of our streams, or, without a filter, all events but its own.
import {
  type AllStreamResolvedEvent,
  type EventStoreDBClient,
  type Filter as WireFilter,
  eventTypeFilter,
  type ReadAllOptions,
  type StreamingRead,
  streamNameFilter,
} from '@eventstore/db-client';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Filter } from '@holdfast/event-store';

/** Empty: all streams. */
const prefixesOf = (filter: Filter | undefined, streamPrefix: string): readonly string[] => {
  const prefixes = (filter?.streamPrefixes ?? ['']).map((prefix) => streamPrefix + prefix);
  return prefixes.includes('') ? [] : prefixes;
};

const notOfServer = '^[^$]';

export type Window = {
  /** events that the server looks at between two checkpoints */
  readonly maxSearchWindow: number;
  /** Must never throw: the subscription would stall. */
  checkpointReached(this: void, subscription: unknown, position: { readonly commit: bigint }): void;
};

export function subscriptionFilter(
  filter: Filter | undefined,
  streamPrefix: string,
  window: Window,
): WireFilter {
  const prefixes = prefixesOf(filter, streamPrefix);
  const common = { ...window, checkpointInterval: 1 };
  return prefixes.length === 0
    ? eventTypeFilter({ ...common, regex: notOfServer })
    : streamNameFilter({ ...common, prefixes: [...prefixes] });
}

/** how many events the server looks at in one step */
const readWindow = 1000;

function messageOf(filter: Filter | undefined, streamPrefix: string): streams.ReadReq.Options.FilterOptions {
  const { FilterOptions } = streams.ReadReq.Options;
  const message = new FilterOptions().setMax(readWindow).setCheckpointintervalmultiplier(1);
  const expression = new FilterOptions.Expression();
  const prefixes = prefixesOf(filter, streamPrefix);
  return prefixes.length === 0
    ? message.setEventType(expression.setRegex(notOfServer))
    : message.setStreamIdentifier(expression.setPrefixList([...prefixes]));
}

/** The part of the client that its `readAll` uses. */
type Inside = {
  readonly GRPCStreamCreator: (
    this: void,
    stub: unknown,
    name: string,
    create: (grpc: Pick<StreamsClient, 'read'>) => unknown,
  ) => unknown;
  readonly callArguments: unknown;
};

/** `readAll` with a filter: the protocol has one, and this client leaves it out. */
export function readChosen(
  client: EventStoreDBClient,
  options: ReadAllOptions,
  filter: Filter | undefined,
  streamPrefix: string,
): StreamingRead<AllStreamResolvedEvent> {
  const { GRPCStreamCreator, callArguments } = client as unknown as Inside;
  const choosing: Inside = {
    callArguments,
    GRPCStreamCreator: (stub, name, create) =>
      GRPCStreamCreator(stub, name, (grpc) => {
        const read = (request: streams.ReadReq, ...rest: [never, never]): unknown => {
          request.getOptions()?.setFilter(messageOf(filter, streamPrefix));
          return grpc.read(request, ...rest);
        };
        return create({ read: read as StreamsClient['read'] });
      }),
  };
  return client.readAll.call(choosing as unknown as EventStoreDBClient, options);
}
