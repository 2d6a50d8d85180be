// What the latest sagas did: how far they came, and how long their steps took.
import type { RecentSagasQuery } from '../../generated/graphql.js';
import { Panel, WhenLoaded, type Loaded } from '../../ui/parts.js';
import type { Retry } from '../../../shared/ui/ui.js';
import { Funnel } from './funnel.js';
import { HeatMap } from './heat-map.js';
import { Histogram } from './histogram.js';
import { inOrder, latenciesOf, type StepLatencies } from './latencies.js';

type Props = { readonly result: Loaded<RecentSagasQuery>; readonly again: Retry };

const stepsOf = ({ sagas }: RecentSagasQuery): readonly StepLatencies[] => inOrder(latenciesOf(sagas.nodes));

export const Progress = (props: Props) => (
  <Panel title="How far the last 100 sagas came">
    <WhenLoaded {...props}>{(data) => <Funnel steps={stepsOf(data)} />}</WhenLoaded>
  </Panel>
);

export const Durations = (props: Props) => (
  <Panel title="How long the steps of the last 100 sagas took">
    <WhenLoaded {...props}>
      {(data) => (
        <>
          <Histogram steps={stepsOf(data)} />
          <HeatMap steps={stepsOf(data)} />
        </>
      )}
    </WhenLoaded>
  </Panel>
);
