// A client first reads which methods the server has and which member of the cluster leads. This server is the only
// member, so it leads.
import features, {
  type IServerFeaturesServer,
} from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import featuresPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import gossip, { type IGossipServer } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import type { Environment } from '@holdfast/kernel';
import { uuid } from './wire.js';

/** the EventStoreDB release that this server imitates */
const version = '23.10.8';

type Method = readonly [service: string, method: string, features: readonly string[]];

export const streamMethods: readonly Method[] = [
  ['event_store.client.streams.streams', 'read', ['position', 'events']],
  ['event_store.client.streams.streams', 'append', []],
  ['event_store.client.streams.streams', 'batchappend', ['deadline_duration']],
  ['event_store.client.streams.streams', 'delete', []],
  ['event_store.client.streams.streams', 'tombstone', []],
  ['event_store.client.gossip.gossip', 'read', []],
  ['event_store.client.server_features.serverfeatures', 'getsupportedmethods', []],
];

/** Addresses that mean every interface: no client can connect to them. A client then gets the address that it used. */
const anyAddress = new Set(['0.0.0.0', '::']);

export const featuresService = features.ServerFeaturesService;
export const gossipService = gossip.GossipService;

export function featuresServer(methods: readonly Method[]): IServerFeaturesServer {
  return {
    getSupportedMethods: (_call, callback) => {
      const list = methods.map(([service, method, names]) =>
        new featuresPb.SupportedMethod()
          .setServiceName(service)
          .setMethodName(method)
          .setFeaturesList([...names]),
      );
      callback(
        null,
        new featuresPb.SupportedMethods().setMethodsList(list).setEventStoreServerVersion(version),
      );
    },
  };
}

export function gossipServer(
  environment: Pick<Environment, 'clock' | 'ids'>,
  address: () => { readonly host: string; readonly port: number },
): IGossipServer {
  const instance = environment.ids.next();
  return {
    read: (call, callback) => {
      const { host, port } = address();
      const reached = anyAddress.has(host) ? new URL(`http://${call.getHost()}`).hostname : host;
      const member = new gossipPb.MemberInfo()
        .setInstanceId(uuid(instance, 'text'))
        .setTimeStamp(String(environment.clock.now() * 10_000))
        .setState(gossipPb.MemberInfo.VNodeState.LEADER)
        .setIsAlive(true)
        .setHttpEndPoint(new gossipPb.EndPoint().setAddress(reached).setPort(port));
      callback(null, new gossipPb.ClusterInfo().setMembersList([member]));
    },
  };
}
