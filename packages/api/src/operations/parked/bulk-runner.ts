// Carries out bulk retries step by step: a canary, ten, then the rest at a rate. A run stops at the first failure. Each step
// is recorded, so that a run goes on after a restart, here or in another process.
import type { Position, Result } from '@holdfast/kernel';
import { isIdentifier } from '@holdfast/kernel';
import type { ApiDependencies } from '../../dependencies.js';
import { given } from '../../graphql/inputs.js';
import {
  bulkRuns,
  bulkRunsStream,
  nextStep,
  type BulkCommand,
  type BulkRun,
  type BulkRuns,
} from './bulk-runs.js';

type Dependencies = Pick<ApiDependencies, 'store' | 'commands' | 'parked' | 'environment' | 'logger'>;

const stepMs = 1_000;
const againMs = 5_000;

export class BulkRunner {
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();

  constructor(private readonly dependencies: Dependencies) {}

  /** Goes on with the runs that a restart interrupted. */
  async resume(): Promise<void> {
    const { runs } = await this.#runs();
    for (const run of runs.values()) if (run.state === 'RUNNING') this.#carryOut(run.id);
  }

  async run(id: string): Promise<BulkRun | null> {
    if (!isIdentifier(id)) return null;
    const found = (await this.#runs()).runs.get(id) ?? null;
    await this.dependencies.store.synced((await this.dependencies.store.end()).written);
    return found;
  }

  async start(given: Pick<BulkRun, 'ids' | 'canary' | 'perSecond' | 'actor' | 'reason'>): Promise<BulkRun> {
    const runId = this.dependencies.environment.ids.next();
    const command = { type: 'StartBulkRetry', data: { runId, ...given, at: this.#at() } } as const;
    const outcome = await this.#send(command, given.actor);
    if (outcome.ok) await this.dependencies.store.synced(outcome.value);
    const run = (await this.#runs()).runs.get(runId);
    if (run === undefined) throw new Error('a bulk retry did not start');
    this.#carryOut(runId);
    return run;
  }

  /** Lets the step that is under way end. */
  async stop(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#underWay.values());
  }

  #carryOut(id: string): void {
    if (this.#underWay.has(id)) return;
    const done = this.#steps(id).finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, done);
  }

  async #steps(id: string): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        const goesOn = await this.#step(id);
        if (!goesOn) return;
      } catch (error) {
        // Nothing is lost: the step is tried again, and events that it has handled are no longer parked.
        this.dependencies.logger.error({ err: error }, 'a step of a bulk retry failed');
        await this.#wait(againMs);
      }
    }
  }

  /** Returns whether the run goes on here. */
  async #step(id: string): Promise<boolean> {
    const run = (await this.#runs()).runs.get(id);
    if (run?.state !== 'RUNNING') return false;
    const ids = nextStep(run);
    const { parked } = this.dependencies;
    const selection = { ids, reason: [`bulk retry ${id}`, run.reason].filter(given).join(': ') };
    // Only events that were tried may count, so the step waits for the answer of each worker.
    const { signal } = this.#closing;
    await parked.retry({ ...selection, dryRun: false }, run.actor, signal);
    if (signal.aborted) return false;
    const failed = await parked.retry({ ...selection, dryRun: true }, run.actor);
    const counts = { tried: run.done + run.failed, done: ids.length - failed, failed };
    const data = { runId: id, ...counts, at: this.#at() };
    // The start of the run is in the audit log with its person. Its steps are the program's own.
    const outcome = await this.#send({ type: 'RecordBulkStep', data }, 'system');
    if (!outcome.ok) return false;
    if (run.perSecond !== null) await this.#wait((stepMs * ids.length) / run.perSecond);
    return true;
  }

  async #runs(): Promise<BulkRuns> {
    return (await this.dependencies.commands.load<BulkRuns>(bulkRuns, bulkRunsStream)).state;
  }

  /** Returns the position of the effect. */
  async #send(command: BulkCommand, actor: string): Promise<Result<Position, object>> {
    const { commands, environment } = this.dependencies;
    const id = environment.ids.next();
    const about = { commandId: id, causationId: id, correlationId: command.data.runId, actor };
    const outcome = await commands.handle(command, about);
    return outcome.ok ? { ok: true, value: outcome.position } : { ok: false, rejection: outcome.rejection };
  }

  #at(): string {
    return new Date(this.dependencies.environment.clock.now()).toISOString();
  }

  async #wait(ms: number): Promise<void> {
    const { scheduler } = this.dependencies.environment;
    const { signal } = this.#closing;
    await new Promise<void>((resolve) => {
      const cancel = scheduler.after(ms, resolve);
      const stop = (): void => {
        cancel();
        resolve();
      };
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}
