// Converts between the messages of PersistentSubscriptions and plain values: a group's settings and its info.
import persistent from '@eventstore/db-client/generated/persistent_pb.js';
import type { GroupSettings } from './group-config.js';
import type { PersistentGroup } from './persistent-group.js';
import { placeText } from './persistent-place.js';
import { invalidArgument } from '../refusal.js';
import { integer } from '../wire.js';

const strategies = ['DispatchToSingle', 'RoundRobin', 'Pinned', 'PinnedByCorrelation'];

export const groupSettings = (
  settings: persistent.CreateReq.Settings | persistent.UpdateReq.Settings,
): GroupSettings => {
  const ticksPerMillisecond = 10_000;
  const named = 'getConsumerStrategy' in settings ? settings.getConsumerStrategy() : '';
  if (named !== '' && !strategies.includes(named)) {
    throw invalidArgument(`Consumer strategy ${named} does not exist.`);
  }
  return {
    resolveLinks: settings.getResolveLinks(),
    extraStatistics: settings.getExtraStatistics(),
    maxRetryCount: settings.getMaxRetryCount(),
    minCheckpointCount: settings.getMinCheckpointCount(),
    maxCheckpointCount: settings.getMaxCheckpointCount(),
    maxSubscriberCount: settings.getMaxSubscriberCount(),
    liveBufferSize: settings.getLiveBufferSize(),
    readBatchSize: settings.getReadBatchSize(),
    historyBufferSize: settings.getHistoryBufferSize(),
    messageTimeoutMs: settings.hasMessageTimeoutTicks()
      ? integer(settings.getMessageTimeoutTicks()) / ticksPerMillisecond
      : settings.getMessageTimeoutMs(),
    checkpointAfterMs: settings.hasCheckpointAfterTicks()
      ? integer(settings.getCheckpointAfterTicks()) / ticksPerMillisecond
      : settings.getCheckpointAfterMs(),
    strategy: named === '' ? (strategies[settings.getNamedConsumerStrategy()] ?? 'RoundRobin') : named,
  };
};

export async function info(group: PersistentGroup): Promise<persistent.SubscriptionInfo> {
  const { source, group: name, startFrom, settings } = group.config;
  const place = (at: number | null): string => (at === null ? '' : placeText(source, at));
  const { inFlight, retries, buffered } = group.counts;
  const connections = group.consumers.map((consumer) =>
    new persistent.SubscriptionInfo.ConnectionInfo()
      .setFrom(consumer.from)
      .setUsername(consumer.username)
      .setConnectionName(consumer.connectionName)
      .setTotalItems(String(consumer.delivered))
      .setAvailableSlots(consumer.slots - consumer.inFlight.size)
      .setInFlightMessages(consumer.inFlight.size),
  );
  return new persistent.SubscriptionInfo()
    .setEventSource(source)
    .setGroupName(name)
    .setStatus('Live')
    .setConnectionsList(connections)
    .setTotalItems(String(group.processed))
    .setLastCheckpointedEventPosition(place(group.lastCheckpoint))
    .setLastKnownEventPosition(place(group.lastKnown))
    .setStartFrom(place(startFrom))
    .setResolveLinkTos(settings.resolveLinks)
    .setExtraStatistics(settings.extraStatistics)
    .setMessageTimeoutMilliseconds(settings.messageTimeoutMs)
    .setMaxRetryCount(settings.maxRetryCount)
    .setLiveBufferSize(settings.liveBufferSize)
    .setBufferSize(settings.historyBufferSize)
    .setReadBatchSize(settings.readBatchSize)
    .setCheckPointAfterMilliseconds(settings.checkpointAfterMs)
    .setMinCheckPointCount(settings.minCheckpointCount)
    .setMaxCheckPointCount(settings.maxCheckpointCount)
    .setMaxSubscriberCount(settings.maxSubscriberCount)
    .setNamedConsumerStrategy(settings.strategy)
    .setReadBufferCount(buffered)
    .setRetryBufferCount(retries)
    .setTotalInFlightMessages(inFlight)
    .setOutstandingMessagesCount(inFlight)
    .setParkedMessageCount(String(await group.parkedCount()));
}
