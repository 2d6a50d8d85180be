// Stored events must always stay readable. A golden file is an event that some version of the program wrote. This check
// compares the files, the upcasters and the present types, so that none changes without the others.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { upcast, type DomainEvent, type Upcasters } from '@holdfast/kernel';
import { recorder } from './recorder.js';

/** For each event type, data of its present shape: a type without an entry does not compile. */
export type Examples<E extends DomainEvent> = {
  readonly [Type in E['type']]: Extract<E, { readonly type: Type }>['data'];
};

/**
 * Every version of every type must have a file `<Type>.v<n>.json` in `folder` with `{ type, schemaVersion, data }`.
 * Lifted to the present shape, each file must equal the example. No other file may exist.
 */
export function assertGoldenEvents<E extends DomainEvent>(
  folder: URL,
  examples: Examples<E>,
  upcasters: Upcasters = {},
): void {
  const record = recorder();
  const files = new Set(readdirSync(folder));
  for (const [type, example] of Object.entries(examples)) {
    const present = (upcasters[type]?.length ?? 0) + 1;
    for (let schemaVersion = 1; schemaVersion <= present; schemaVersion += 1) {
      const name = `${type}.v${schemaVersion}.json`;
      assert.ok(
        files.delete(name),
        `missing ${name}: ${JSON.stringify({ type, schemaVersion, data: example })}`,
      );
      const stored = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Record<string, unknown>;
      assert.deepEqual({ ...stored, data: null }, { type, schemaVersion, data: null }, name);
      const lifted = upcast(upcasters, record('golden-1', { type, data: stored['data'] }, { schemaVersion }));
      assert.deepEqual(lifted.data, example, `${name} and its example differ: a new shape is a new version`);
    }
  }
  assert.deepEqual([...files], [], 'these files belong to no known event: stored types are permanent');
}
