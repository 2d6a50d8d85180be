// All resolvers for operators.
import { FulfilmentViewResolver, SagaFulfilmentResolver } from './sagas/fulfilment-view.resolver.js';
import { AuditResolver } from './audit/audit.resolver.js';
import { LogResolver, StreamEventResolver, StreamSummaryResolver } from './log/log.resolver.js';
import { HistoryResolver } from './history/history.resolver.js';
import { MomentsResolver } from './moments/moments.resolver.js';
import { BridgeResolver } from './bridge/bridge.resolver.js';
import { BulkResolver } from './parked/bulk.resolver.js';
import { ParkedEventResolver, ParkedEventsResolver } from './parked/parked-events.resolver.js';
import {
  ProjectionsResolver,
  ProjectionStatusResolver,
  RebuildDiffResolver,
  RebuildSampleResolver,
} from './projections/projections.resolver.js';
import { ReconciliationResolver } from './reconciliation/reconciliation.resolver.js';
import { InterventionsResolver } from './sagas/interventions.resolver.js';
import { WhatIfOutcomeResolver, WhatIfResolver } from './what-if/what-if.resolver.js';
import { SagaResolver, SagasResolver, SagaStepResolver } from './sagas/sagas.resolver.js';
import { TimersResolver } from './sagas/timers.resolver.js';

export const operationsResolvers = [
  SagaFulfilmentResolver,
  FulfilmentViewResolver,
  LogResolver,
  StreamSummaryResolver,
  StreamEventResolver,
  MomentsResolver,
  HistoryResolver,
  WhatIfResolver,
  WhatIfOutcomeResolver,
  ParkedEventsResolver,
  ParkedEventResolver,
  BulkResolver,
  ProjectionsResolver,
  ProjectionStatusResolver,
  RebuildDiffResolver,
  RebuildSampleResolver,
  BridgeResolver,
  ReconciliationResolver,
  SagasResolver,
  SagaResolver,
  SagaStepResolver,
  InterventionsResolver,
  TimersResolver,
  AuditResolver,
];
