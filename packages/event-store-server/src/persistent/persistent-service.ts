// The PersistentSubscriptions service: groups are created, changed, listed and read here.
import grpcPersistent, {
  type IPersistentSubscriptionsServer,
} from '@eventstore/db-client/generated/persistent_grpc_pb.js';
import persistent from '@eventstore/db-client/generated/persistent_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { type Metadata, type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { Environment } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { chooser, eventFilter, everything } from '../filters/event-filter.js';
import { Outgoing } from '../streams/outgoing.js';
import { systemStream } from './parked-messages.js';
import type { Consumer } from './consumers.js';
import type { GroupConfig } from './group-config.js';
import type { NackAction, PersistentGroup } from './persistent-group.js';
import { keyOf, PersistentGroups } from './persistent-groups.js';
import { groupSettings, info } from './persistent-messages.js';
import { dropped, exists, failed, missing, outOfRange } from './persistent-refusals.js';
import { invalidArgument, Refusal } from '../refusal.js';
import { linkTarget } from '../streams/link.js';
import type { StreamView } from '../streams/stream-view.js';
import { replyWith } from '../streams/streams-service.js';
import { idForm, idOf, integer, recorded, streamName } from '../wire.js';

export const persistentService = grpcPersistent.PersistentSubscriptionsService;

const service = 'event_store.client.persistent_subscriptions.persistentsubscriptions';
export const persistentMethods = [
  'create',
  'update',
  'delete',
  'read',
  'getinfo',
  'replayparked',
  'restartsubsystem',
  'list',
].map((method) => [service, method, ['stream', 'all']] as const);

const all = '$all';
const end = -1;
const endRevision = 18_446_744_073_709_551_615n;
const { Action } = persistent.ReadReq.Nack;

type Source = { getStreamIdentifier(): shared.StreamIdentifier | undefined; hasAll(): boolean };

export class PersistentSubscriptions {
  readonly #groups: PersistentGroups;

  constructor(
    private readonly store: EventStore,
    private readonly view: StreamView,
    environment: Pick<Environment, 'clock' | 'scheduler' | 'ids'>,
  ) {
    this.#groups = new PersistentGroups(store, view, environment);
  }

  server(): IPersistentSubscriptionsServer {
    return {
      create: ({ request }, callback) => {
        void replyWith(callback, async () => {
          const { key, config } = await this.#configOf(request.getOptions());
          const groups = await this.#groups.loaded();
          if (groups.has(key)) throw exists(config);
          groups.set(key, this.#groups.open(config, null));
          await this.#groups.save({ config });
          return new persistent.CreateResp();
        });
      },
      update: ({ request }, callback) => {
        void replyWith(callback, async () => {
          const { config } = await this.#configOf(request.getOptions());
          const { group } = await this.#groups.find(config.source, config.group);
          // An update request carries no filter.
          const updated = { ...config, filter: group.config.filter };
          group.update(updated, dropped(config));
          await this.#groups.save({ config: updated });
          return new persistent.UpdateResp();
        });
      },
      delete: ({ request }, callback) => {
        void replyWith(callback, async () => {
          const { groups, key, group } = await this.#named(request.getOptions());
          groups.delete(key);
          group.drop(dropped(group.config));
          await this.#groups.save({ removed: key });
          for (const part of ['parked', 'checkpoint'] as const) {
            await this.view.delete(systemStream(group.config.source, group.config.group, part), 'any');
          }
          return new persistent.DeleteResp();
        });
      },
      read: (call) => {
        this.#serveConsumer(call);
      },
      getInfo: ({ request }, callback) => {
        void replyWith(callback, async () => {
          const { group } = await this.#named(request.getOptions());
          return new persistent.GetInfoResp().setSubscriptionInfo(await info(group));
        });
      },
      list: ({ request }, callback) => {
        void replyWith(callback, async () => {
          const one = request.getOptions()?.getListForStream();
          const source = one === undefined ? null : one.hasAll() ? all : streamName(one.getStream());
          const groups = [...(await this.#groups.loaded()).values()].filter(
            ({ config }) => source === null || config.source === source,
          );
          if (source !== null && groups.length === 0) throw missing(source, '');
          return new persistent.ListResp().setSubscriptionsList(await Promise.all(groups.map(info)));
        });
      },
      replayParked: ({ request }, callback) => {
        void replyWith(callback, async () => {
          await this.#replayParked(request.getOptions());
          return new persistent.ReplayParkedResp();
        });
      },
      restartSubsystem: (_call, callback) => {
        void replyWith(callback, async () => {
          for (const group of (await this.#groups.loaded()).values()) group.drop(dropped(group.config));
          return new shared.Empty();
        });
      },
    };
  }

  /** Serves one consumer's call: its first message names the group, later ones acknowledge or refuse events. */
  #serveConsumer(call: ServerDuplexStream<persistent.ReadReq, persistent.ReadResp>): void {
    const out = new Outgoing<persistent.ReadResp>(call);
    let consuming: Promise<{ group: PersistentGroup; consumer: Consumer }> | null = null;
    call.on('data', (request: persistent.ReadReq) => {
      const options = request.getOptions();
      if (options !== undefined && consuming === null) {
        consuming = this.#consume(options, out, call.metadata, call.getPeer());
        consuming.catch((error: unknown) => out.refuse(error));
      } else {
        consuming?.then(
          ({ group }) => respond(request, group),
          () => undefined, // The call was refused already.
        );
      }
    });
    call.on('end', () => {
      if (!out.isGone) call.end();
    });
    call.on('error', () => undefined); // `Outgoing` notices by itself that the client disconnected.
  }

  async #replayParked(options: persistent.ReplayParkedReq.Options | undefined): Promise<void> {
    const { group } = await this.#named(options);
    const stopAt = options?.hasStopAt() === true ? integer(options.getStopAt()) : Infinity;
    if (stopAt < 0) throw failed(group.config, 'Cannot stop replaying parked message at a negative version.');
    await group.replayParked(stopAt);
  }

  #named(options: (Source & { getGroupName(): string }) | undefined) {
    if (options === undefined) throw invalidArgument('The call needs options.');
    const source = options.hasAll() ? all : streamName(options.getStreamIdentifier());
    return this.#groups.find(source, options.getGroupName());
  }

  async #configOf(options: persistent.CreateReq.Options | persistent.UpdateReq.Options | undefined) {
    const settings = options?.getSettings();
    if (options === undefined || settings === undefined) throw invalidArgument('A group needs settings.');
    const group = options.getGroupName();
    const ofAll = options.getAll();
    const ofStream = options.getStream();
    const source = ofAll ? all : streamName((ofStream ?? options).getStreamIdentifier());
    const filter = ofAll && 'getFilter' in ofAll ? eventFilter(ofAll.getFilter()) : everything;
    chooser(filter); // throws now when the expression is invalid
    let startFrom: number;
    if (ofAll) {
      const position = ofAll.getPosition()?.getCommitPosition();
      startFrom = ofAll.hasEnd() ? end : integer(position ?? '0');
    } else if (ofStream) startFrom = ofStream.hasEnd() ? end : integer(ofStream.getRevision());
    else {
      const revision = settings.getRevision();
      startFrom = BigInt(revision) === endRevision ? end : integer(revision);
    }
    let after = startFrom - 1;
    if (startFrom === end) {
      after = ofAll ? (await this.store.end()).synced : await this.view.lastRevision(source);
    }
    const config: GroupConfig = {
      source,
      group,
      startFrom,
      after,
      filter,
      settings: groupSettings(settings),
    };
    const { historyBufferSize, readBatchSize } = config.settings;
    if (historyBufferSize <= 0 || readBatchSize >= historyBufferSize) throw failed(config, outOfRange);
    if (ofAll?.hasPosition() === true && startFrom > (await this.store.end()).written) {
      throw failed(config, outOfRange);
    }
    return { key: keyOf(source, group), config };
  }

  async #consume(
    options: persistent.ReadReq.Options,
    out: Outgoing<persistent.ReadResp>,
    metadata: Metadata,
    peer: string,
  ): Promise<{ group: PersistentGroup; consumer: Consumer }> {
    const { group } = await this.#named(options);
    const { source, group: name, settings } = group.config;
    if (settings.maxSubscriberCount > 0 && group.consumers.length >= settings.maxSubscriberCount) {
      throw new Refusal(
        status.FAILED_PRECONDITION,
        `Maximum subscriptions reached for subscription group ${name} on stream ${source}.`,
        { exception: 'maximum-subscribers-reached', 'stream-name': source, 'group-name': name },
      );
    }
    const form = idForm(options.getUuidOption());
    const confirmation = new persistent.ReadResp.SubscriptionConfirmation();
    confirmation.setSubscriptionId(`${source}::${name}`);
    await out.send(new persistent.ReadResp().setSubscriptionConfirmation(confirmation));
    let sending: Promise<unknown> = Promise.resolve();
    const consumer: Consumer = {
      slots: Math.max(1, options.getBufferSize()),
      connectionName: first(metadata, 'connection-name'),
      username: username(first(metadata, 'authorization')),
      from: peer,
      inFlight: new Set(),
      delivered: 0,
      deliver: (event, retryCount, isReplayed) => {
        sending = sending.then(async () => {
          const { ReadEvent } = persistent.ReadResp;
          const message = recorded(new ReadEvent.RecordedEvent(), event, form);
          const answer = new ReadEvent().setCommitPosition(String(event.position)).setRetryCount(retryCount);
          if ((isReplayed || settings.resolveLinks) && linkTarget(event) !== null) {
            const target = await this.view.linked(event);
            answer.setLink(message);
            if (target !== null) answer.setEvent(recorded(new ReadEvent.RecordedEvent(), target, form));
          } else answer.setEvent(message);
          await out.send(new persistent.ReadResp().setEvent(answer));
        });
      },
      drop: (reason) => out.refuse(reason),
    };
    const leave = (): void => {
      group.disconnect(consumer);
    };
    out.signal.addEventListener('abort', leave);
    group.connect(consumer);
    if (out.isGone) leave();
    return { group, consumer };
  }
}

function respond(request: persistent.ReadReq, group: PersistentGroup): void {
  const ack = request.getAck();
  const nack = request.getNack();
  if (ack !== undefined) group.ack(ack.getIdsList().map(idOf));
  if (nack === undefined) return;
  const actions: Partial<Record<number, NackAction>> = {
    [Action.PARK]: 'park',
    [Action.SKIP]: 'skip',
    [Action.STOP]: 'stop',
  };
  const action = actions[nack.getAction()] ?? 'retry';
  void group.nack(nack.getIdsList().map(idOf), action, nack.getReason());
}

const first = (metadata: Metadata, key: string): string => String(metadata.get(key)[0] ?? '');

const username = (authorization: string): string => {
  const [scheme, encoded = ''] = authorization.split(' ');
  return scheme === 'Basic'
    ? (Buffer.from(encoded, 'base64').toString('utf8').split(':')[0] ?? 'anonymous')
    : 'anonymous';
};
