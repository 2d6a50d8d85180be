// given/then for projections: the events of a log, and the documents that result.
import assert from 'node:assert/strict';
import type { Document, Projection, RecordedEvent } from '@holdfast/kernel';
import { assertJson, deepFreeze } from './values.js';

export type ProjectionOutcome<D extends Document> = {
  /** exactly these documents of the main collection, in the order of their ids */
  then(expected: readonly D[]): ProjectionOutcome<D>;
  /** exactly these documents of a further collection, in the order of their ids */
  thenIn<T extends Document>(collection: string, expected: readonly T[]): ProjectionOutcome<D>;
};

export type ProjectionSpecification<D extends Document> = {
  /** Applies the events as the runtime does: by prefix, then by key, one document at a time. */
  given(this: void, events: readonly RecordedEvent[]): ProjectionOutcome<D>;
};

export function projectionSpecification<D extends Document>(
  projection: Projection<D>,
): ProjectionSpecification<D> {
  return {
    given(events) {
      const collections = new Map<string, Map<string, Document>>();
      for (const name of [projection.name, ...Object.keys(projection.collections ?? {})]) {
        collections.set(name, new Map());
      }
      const collection = (name: string): Map<string, Document> => {
        const documents = collections.get(name);
        assert.ok(documents, `${projection.name} declares no collection ${name}`);
        return documents;
      };

      for (const event of deepFreeze(events)) {
        if (!projection.prefixes.some((prefix) => event.stream.startsWith(prefix))) continue;
        const key = projection.key(event);
        if (key === null) continue;
        const present = (collection(projection.name).get(key) ?? null) as D | null;
        for (const change of projection.project(event, present)) {
          const name = change.collection ?? projection.name;
          const id = 'removed' in change ? change.removed : change.document.id;
          if (name === projection.name) assert.equal(id, key, 'only the document under the key changes');
          if ('removed' in change) collection(name).delete(id);
          else {
            assertJson(change.document);
            collection(name).set(id, deepFreeze(change.document));
          }
        }
      }

      const outcome: ProjectionOutcome<D> = {
        then: (expected) => outcome.thenIn(projection.name, expected),
        thenIn(name, expected) {
          const documents = [...collection(name).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
          assert.deepEqual(documents, expected);
          return outcome;
        },
      };
      return outcome;
    },
  };
}
