// One lease of a worker: taking it, renewing it in each round, and ending its work. No clock is read, and times of two
// machines are never compared: a lease is free when it has not changed for a whole time to live, counted in rounds of
// the process that wants it. Late writes of a former holder fail at the lease's token (ADR 0008).
import type { Cancel, Scheduler } from '@holdfast/kernel';
import type { Lease, ReadStore } from '@holdfast/read-store';
import { fenced } from './fenced.js';

/** Work that runs until it is stopped. */
export type Work = { stop(): Promise<void> };

/** The time from taking a lease until its work has ended. */
type Tenure = {
  readonly token: number;
  readonly work: Promise<Work>;
  /** cancels the timer that ends the tenure unless the lease is renewed before */
  cancelExpiry: Cancel;
  /** the end of the work, once it was told to stop */
  ended: Promise<void> | null;
  /** whether another worker may hold the lease by now */
  lost: boolean;
};

/** A lease that this worker wants or holds. */
export type Claim = {
  readonly name: string;
  /** Begins the work that the lease protects. */
  begin(this: void, readStore: ReadStore): Promise<Work>;
  /** the lease as it was last read */
  seen: Lease | null;
  /** rounds in a row in which nothing about the lease changed */
  unchangedRounds: number;
  tenure: Tenure | null;
};

export type LeasesOptions = {
  readonly readStore: ReadStore;
  readonly scheduler: Scheduler;
  /** the holder's id in the leases */
  readonly me: string;
  /** how long a tenure lasts without a renewal */
  readonly keepMs: number;
  /** rounds without a change after which a lease is free */
  readonly freeAfterRounds: number;
  /** whether the work goes on while the read store is away (ADR 0015) */
  readonly outlastsStore: boolean;
  onError(this: void, error: unknown): void;
};

export type Leases = {
  isFree(this: void, claim: Claim): boolean;
  /** Reads the lease, and renews it while this worker holds it. */
  observe(this: void, claim: Claim): Promise<void>;
  /** Takes a free lease and begins its work. Returns false when another worker was faster. */
  take(this: void, claim: Claim): Promise<boolean>;
  /** Keeps the lease until its work has ended, then frees it for other workers. */
  giveUp(this: void, claim: Claim): Promise<void>;
};

export const claimOf = (name: string, begin: Claim['begin']): Claim => ({
  name,
  begin,
  seen: null,
  unchangedRounds: 0,
  tenure: null,
});

/** Whether the work of the claim is being done, and is not about to end. */
export const isWorking = ({ tenure }: Claim): boolean => tenure !== null && tenure.ended === null;

export function createLeases(options: LeasesOptions): Leases {
  const { readStore, me, freeAfterRounds } = options;

  const take = async (claim: Claim): Promise<boolean> => {
    const { name, seen } = claim;
    const token = (seen?.token ?? 0) + 1;
    const cancelExpiry = await put(options, claim, { name, holder: me, token, beat: 0 });
    if (cancelExpiry === null) return false;
    const tenure: Tenure = {
      token,
      work: claim.begin(fenced(readStore, { lease: name, token })),
      cancelExpiry,
      ended: null,
      lost: false,
    };
    claim.tenure = tenure;
    tenure.work.catch(() => giveUp(options, claim, tenure));
    return true;
  };

  return {
    take,
    isFree: ({ seen, unchangedRounds, tenure }) =>
      tenure === null &&
      (seen === null || seen.holder === null || seen.holder === me || unchangedRounds >= freeAfterRounds),
    observe: async (claim) => {
      const { tenure } = claim;
      const lease = await readStore.lease(claim.name);
      claim.unchangedRounds = lease !== null && isSame(lease, claim.seen) ? claim.unchangedRounds + 1 : 0;
      claim.seen = lease;
      if (tenure === null || tenure !== claim.tenure || tenure.lost) return;
      if (lease?.holder !== me || lease.token !== tenure.token) lose(options, claim, tenure);
      else await put(options, claim, { ...lease, beat: lease.beat + 1 });
    },
    giveUp: async (claim) => {
      if (claim.tenure !== null) await giveUp(options, claim, claim.tenure);
    },
  };
}

/**
 * Stores the lease as this worker's. Its time counts from when the write was sent. Returns the cancellation of its expiry;
 * null when another worker was faster, or the answer came too late.
 */
async function put(options: LeasesOptions, claim: Claim, next: Lease): Promise<Cancel | null> {
  const { readStore, scheduler, keepMs, outlastsStore } = options;
  const expiry = { over: false };
  const cancelExpiry = scheduler.after(keepMs, () => {
    expiry.over = true;
    const { tenure } = claim;
    // Work that outlasts the store ends in the next round that reaches the store and finds another holder there.
    if (tenure?.token === next.token && !outlastsStore) lose(options, claim, tenure);
  });
  let stored = false;
  try {
    stored = await readStore.swapLease(claim.seen, next);
  } finally {
    if (!stored) cancelExpiry();
  }
  if (!stored || expiry.over) return null;
  claim.seen = next;
  claim.unchangedRounds = 0;
  if (claim.tenure !== null) {
    claim.tenure.cancelExpiry();
    claim.tenure.cancelExpiry = cancelExpiry;
  }
  return cancelExpiry;
}

const end = ({ onError }: LeasesOptions, tenure: Tenure): Promise<void> =>
  (tenure.ended ??= tenure.work.then((work) => work.stop()).catch(onError));

/** Another worker may have the lease: the work ends, and the lease is left as it is. */
function lose(options: LeasesOptions, claim: Claim, tenure: Tenure): void {
  tenure.lost = true;
  tenure.cancelExpiry();
  void end(options, tenure).then(() => {
    if (claim.tenure === tenure) claim.tenure = null;
  });
}

async function giveUp(options: LeasesOptions, claim: Claim, tenure: Tenure): Promise<void> {
  const { readStore, me, onError } = options;
  await end(options, tenure);
  try {
    for (let isFreed = tenure.lost; !isFreed;) {
      const lease = await readStore.lease(claim.name);
      if (lease?.holder !== me || lease.token !== tenure.token) break;
      isFreed = await readStore.swapLease(lease, { ...lease, holder: null });
    }
  } catch (error) {
    // The lease stays unchanged from now on: other workers take it when its time to live is over.
    onError(error);
  }
  tenure.cancelExpiry();
  if (claim.tenure === tenure) claim.tenure = null;
}

const isSame = (a: Lease, b: Lease | null): boolean =>
  a.holder === b?.holder && a.token === b.token && a.beat === b.beat;
