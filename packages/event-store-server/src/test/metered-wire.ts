// A wire to the server that counts the bytes that the client sends, and can be cut in the middle of a message.
import { openWire, type Wire } from '@holdfast/testing';

export type MeteredWire = Wire & {
  /** Resolves when clients have sent this many bytes. */
  sent(bytes: number): Promise<void>;
};

export async function openMeteredWire(to: number): Promise<MeteredWire> {
  let passed = 0;
  let awaited: { readonly bytes: number; readonly resolve: () => void } | null = null;
  const wire = await openWire(to, {
    toServer: (bytes, pass) => {
      pass();
      passed += bytes.length;
      if (awaited !== null && passed >= awaited.bytes) awaited.resolve();
    },
  });
  return {
    ...wire,
    sent: (bytes) =>
      new Promise((resolve) => {
        awaited = { bytes, resolve };
        if (passed >= bytes) resolve();
      }),
  };
}
