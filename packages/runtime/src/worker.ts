// Work that several processes share out among themselves: each partition is done by the one that holds its lease.
// No clock is read and no two machines' times are compared: a lease is free when nothing about it changed for a whole
// time to live, counted in rounds of whoever wants it. What a zombie still writes fails at the lease's token (ADR 0008).
import type { Cancel, Environment } from '@holdfast/kernel';
import { LeaseLost, type Fence, type Lease, type ReadStore } from '@holdfast/read-store';

/** Something that goes on until it is stopped. */
export type Work = { stop(): Promise<void> };

export type WorkerOptions = {
  readonly readStore: ReadStore;
  readonly environment: Environment;
  /** the kind of work, which the names of its leases begin with */
  readonly role: string;
  /** how many leases the work is divided into: more workers than that leave some idle */
  readonly partitions: number;
  /** for how long a holder may stay silent before others take its work */
  readonly ttlMs?: number;
  /**
   * Whether the work goes on while the read store is away, so that its lease can't be renewed. Only for work that two
   * may do at once without harm: the other one may reach the store, and takes the lease (ADR 0015).
   */
  readonly outlastsStore?: boolean;
  /**
   * Begins the work of one partition, from 0, on a read store that takes its writes only as long as the lease is held.
   * It is stopped when the lease is lost, and begun again if it comes back.
   */
  start(this: void, partition: number, readStore: ReadStore): Promise<Work>;
  onError(this: void, error: unknown): void;
};

export type Worker = {
  /** those whose work is being done here */
  partitions(): readonly number[];
  /** Ends the work and gives the leases up, so that others need not wait for them. */
  stop(): Promise<void>;
};

const defaultTtlMs = 6000;
const roundsPerTtl = 3;

/** From taking a lease until its work has ended. */
type Tenure = {
  readonly token: number;
  readonly work: Promise<Work>;
  /** of what ends it, unless it is renewed before */
  cancelExpiry: Cancel;
  /** once it is on its way out */
  ended: Promise<void> | null;
  /** whether somebody else may hold the lease by now */
  lost: boolean;
};

type Claim = {
  readonly name: string;
  begin(this: void, readStore: ReadStore): Promise<Work>;
  seen: Lease | null;
  /** rounds in a row in which nothing about it changed */
  stillFor: number;
  tenure: Tenure | null;
};

/** FNV-1a: the partition, of `of`, that an id belongs to for ever. */
export function partitionOf(id: string, of: number): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < id.length; n++) hash = Math.imul(hash ^ id.charCodeAt(n), 0x01000193);
  return (hash >>> 0) % of;
}

/**
 * Takes a fair share of the partitions and keeps it. Each worker also takes one of as many seats: who holds a seat is
 * alive, so the seats that are taken say what a fair share is.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { readStore, environment, role, ttlMs = defaultTtlMs, outlastsStore = false, onError } = options;
  const { scheduler } = environment;
  const me = environment.ids.next();
  const roundMs = ttlMs / roundsPerTtl;
  /** The work has to end before others take the lease, and ending takes time. */
  const keepMs = 2 * roundMs;

  const claim = (name: string, begin: Claim['begin']): Claim => ({
    name,
    begin,
    seen: null,
    stillFor: 0,
    tenure: null,
  });
  const numbers = Array.from({ length: options.partitions }, (_, n) => n);
  const partitions = numbers.map((n) => claim(`${role}/${n}`, (fenced) => options.start(n, fenced)));
  const seats = numbers.map((n) => claim(`${role}/seat/${n}`, () => Promise.resolve(nothing)));

  const isFree = ({ seen, stillFor, tenure }: Claim): boolean =>
    tenure === null &&
    (seen === null || seen.holder === null || seen.holder === me || stillFor >= roundsPerTtl);
  const isWorking = ({ tenure }: Claim): boolean => tenure !== null && tenure.ended === null;

  // --- one lease ----------------------------------------------------------------------------------------------

  /** Reads the lease, and renews it while it is ours. */
  const observe = async (claim: Claim): Promise<void> => {
    const { tenure } = claim;
    const lease = await readStore.lease(claim.name);
    claim.stillFor = lease !== null && isSame(lease, claim.seen) ? claim.stillFor + 1 : 0;
    claim.seen = lease;
    if (tenure === null || tenure !== claim.tenure || tenure.lost) return;
    if (lease?.holder !== me || lease.token !== tenure.token) lose(claim, tenure);
    else await put(claim, { ...lease, beat: lease.beat + 1 });
  };

  /** Stores what makes or keeps the lease ours. It counts from when it was sent. */
  const put = async (claim: Claim, next: Lease): Promise<Cancel | null> => {
    const expiry = { over: false };
    const cancelExpiry = scheduler.after(keepMs, () => {
      expiry.over = true;
      const { tenure } = claim;
      // Work that outlasts the store ends when the lease is seen to be another's, at the next round that reaches it.
      if (tenure?.token === next.token && !outlastsStore) lose(claim, tenure);
    });
    let stored = false;
    try {
      stored = await readStore.swapLease(claim.seen, next);
    } finally {
      if (!stored) cancelExpiry();
    }
    if (!stored || expiry.over) return null;
    claim.seen = next;
    claim.stillFor = 0;
    if (claim.tenure !== null) {
      claim.tenure.cancelExpiry();
      claim.tenure.cancelExpiry = cancelExpiry;
    }
    return cancelExpiry;
  };

  const take = async (claim: Claim): Promise<boolean> => {
    const { name, seen } = claim;
    const token = (seen?.token ?? 0) + 1;
    const cancelExpiry = await put(claim, { name, holder: me, token, beat: 0 });
    if (cancelExpiry === null) return false;
    const tenure: Tenure = {
      token,
      work: claim.begin(fenced(readStore, { lease: name, token })),
      cancelExpiry,
      ended: null,
      lost: false,
    };
    claim.tenure = tenure;
    tenure.work.catch(() => giveUp(claim, tenure));
    return true;
  };

  const end = (tenure: Tenure): Promise<void> =>
    (tenure.ended ??= tenure.work.then((work) => work.stop()).catch(onError));

  const lose = (claim: Claim, tenure: Tenure): void => {
    tenure.lost = true;
    tenure.cancelExpiry();
    void end(tenure).then(() => {
      if (claim.tenure === tenure) claim.tenure = null;
    });
  };

  /** Keeps the lease until its work has ended, then lets anyone have it. */
  const giveUp = async (claim: Claim, tenure: Tenure): Promise<void> => {
    await end(tenure);
    try {
      for (let given = tenure.lost; !given;) {
        const lease = await readStore.lease(claim.name);
        if (lease?.holder !== me || lease.token !== tenure.token) break;
        given = await readStore.swapLease(lease, { ...lease, holder: null });
      }
    } catch (error) {
      // It stands still from now on: others take it when its time is over.
      onError(error);
    }
    tenure.cancelExpiry();
    if (claim.tenure === tenure) claim.tenure = null;
  };

  // --- a fair share -------------------------------------------------------------------------------------------

  const share = async (): Promise<void> => {
    if (!seats.some(isWorking)) for (const seat of seats) if (isFree(seat) && (await take(seat))) break;
    const mine = seats.findIndex(isWorking);
    if (mine === -1) return;
    const workers = seats.filter((seat) => !isFree(seat)).length;
    const fair = Math.ceil(partitions.length / workers);
    const working = partitions.filter(isWorking);
    for (const claim of working.slice(fair)) if (claim.tenure !== null) void giveUp(claim, claim.tenure);
    // Each begins elsewhere, so that two that start at once rarely reach for the same.
    let missing = fair - working.length;
    for (const n of numbers) {
      const claim = partitions[(n + mine * fair) % partitions.length];
      if (missing > 0 && claim !== undefined && isFree(claim) && (await take(claim))) missing -= 1;
    }
  };

  const round = async (): Promise<void> => {
    const observed = await Promise.allSettled([...seats, ...partitions].map(observe));
    const failure = observed.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failure !== undefined) throw failure.reason;
    await share();
  };

  let cancelRound: Cancel = () => undefined;
  let stopping = false;
  let running: Promise<void> = Promise.resolve();
  const again = (): Promise<void> => {
    running = round()
      .catch(onError)
      .then(() => {
        if (!stopping) cancelRound = scheduler.after(roundMs, () => void again());
      });
    return running;
  };
  await again();

  return {
    partitions: () => numbers.filter((n) => isWorking(partitions[n] as Claim)),
    stop: async () => {
      stopping = true;
      cancelRound();
      await running;
      await Promise.all([...partitions, ...seats].map((held) => held.tenure && giveUp(held, held.tenure)));
    },
  };
}

/** The same store for who holds the lease. Whoever lost it learns so from its next write. */
export function fenced(store: ReadStore, fence: Fence): ReadStore {
  const mustHold = async (): Promise<void> => {
    if ((await store.lease(fence.lease))?.token !== fence.token)
      throw new LeaseLost(`${fence.lease} is not held under the token ${fence.token} any more`);
  };
  return {
    apply: (writes, checkpoint) => store.apply(writes, checkpoint, fence),
    // Two writes: a token that goes in between leaves a collection to be built once more, and no wrong one.
    drop: async (...call) => {
      await mustHold();
      await store.drop(...call);
    },
    define: (collections) => store.define(collections),
    getMany: (...call) => store.getMany(...call),
    find: (...call) => store.find(...call),
    count: (...call) => store.count(...call),
    checkpoint: (name) => store.checkpoint(name),
    lease: (name) => store.lease(name),
    swapLease: (...call) => store.swapLease(...call),
    close: () => Promise.resolve(),
  };
}

const nothing: Work = { stop: () => Promise.resolve() };

const isSame = (a: Lease, b: Lease | null): boolean =>
  a.holder === b?.holder && a.token === b.token && a.beat === b.beat;
