// The server's time: deadlines are in the server's time, and a customer's clock may be wrong by hours.
import { createStore } from '../store.js';

const offset = createStore(0);
/** The header has whole seconds: half a second is the best guess for the rest. */
const halfSecondMs = 500;

/** Learns from the `Date` header of a response. */
export function learnServerTime(response: Response, sentAt: number, receivedAt: number): void {
  const header = response.headers.get('date');
  const told = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(told)) return;
  const next = told + halfSecondMs - (sentAt + receivedAt) / 2;
  // Whole seconds and the network make it jump by less than this: a countdown that jumps is worse.
  if (Math.abs(next - offset.get()) > 2 * halfSecondMs) offset.set(next);
}

export const serverNow = (): number => Date.now() + offset.get();
