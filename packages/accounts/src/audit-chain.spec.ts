// The links of the audit log's chain, one behind the other.
import { describe, test } from '@jest/globals';
import { deciderSpecification } from '@holdfast/testing';
import {
  auditChain,
  type AuditActionChained,
  type ChainAuditAction,
  type ChainedAction,
} from './audit-chain.js';

const { given } = deciderSpecification(auditChain);

const action = (position: number, previous: string | null): ChainedAction => ({
  ...{ entry: `stock-TEA:${position}`, position, previous },
  ...{ digest: 'envelope', dataDigest: 'data', dataVersion: 1, link: `link-${position}` },
});
const chain = (position: number, previous: string | null): ChainAuditAction => ({
  type: 'ChainAuditAction',
  data: action(position, previous),
});
const chained = (position: number, previous: string | null): AuditActionChained => ({
  type: 'AuditActionChained',
  data: action(position, previous),
});

describe('an action of staff', () => {
  test('begins the chain when it is the first, and goes on behind the last', () => {
    given([])
      .when(chain(3, null))
      .then([chained(3, null)]);
    given([chained(3, null)])
      .when(chain(7, 'link-3'))
      .then([chained(7, 'link-3')]);
  });

  test('that is chained already changes nothing', () => {
    given([chained(3, null), chained(7, 'link-3')])
      .when(chain(3, null))
      .thenNothing();
  });

  test.each(['link-1', null])('behind %s, which is not the last link, is refused', (previous) => {
    given([chained(3, null)])
      .when(chain(7, previous))
      .thenRejected('ChainMoved');
  });
});
