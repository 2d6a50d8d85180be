// Limits on what one peer may have open and send over WebSocket. A refusal says when the peer may try again.
import { isIPv6 } from 'node:net';
import type { Clock } from '@holdfast/kernel';

export type SocketLimits = {
  /** open sockets, whether or not their viewers are signed in */
  readonly socketsPerAddress: number;
  /** running subscriptions on all sockets of the address together, whether or not their viewers are signed in */
  readonly subscriptionsPerAddress: number;
  readonly socketsPerUser: number;
  readonly operationsPerSocket: number;
  /** Operations that a socket may begin in a minute. Pings, pongs and completes are not among them. */
  readonly operationsPerMinute: number;
  /** Messages of any kind that a socket may send in a minute. */
  readonly messagesPerMinute: number;
  /** How long a peer may take to read one message. */
  readonly slowReaderMs: number;
};

/**
 * Two pages of 50 live rows fit on one socket while the page is turned, and a page may be turned 20 times a minute. An
 * address may be an office behind one gateway.
 */
export const defaultSocketLimits: SocketLimits = {
  socketsPerAddress: 1_000,
  subscriptionsPerAddress: 2_000,
  socketsPerUser: 20,
  operationsPerSocket: 110,
  operationsPerMinute: 1_000,
  messagesPerMinute: 6_000,
  slowReaderMs: 10_000,
};

/** Wait for a peer with too many open operations. The peer itself decides when they end, so this is a guess. */
export const comeBackMs = 30_000;

/** The reason for closing a socket, which programs can parse: `…: retry after 30 s`. It must fit into 123 bytes. */
export const retryReason = (refusal: string, retryAfterMs: number): string =>
  `${refusal}: retry after ${Math.ceil(retryAfterMs / 1000)} s`;

/** Counts open sockets or operations, by key. */
export class OpenCounts {
  readonly #open = new Map<string, number>();

  /** Counts one more. Returns the function that counts it out again, or null when `most` are open already. */
  take(key: string, most: number): (() => void) | null {
    const open = this.#open.get(key) ?? 0;
    if (open >= most) return null;
    this.#open.set(key, open + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = (this.#open.get(key) ?? 1) - 1;
      if (left === 0) this.#open.delete(key);
      else this.#open.set(key, left);
    };
  }
}

/** Returns a counter by the minute. Above `most` in one minute it returns the ms to wait, otherwise null. */
export function perMinute(most: number, clock: Clock): () => number | null {
  const minuteMs = 60_000;
  let since = clock.now();
  let count = 0;
  return () => {
    const now = clock.now();
    // A clock that stepped back begins a new minute too.
    if (now - since >= minuteMs || now < since) {
      since = now;
      count = 0;
    }
    count += 1;
    return count > most ? since + minuteMs - now : null;
  };
}

/** The addresses of one line count as one: of an IPv6 address, this is the /64 that a provider assigns to a line. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const behind = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups.length - behind.length);
  return [...groups, ...Array.from({ length: missing }, () => '0'), ...behind]
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
}
