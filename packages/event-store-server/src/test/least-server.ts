// A protocol server that guarantees only what EventStoreDB promises: positions are far apart and near 2^53, it accepts
// only positions that it returned, and it forgets event ids. A spec can make each call fail in a chosen way.
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { type Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { grpcServer } from '../ended-calls.js';
import { featuresServer, featuresService, streamMethods } from '../features.js';
import { Reading } from '../streams/reading.js';
import { accessDenied, asServiceError, invalidArgument, Refusal } from '../refusal.js';
import { StreamView } from '../streams/stream-view.js';
import { streamsServer, streamsService } from '../streams/streams-service.js';
import { nodeEnvironment } from './node-environment.js';

/**
 * Outcome of a call: the right one, no reply ever, an end without a reply, or an error. A subscription can also be
 * treated as EventStoreDB treats a slow reader: it is dropped (23.10), or told that it fell behind and, some events
 * later, that it caught up again (24.2). Here that comes after every few live events, however fast the reader is.
 */
export type Behaviour = 'well' | 'silent' | 'ends' | 'drops' | 'fallsBehind' | Refusal;

export type LeastServer = {
  readonly port: number;
  /** called for each read or append */
  behaviour: (call: 'read' | 'append') => Behaviour;
  /** events and checkpoints that were written to readers */
  readonly sent: () => number;
  /** how often a subscription was dropped, or got the message that it fell behind */
  readonly behind: () => number;
  /** the refusal of each append, inside the call that all appends share */
  refusesAppends: Refusal | null;
  /** a follower's last position: only readers that require the leader get later events; null for no limit */
  follows: number | null;
  close(): Promise<void>;
};

const first = 8_000_000_000_000_003n;
const stride = 977n;
const outward = (position: string): string => String(first + stride * BigInt(position));
const inward = (position: string): string => {
  const distance = BigInt(position) - first;
  if (distance < 0n || distance % stride !== 0n)
    throw invalidArgument(`${position} is no position of an event`);
  return String(distance / stride);
};

type Positions = {
  getCommitPosition(): string;
  setCommitPosition(value: string): unknown;
  setPreparePosition(value: string): unknown;
};
const moveOut = (message: Positions | undefined): void => {
  if (message === undefined) return;
  const position = outward(message.getCommitPosition());
  message.setCommitPosition(position);
  message.setPreparePosition(position);
};

/** Appends only at the end of the stream and ignores the ids: as a server that has forgotten earlier appends. */
const forgetful = (store: EventStore, refuses: () => Refusal | null = () => null): EventStore => ({
  append: async (stream, events, expected) => {
    const refusal = refuses();
    if (refusal !== null) throw refusal;
    const last = (await store.readStream(stream, { direction: 'backwards', limit: 1 }))[0]?.revision ?? -1;
    const there = last === -1 ? 'no_stream' : last;
    const holds = expected === 'any' || expected === there || (expected === 'stream_exists' && last >= 0);
    return holds
      ? store.append(stream, events, there)
      : { ok: false, rejection: { code: 'RevisionConflict', stream, expected, actual: last } };
  },
  synced: (position) => store.synced(position),
  readStream: (...call) => store.readStream(...call),
  readAll: (options) => store.readAll(options),
  subscribeAll: (options) => store.subscribeAll(options),
  end: () => store.end(),
  close: () => store.close(),
});

const isOfReaders = (behaviour: Behaviour): behaviour is 'drops' | 'fallsBehind' =>
  behaviour === 'drops' || behaviour === 'fallsBehind';

/** `call`, whose messages pass through `change` first, and then through `write`, if given. */
const writing = <Call extends object>(
  call: Call,
  change: (message: never) => void,
  write: ((message: never) => void) | null = null,
): Call =>
  new Proxy(call, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return key === 'write'
        ? (message: never): unknown => {
            change(message);
            if (write === null) return value.call(target, message) as unknown;
            write(message);
            return true;
          }
        : (value.bind(target) as unknown);
    },
  });

/** Number of live events after which a subscription is dropped or falls behind. */
const patience = 30;

/** `write` for a subscription that is treated as if its reader were behind after every few live events. */
function slowReader(
  call: NodeJS.EventEmitter & { write(message: streams.ReadResp): unknown },
  behaviour: 'drops' | 'fallsBehind',
  fellBehind: () => void,
): (message: streams.ReadResp) => void {
  let live = false;
  let events = 0;
  let dropped = false;
  return (message) => {
    if (dropped) return;
    call.write(message);
    if (message.hasCaughtUp()) live = true;
    if (!message.hasEvent() || !live) return;
    events += 1;
    if (events % patience !== 0) return;
    if (behaviour === 'drops') {
      dropped = true;
      fellBehind();
      call.emit('error', asServiceError(tooSlow));
    } else {
      fellBehind();
      call.write(new streams.ReadResp().setFellBehind(new streams.ReadResp.FellBehind()));
      setImmediate(() => call.write(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp())));
    }
  };
}

const tooSlow = new Refusal(
  status.ABORTED,
  'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
);

/** The log of a follower that lags behind the leader. */
const upTo = (store: EventStore, last: () => number | null): EventStore => {
  const known = (event: RecordedEvent): boolean => event.position <= (last() ?? Infinity);
  return {
    ...forgetful(store),
    readStream: async (stream, options = {}) => {
      if (options.direction !== 'backwards') return (await store.readStream(stream, options)).filter(known);
      const there = (await store.readStream(stream)).filter(known).reverse();
      const { from = Infinity, limit } = options;
      return there.filter(({ revision }) => revision <= from).slice(0, limit);
    },
    readAll: async (options = {}) => {
      const from = options.from ?? last();
      const backwards = options.direction === 'backwards' && from !== null;
      const place = backwards ? { from: Math.min(from, last() ?? Infinity) } : {};
      return (await store.readAll({ ...options, ...place })).filter(known);
    },
    end: async () => {
      const { written, synced, dense } = await store.end();
      const end = last() ?? Infinity;
      return { written: Math.min(written, end), synced: Math.min(synced, end), dense };
    },
  };
};

function handlersOn(store: EventStore, environment: ReturnType<typeof nodeEnvironment>) {
  const view = new StreamView(store, environment);
  return streamsServer(view, new Reading(store, view, environment), environment.clock);
}

const freePortOf = (grpc: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });

export async function openLeastServer(log: EventStore): Promise<LeastServer> {
  const environment = nodeEnvironment();
  const store = forgetful(log, () => opened.refusesAppends);
  const handlers = handlersOn(store, environment);
  const behindLeader = upTo(log, () => opened.follows);
  const follower = handlersOn(behindLeader, environment);
  let sent = 0;
  let behind = 0;
  /** Treats the call as `behaviour` says. Returns whether the call is finished by that. */
  const misbehaved = (kind: 'read' | 'append', call: NodeJS.EventEmitter & { end(): unknown }): boolean => {
    const behaviour = opened.behaviour(kind);
    if (isOfReaders(behaviour)) return false;
    if (behaviour === 'ends') call.end();
    else if (behaviour instanceof Refusal) call.emit('error', asServiceError(behaviour));
    return behaviour !== 'well';
  };
  const grpc = grpcServer();
  grpc.addService(featuresService, featuresServer(streamMethods));
  grpc.addService(streamsService, {
    ...handlers,
    read: (call) => {
      if (misbehaved('read', call)) return;
      const position = call.request.getOptions()?.getAll()?.getPosition();
      try {
        position?.setCommitPosition(inward(position.getCommitPosition()));
      } catch (error) {
        call.emit('error', asServiceError(error));
        return;
      }
      const behaviour = opened.behaviour('read');
      const isSlow = call.request.getOptions()?.hasSubscription() === true && isOfReaders(behaviour);
      const slow = isSlow ? slowReader(call, behaviour, () => (behind += 1)) : null;
      const leads = opened.follows === null || call.metadata.get('requires-leader').includes('true');
      const { read } = leads ? handlers : follower;
      read(
        writing(
          call,
          (message: streams.ReadResp) => {
            sent += 1;
            moveOut(message.getCheckpoint());
            moveOut(message.getEvent()?.getEvent());
          },
          slow,
        ),
      );
    },
    batchAppend: (call) => {
      if (misbehaved('append', call)) return;
      handlers.batchAppend(
        writing(call, (message: streams.BatchAppendResp) => {
          moveOut(message.getSuccess()?.getPosition());
        }),
      );
    },
  } satisfies typeof handlers);
  const port = await freePortOf(grpc);
  const opened: LeastServer = {
    port,
    behaviour: () => 'well',
    sent: () => sent,
    behind: () => behind,
    refusesAppends: null,
    follows: null,
    close: () => {
      grpc.forceShutdown();
      return Promise.resolve();
    },
  };
  return opened;
}

/** Refusals by servers, and by proxies before them, that can't serve a call just now. */
export const outages = {
  unavailable: new Refusal(status.UNAVAILABLE, 'Server Is Not Ready'),
  busy: new Refusal(status.RESOURCE_EXHAUSTED, 'Too busy'),
  brokenOff: new Refusal(status.INTERNAL, 'Received RST_STREAM with code 2'),
  late: new Refusal(status.DEADLINE_EXCEEDED, 'Deadline exceeded'),
  cancelled: new Refusal(status.CANCELLED, 'Call cancelled'),
  unknown: new Refusal(status.UNKNOWN, 'Exception was thrown by handler.'),
  misrouted: new Refusal(status.UNIMPLEMENTED, 'Received HTTP status code 404'),
  lossy: new Refusal(status.DATA_LOSS, 'Checksum mismatch'),
} as const;

/** Refusals to a user without the right, or without a password. */
export const denials = {
  denied: accessDenied('order-1'),
  unauthenticated: new Refusal(status.UNAUTHENTICATED, 'Unauthenticated'),
  forbiddenByProxy: new Refusal(status.PERMISSION_DENIED, 'Received HTTP status code 403'),
} as const;

/** The refusal of an append to a stream with a tombstone, which only its revision shows. */
export const tombstoned = (stream: string): Refusal =>
  new Refusal(status.FAILED_PRECONDITION, 'WrongExpectedVersion', {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': '-1',
    'actual-version': '9223372036854775807',
  });

export const notLeader = (host: string, port: number): Refusal =>
  new Refusal(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  });
