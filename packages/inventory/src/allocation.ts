// The stock that an outside service keeps for one order. The first answer of the service counts. The same answer again
// changes nothing, and one that contradicts it is refused. A reservation always counts, because it has to be released. A
// question is asked again whenever its command comes, until the service has answered it.
import {
  accepted,
  assertNever,
  PersistentMap,
  rejected,
  streamName,
  type Aggregate,
  type OrderId,
  type Result,
  type Sku,
} from '@holdfast/kernel';
import type {
  AllocationCommand,
  AskToReturn,
  RecordStockResult,
  StockResult,
} from './allocation.commands.js';
import type { AllocationEvent } from './allocation.events.js';

export const allocationCategory = 'allocation';
/** Name of the stream of the stock that is kept outside for an order. */
export const allocationStream = (orderId: OrderId): string => streamName(allocationCategory, orderId);

type Stage = 'asked' | 'reserved' | 'refused' | 'releasing' | 'released' | 'committing' | 'committed';
type Allocated = {
  readonly stage: Stage;
  readonly quantity: number;
  /** whether the service has confirmed that it keeps the units for the order */
  readonly isHeld: boolean;
  /** returned units, by the id of the return */
  readonly returns: PersistentMap<string, { readonly quantity: number; readonly isDone: boolean }>;
};
export type AllocationState = { readonly skus: PersistentMap<Sku, Allocated> };

export type AllocationRejection =
  | { readonly code: 'InvalidQuantity' }
  | { readonly code: 'NotReserved' | 'AlreadyCommitted' | 'ReturnExceedsCommitted' }
  /** the shop waits for no such answer */
  | { readonly code: 'NotAsked' }
  /** `had`: the answer that counts */
  | { readonly code: 'ContradictsAnswer'; readonly had: Stage };

type Decision = Result<readonly AllocationEvent[], AllocationRejection>;

const initialState: AllocationState = { skus: PersistentMap.empty() };
const nothing: Decision = accepted([]);

function evolve({ skus }: AllocationState, { type, data }: AllocationEvent): AllocationState {
  const { sku } = data;
  const before = skus.get(sku) ?? {
    stage: 'asked',
    quantity: 0,
    isHeld: false,
    returns: PersistentMap.empty(),
  };
  const set = (change: Partial<Allocated>): AllocationState => ({
    skus: skus.set(sku, { ...before, ...change }),
  });
  switch (type) {
    case 'AllocationAsked':
      return set({ stage: 'asked', quantity: data.quantity });
    case 'AllocationReserved':
      return set({ stage: 'reserved', isHeld: true });
    case 'AllocationRefused':
      return set({ stage: 'refused' });
    case 'AllocationReleaseAsked':
      return set({ stage: 'releasing' });
    case 'AllocationReleased':
      return set({ stage: 'released', isHeld: false });
    case 'AllocationCommitAsked':
      return set({ stage: 'committing' });
    case 'AllocationCommitted':
      return set({ stage: 'committed' });
    case 'AllocationReturnAsked':
    case 'AllocationReturned': {
      const isDone = type === 'AllocationReturned';
      return set({ returns: before.returns.set(data.returnId, { quantity: data.quantity, isDone }) });
    }
    default:
      return assertNever(type);
  }
}

function decide(command: AllocationCommand, { skus }: AllocationState): Decision {
  const { orderId, sku } = command.data;
  const known = skus.get(sku);
  const units = { orderId, sku, quantity: known?.quantity ?? 0 };
  switch (command.type) {
    case 'AskToReserve': {
      const { quantity } = command.data;
      if (!Number.isInteger(quantity) || quantity < 1) return rejected({ code: 'InvalidQuantity' });
      const isWanted = known === undefined || known.stage === 'asked';
      return isWanted ? accepted([{ type: 'AllocationAsked', data: { orderId, sku, quantity } }]) : nothing;
    }
    case 'AskToRelease':
      return release(units, known);
    case 'AskToCommit':
      if (known?.stage === 'committed') return nothing;
      return known?.stage === 'reserved' || known?.stage === 'committing'
        ? accepted([{ type: 'AllocationCommitAsked', data: units }])
        : rejected({ code: 'NotReserved' });
    case 'AskToReturn':
      return askToReturn(command, known);
    case 'RecordStockResult':
      return record(command, units, known);
    default:
      return assertNever(command);
  }
}

type Units = { readonly orderId: OrderId; readonly sku: Sku; readonly quantity: number };

/** Units that were never asked for, or were refused, count as released at once. A later question is not sent. */
function release(units: Units, known: Allocated | undefined): Decision {
  const nothingHeld: Decision = accepted([{ type: 'AllocationReleased', data: { ...units, quantity: 0 } }]);
  if (known === undefined) return nothingHeld;
  switch (known.stage) {
    case 'refused':
      return nothingHeld;
    case 'asked':
    case 'reserved':
    case 'releasing':
      return accepted([{ type: 'AllocationReleaseAsked', data: units }]);
    case 'released':
      return nothing;
    case 'committing':
    case 'committed':
      return rejected({ code: 'AlreadyCommitted' });
    default:
      return assertNever(known.stage);
  }
}

function askToReturn({ data }: AskToReturn, known: Allocated | undefined): Decision {
  if (known?.stage !== 'committed') return rejected({ code: 'NotReserved' });
  const same = known.returns.get(data.returnId);
  if (same?.isDone === true) return nothing;
  const others = [...known.returns.entries()].filter(([returnId]) => returnId !== data.returnId);
  const back = others.reduce((sum, [, { quantity }]) => sum + quantity, data.quantity);
  if (!Number.isInteger(data.quantity) || data.quantity < 1) return rejected({ code: 'InvalidQuantity' });
  return back > known.quantity
    ? rejected({ code: 'ReturnExceedsCommitted' })
    : accepted([{ type: 'AllocationReturnAsked', data }]);
}

function record(
  { data: { result } }: RecordStockResult,
  units: Units,
  known: Allocated | undefined,
): Decision {
  if (known === undefined) return rejected({ code: 'NotAsked' });
  const { stage } = known;
  switch (result.status) {
    case 'reserved':
      return reserved(units, stage);
    case 'refused':
      return refused(units, stage, result);
    case 'released':
      if (stage === 'releasing')
        return accepted([
          { type: 'AllocationReleased', data: { ...units, quantity: known.isHeld ? known.quantity : 0 } },
        ]);
      return stage === 'released' || stage === 'refused' ? nothing : unasked(stage);
    case 'committed':
      if (stage === 'committing') return accepted([{ type: 'AllocationCommitted', data: units }]);
      return stage === 'committed' ? nothing : unasked(stage);
    case 'returned': {
      const { returnId } = result;
      const back = known.returns.get(returnId);
      if (back === undefined) return rejected({ code: 'NotAsked' });
      if (back.isDone) return nothing;
      return accepted([
        { type: 'AllocationReturned', data: { ...units, quantity: back.quantity, returnId } },
      ]);
    }
    default:
      return assertNever(result);
  }
}

const unasked = (stage: Stage): Decision =>
  stage === 'asked' || stage === 'reserved'
    ? rejected({ code: 'NotAsked' })
    : rejected({ code: 'ContradictsAnswer', had: stage });

/** A reservation that comes after a refusal or a release counts: the order's policy asks for its release. */
function reserved(units: Units, stage: Stage): Decision {
  switch (stage) {
    case 'asked':
    case 'refused':
    case 'released':
      return accepted([{ type: 'AllocationReserved', data: units }]);
    // Its release is asked for already, or it is known.
    case 'releasing':
    case 'reserved':
    case 'committing':
    case 'committed':
      return nothing;
    default:
      return assertNever(stage);
  }
}

function refused(
  { orderId, sku, quantity }: Units,
  stage: Stage,
  { available, reason }: Extract<StockResult, { readonly status: 'refused' }>,
): Decision {
  switch (stage) {
    case 'asked':
      return accepted([
        { type: 'AllocationRefused', data: { orderId, sku, requested: quantity, available, reason } },
      ]);
    // There is nothing to release.
    case 'releasing':
      return accepted([{ type: 'AllocationReleased', data: { orderId, sku, quantity: 0 } }]);
    case 'refused':
    case 'released':
      return nothing;
    case 'reserved':
    case 'committing':
    case 'committed':
      return rejected({ code: 'ContradictsAnswer', had: stage });
    default:
      return assertNever(stage);
  }
}

const commandTypes: Record<AllocationCommand['type'], true> = {
  AskToReserve: true,
  AskToRelease: true,
  AskToCommit: true,
  AskToReturn: true,
  RecordStockResult: true,
};

export const allocation: Aggregate<AllocationCommand, AllocationEvent, AllocationState, AllocationRejection> =
  {
    category: allocationCategory,
    commandTypes: Object.keys(commandTypes) as AllocationCommand['type'][],
    stream: ({ data }) => allocationStream(data.orderId),
    isSettled: ({ skus }) =>
      [...skus.entries()].every(([, { stage }]) => ['refused', 'released', 'committed'].includes(stage)),
    initialState,
    evolve,
    decide,
  };
