// The progress of the bridge to Kafka, and the reason why it can't publish.
import { useQuery } from 'urql';
import { BridgeDocument, type BridgeQuery } from '../../generated/graphql.js';
import { Link } from '../../ui/link.js';
import {
  countText,
  durationText,
  Mono,
  Muted,
  Nothing,
  Panel,
  Status,
  Table,
  WhenLoaded,
  type Column,
} from '../../ui/parts.js';
import { useLook } from '../../ui/use-look.js';

type Bridge = NonNullable<BridgeQuery['bridge']>;

const stateOf = ({ fault, caughtUp }: Bridge): string =>
  fault === null ? (caughtUp ? 'RUNNING' : 'CATCHING_UP') : 'FAULTED';

const behindOf = ({ caughtUp, lagEvents }: Bridge): string => {
  if (caughtUp) return '0';
  return lagEvents === null ? 'yes' : countText(lagEvents);
};

const deliveries = { AT_LEAST_ONCE: 'at least once', EXACTLY_ONCE: 'exactly once' } as const;
const formats = { JSON: 'JSON', AVRO: 'Avro', AVRO_WITH_REGISTRY: 'Avro with a registry' } as const;

const columns: readonly Column<Bridge>[] = [
  {
    name: 'State',
    cell: (bridge) => (bridge.runsHere ? <Status of={stateOf(bridge)} /> : <Muted>In another process</Muted>),
  },
  {
    name: 'Delivery',
    cell: ({ delivery, format }) =>
      delivery !== null && format !== null && `${deliveries[delivery]}, ${formats[format]}`,
  },
  { name: 'Position', number: true, cell: ({ position }) => <Mono>{position ?? 'none'}</Mono> },
  { name: 'Behind', number: true, cell: behindOf },
  { name: 'Lag', number: true, cell: ({ lagMs }) => durationText(lagMs) },
  {
    name: 'Parked',
    number: true,
    cell: ({ parked, consumer }) => (
      <Link to="/parked" search={{ consumer }}>
        {countText(parked)}
      </Link>
    ),
  },
  { name: 'Last error', cell: ({ lastError }) => <Muted>{lastError}</Muted> },
];

export function BridgePanel({ everyMs }: { readonly everyMs: number }) {
  const [result, again] = useQuery({ query: BridgeDocument, requestPolicy: 'network-only' });
  useLook(again, everyMs);
  return (
    <Panel title="Bridge to Kafka">
      <WhenLoaded result={result} again={() => again({ requestPolicy: 'network-only' })}>
        {({ bridge }) =>
          bridge === null ? (
            <Nothing title="No bridge has run.">
              With KAFKA_BROKERS set, orders are published to Kafka.
            </Nothing>
          ) : (
            <Table
              label="Bridge to Kafka"
              rows={[bridge]}
              keyOf={({ consumer }) => consumer}
              columns={columns}
            />
          )
        }
      </WhenLoaded>
    </Panel>
  );
}
