// The chain of the audit log: a link for each action of staff, made of the link before it. An action that is changed, added or
// removed afterwards does not fit its link any more, nor do the links behind it.
import {
  accepted,
  rejected,
  type Aggregate,
  type DomainCommand,
  type DomainEvent,
  type Position,
} from '@holdfast/kernel';

export const auditChainCategory = 'auditchain';
export const auditChainStream = `${auditChainCategory}-all`;

/** Digests are SHA-256 in hexadecimal. */
export type ChainedAction = {
  /** `stream:revision` of the event that records the action */
  readonly entry: string;
  /** log position of that event */
  readonly position: Position;
  /** digest of the event's id, place, type, actor and time, and of the ids of its command and causes */
  readonly digest: string;
  /** digest of the event's data in the shape of `dataVersion` */
  readonly dataDigest: string;
  readonly dataVersion: number;
  /** the link before; null for the first */
  readonly previous: string | null;
  /** digest of `previous`, `digest`, `dataDigest` and `dataVersion` */
  readonly link: string;
};

export type AuditActionChained = DomainEvent<'AuditActionChained', ChainedAction>;

/** Actions are chained in the order of the log. One that is chained already changes nothing. */
export type ChainAuditAction = DomainCommand<'ChainAuditAction', ChainedAction>;

/** The last link; null before the first. */
export type AuditChainState = { readonly head: string; readonly position: Position } | null;

export type AuditChainRejection =
  /** another link was added meanwhile: `previous` is not the last one */
  { readonly code: 'ChainMoved' };

export const auditChain: Aggregate<
  ChainAuditAction,
  AuditActionChained,
  AuditChainState,
  AuditChainRejection
> = {
  category: auditChainCategory,
  commandTypes: ['ChainAuditAction'],
  stream: () => auditChainStream,
  initialState: null,
  evolve: (_, { data }) => ({ head: data.link, position: data.position }),
  decide: ({ data }, state) => {
    if (state !== null && data.position <= state.position) return accepted([]);
    if (data.previous !== (state?.head ?? null)) return rejected({ code: 'ChainMoved' });
    return accepted([{ type: 'AuditActionChained', data }]);
  },
};
