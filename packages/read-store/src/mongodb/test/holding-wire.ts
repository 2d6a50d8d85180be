// A wire to a server. While it is cut it refuses connections; it can also hold a client's messages from one message on.
import { openWire, type Wire } from '@holdfast/testing';

export type HoldingWire = Omit<Wire, 'cut'> & {
  /** Holds back everything after the message that contains all of these words. Resolves when that message has passed. */
  holdAfter(words: readonly string[]): Promise<void>;
  /** Lets everything that was held back, and everything after it, through. */
  release(): void;
  /** Ends every connection and refuses new ones, or accepts them again. */
  cut(is: boolean): void;
};

export async function openHoldingWire(to: number): Promise<HoldingWire> {
  const held: (() => void)[] = [];
  let awaited: { readonly words: readonly string[]; readonly passed: () => void } | null = null;
  let holding = false;
  let isCut = false;
  const wire = await openWire(to, {
    accepts: () => !isCut,
    toServer: (bytes, pass) => {
      if (holding) {
        held.push(pass);
        return;
      }
      pass();
      if (awaited?.words.every((word) => bytes.includes(word)) === true) {
        holding = true;
        awaited.passed();
        awaited = null;
      }
    },
  });
  return {
    port: wire.port,
    close: wire.close,
    holdAfter: (words) =>
      new Promise((passed) => {
        awaited = { words, passed };
      }),
    release: () => {
      holding = false;
      for (const pass of held.splice(0)) pass();
    },
    cut: (is) => {
      isCut = is;
      if (!is) return;
      wire.cut();
      held.length = 0;
      holding = false;
    },
  };
}
