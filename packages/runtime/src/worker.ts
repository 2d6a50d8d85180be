// Work that several processes share: each partition is done by the worker that holds its lease, and each worker holds a
// fair share of the leases (ADR 0008).
import type { Cancel, Environment } from '@holdfast/kernel';
import type { ReadStore } from '@holdfast/read-store';
import { claimOf, createLeases, isWorking, type Claim, type Leases, type Work } from './leases.js';

export type WorkerOptions = {
  readonly readStore: ReadStore;
  readonly environment: Environment;
  /** the kind of work; the names of its leases begin with it */
  readonly role: string;
  /** how many leases the work is divided into: more workers than that leave some idle */
  readonly partitions: number;
  /** time that a holder may stay silent before other workers take its work */
  readonly ttlMs?: number;
  /**
   * Whether the work continues while the read store is unavailable and its lease can't be renewed. Only for work that
   * two workers may do at the same time without harm: the other worker may reach the store, and take the lease (ADR
   * 0015).
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
  /** the partitions whose work is done here */
  partitions(): readonly number[];
  /** Ends the work and gives the leases up, so that others need not wait for them. */
  stop(): Promise<void>;
};

const defaultTtlMs = 6000;
const roundsPerTtl = 3;

/**
 * Takes a fair share of the partitions and keeps it. Each worker also takes one of as many seats. A worker in a seat is
 * alive, so the number of taken seats tells how large a fair share is.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { readStore, environment, role, ttlMs = defaultTtlMs, outlastsStore = false, onError } = options;
  const { scheduler } = environment;
  const roundMs = ttlMs / roundsPerTtl;
  const leases = createLeases({
    readStore,
    scheduler,
    me: environment.ids.next(),
    // Shorter than the time to live: the work has to end before others take the lease, and ending takes time.
    keepMs: 2 * roundMs,
    freeAfterRounds: roundsPerTtl,
    outlastsStore,
    onError,
  });
  const numbers = Array.from({ length: options.partitions }, (_, n) => n);
  const partitions = numbers.map((n) => claimOf(`${role}/${n}`, (held) => options.start(n, held)));
  const seats = numbers.map((n) => claimOf(`${role}/seat/${n}`, () => Promise.resolve(nothing)));

  const round = async (): Promise<void> => {
    const observed = await Promise.allSettled([...seats, ...partitions].map(leases.observe));
    const failure = observed.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failure !== undefined) throw failure.reason;
    await balance(leases, seats, partitions);
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
      await Promise.all([...partitions, ...seats].map(leases.giveUp));
    },
  };
}

/** Takes a seat, then as many partitions as a fair share has; gives up partitions above that. */
async function balance(
  { isFree, take, giveUp }: Leases,
  seats: readonly Claim[],
  partitions: readonly Claim[],
): Promise<void> {
  if (!seats.some(isWorking)) for (const seat of seats) if (isFree(seat) && (await take(seat))) break;
  const mySeat = seats.findIndex(isWorking);
  if (mySeat === -1) return;
  const workers = seats.filter((seat) => !isFree(seat)).length;
  const fairShare = Math.ceil(partitions.length / workers);
  const working = partitions.filter(isWorking);
  for (const claim of working.slice(fairShare)) void giveUp(claim);
  // Each worker begins at another partition, so that two that start at once rarely try to take the same one.
  let missing = fairShare - working.length;
  for (let n = 0; n < partitions.length; n++) {
    const claim = partitions[(n + mySeat * fairShare) % partitions.length];
    if (missing > 0 && claim !== undefined && isFree(claim) && (await take(claim))) missing -= 1;
  }
}

const nothing: Work = { stop: () => Promise.resolve() };
