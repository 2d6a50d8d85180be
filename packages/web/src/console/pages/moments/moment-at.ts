// Finds the event that a page shows, by the position in the URL.

/** The last event at or before the position; without one, the last of all. */
export function indexAt(moments: readonly { readonly position: string }[], at: string | undefined): number {
  if (at === undefined) return moments.length - 1;
  const wanted = BigInt(/^\d{1,19}$/.test(at) ? at : '0');
  const behind = moments.findIndex(({ position }) => BigInt(position) > wanted);
  return behind === -1 ? moments.length - 1 : Math.max(behind - 1, 0);
}
