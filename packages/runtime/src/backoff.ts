// Exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015).
import type { Random } from '@holdfast/kernel';

export type Backoff = { readonly baseMs: number; readonly limitMs: number };

/** Milliseconds before the next try, after `failures` (from 1) in a row: uniform up to a limit that doubles. */
export const backoffMs = ({ baseMs, limitMs }: Backoff, failures: number, random: Random): number =>
  Math.round(random.next() * Math.min(limitMs, baseMs * 2 ** Math.min(failures, 30)));
