// The digests of the audit log's chain, and the search for actions that do not fit it.
import { hash } from 'node:crypto';
import { auditChainStream, type AuditActionChained, type ChainedAction } from '@holdfast/accounts';
import type { RecordedEvent } from '@holdfast/kernel';
import { auditLog } from '@holdfast/projections';
import { fingerprintOf } from '../../commands/derivations.js';

/** The action of staff that an event records, as `stream:revision`; null for any other event. */
export const auditEntryOf = (event: RecordedEvent): string | null => auditLog.key(event);

type Digests = Pick<ChainedAction, 'digest' | 'dataDigest' | 'dataVersion'>;

function digestsOf({ id, stream, revision, type, data, metadata }: RecordedEvent): Digests {
  const { actor, at, commandId, correlationId, causationId, schemaVersion: dataVersion } = metadata;
  const envelope = { id, stream, revision, type, actor, at, commandId, correlationId, causationId };
  return { digest: fingerprintOf(envelope), dataDigest: fingerprintOf(data), dataVersion };
}

const linkOf = (previous: string | null, { digest, dataDigest, dataVersion }: Digests): string =>
  hash('sha256', JSON.stringify([previous, digest, dataDigest, dataVersion]));

/** The link of an action of staff behind `previous`. */
export function chainedAction(event: RecordedEvent, previous: string | null): ChainedAction {
  const digests = digestsOf(event);
  const { stream, revision, position } = event;
  const link = linkOf(previous, digests);
  return { entry: `${stream}:${revision}`, position, ...digests, previous, link };
}

type Action = Digests & { readonly position: number; isChained: boolean };

/** Gets the events of the log from its beginning, one by one, and remembers those that do not fit. */
export class AuditChain {
  readonly #actions = new Map<string, Action>();
  readonly #faults = new Map<string, string>();
  #head: string | null = null;
  #links = 0;
  #lastChained = -1;

  enter(event: RecordedEvent): void {
    if (event.stream === auditChainStream) this.#enterLink(event as RecordedEvent<AuditActionChained>);
    const entry = auditEntryOf(event);
    if (entry === null) return;
    this.#actions.set(entry, { ...digestsOf(event), position: event.position, isChained: false });
  }

  /** `12 links, the last 3f2a…`. A copy kept elsewhere shows later whether links are missing at the end. */
  get state(): string {
    return this.#links === 0 ? 'no links' : `${this.#links} links, the last ${this.#head ?? ''}`;
  }

  /** Returns the faults, each with its entry: `stock-TEA:3 was changed`. */
  faults(): readonly string[] {
    const unchained = [...this.#actions]
      .filter(([, { isChained, position }]) => !isChained && position < this.#lastChained)
      .map(([entry]) => `${entry} was added`);
    return [...this.#faults.values(), ...unchained];
  }

  #enterLink({ revision, data }: RecordedEvent<AuditActionChained>): void {
    const { entry, previous, link, position } = data;
    if (previous !== this.#head || link !== linkOf(previous, data))
      this.#faults.set(`link ${revision}`, `link ${revision} does not follow from the one before`);
    this.#head = link;
    this.#links += 1;
    this.#lastChained = Math.max(this.#lastChained, position);
    const action = this.#actions.get(entry);
    if (action === undefined) {
      this.#faults.set(entry, `${entry} is missing`);
      return;
    }
    action.isChained = true;
    // Data that an upcaster has lifted since can't be compared.
    const isSameShape = action.dataVersion === data.dataVersion;
    if (action.digest !== data.digest || (isSameShape && action.dataDigest !== data.dataDigest))
      this.#faults.set(entry, `${entry} was changed`);
  }
}
