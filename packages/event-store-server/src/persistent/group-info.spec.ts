// The settings, statistics and checkpoint of a group, as clients read them and as they outlast a restart.
import { describe, expect, test } from '@jest/globals';
import {
  END,
  eventTypeFilter,
  persistentSubscriptionToAllSettingsFromDefaults,
  persistentSubscriptionToStreamSettingsFromDefaults,
  type Position,
  START,
} from '@eventstore/db-client';
import { consume, eventually, revisionOf, streamWithGroup, unique } from '../test/group.js';
import { events, serveForSpecs } from '../test/official-client.js';

const served = serveForSpecs();

describe('the info of a group', () => {
  test('has its settings exactly, its connections while there are some, and its last event and checkpoint', async () => {
    const settings = persistentSubscriptionToStreamSettingsFromDefaults({
      startFrom: 1n,
      checkPointLowerBound: 1,
      checkPointUpperBound: 1,
      consumerStrategyName: 'Pinned',
      maxSubscriberCount: 7,
    });
    const [stream, group] = ['스트림 0️⃣', unique('ヽ༼ຈل͜ຈ༽ﾉ')];
    await served.client.appendToStream(stream, events(3));
    await served.client.createPersistentSubscriptionToStream(stream, group, settings);
    const known = () => served.client.getPersistentSubscriptionToStreamInfo(stream, group);
    const before = await known();
    expect(before).toMatchObject({ eventSource: stream, groupName: group, settings, connections: [] });
    expect(before.stats).toMatchObject({
      lastKnownEventRevision: undefined,
      lastCheckpointedEventRevision: undefined,
    });
    const subscription = served.client.subscribeToPersistentSubscriptionToStream(stream, group);
    await consume(subscription, async (event) => {
      expect((await known()).connections).toMatchObject([{ connectionName: served.client.connectionName }]);
      await subscription.ack(event);
      return revisionOf(event) === 2;
    });
    await eventually(async () => (await known()).connections.length === 0);
    expect((await known()).stats).toMatchObject({
      lastKnownEventRevision: 2n,
      lastCheckpointedEventRevision: 2n,
    });
    expect(await served.client.listPersistentSubscriptionsToStream(stream)).toMatchObject([
      { groupName: group },
    ]);
    const changed = { ...settings, startFrom: END, maxSubscriberCount: 'unbounded' } as const;
    await served.client.updatePersistentSubscriptionToStream(stream, group, changed);
    expect((await known()).settings).toEqual(changed);
  });

  test('on all from a position › has that position, and the group begins with the event there', async () => {
    const group = unique('group');
    const { position } = await served.client.appendToStream(unique('stream'), events(2));
    const { commit, prepare } = position as Position;
    const settings = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: { commit, prepare } });
    await served.client.createPersistentSubscriptionToAll(group, settings);
    const subscription = served.client.subscribeToPersistentSubscriptionToAll(group);
    for await (const event of subscription) {
      expect(event.event?.position).toEqual(position);
      await subscription.ack(event);
      break;
    }
    await subscription.unsubscribe();
    expect(await served.client.getPersistentSubscriptionToAllInfo(group)).toMatchObject({
      settings: { startFrom: { commit, prepare } },
    });
  });

  test('outlasts a restart, and the group goes on behind its checkpoint', async () => {
    const { stream, group, subscribe } = await streamWithGroup(served, 4, { checkPointUpperBound: 1 });
    const subscription = subscribe();
    await consume(subscription, async (event) => {
      await subscription.ack(event);
      return revisionOf(event) === 1;
    });
    await eventually(async () => {
      const { connections, stats } = await served.client.getPersistentSubscriptionToStreamInfo(stream, group);
      return connections.length === 0 && stats.lastCheckpointedEventRevision === 1n;
    });
    await served.restart();
    const next = served.client.subscribeToPersistentSubscriptionToStream(stream, group);
    const seen: number[] = [];
    await consume(next, async (event) => {
      await next.ack(event);
      return seen.push(revisionOf(event)) === 2;
    });
    expect(seen).toEqual([2, 3]);
  });
});

test('the checkpoint of a group › is stored as text: a revision, or a position of the whole log', async () => {
  const { stream, group, subscribe } = await streamWithGroup(served, 5, { checkPointUpperBound: 1 });
  const subscription = subscribe();
  const checkpointOf = async (source: string, name: string) => {
    const written = await served.log
      .store()
      .readStream(`$persistentsubscription-${source}::${name}-checkpoint`);
    return written.at(-1)?.data;
  };
  await consume(subscription, async (event) => {
    await subscription.ack(event);
    if (revisionOf(event) !== 4) return false;
    // The last acknowledgement of a client that disconnects may be lost, so the checkpoint is awaited before that.
    await eventually(async () => (await checkpointOf(stream, group)) === '4');
    return true;
  });
  const [type, onAll] = [unique('Type'), unique('group')];
  const { position } = await served.client.appendToStream(unique('stream'), events(1, type));
  const settings = persistentSubscriptionToAllSettingsFromDefaults({
    startFrom: START,
    checkPointUpperBound: 1,
  });
  await served.client.createPersistentSubscriptionToAll(onAll, settings, {
    filter: eventTypeFilter({ prefixes: [type] }),
  });
  const all = served.client.subscribeToPersistentSubscriptionToAll(onAll);
  for await (const event of all) {
    await all.ack(event);
    break;
  }
  await all.unsubscribe();
  const { commit, prepare } = position as Position;
  await eventually(async () => (await checkpointOf('$all', onAll)) === `C:${commit}/P:${prepare}`);
});
