import { useEffect } from 'react';

/** Loads again every `everyMs`, while the page is visible and `isOn`. */
export function useLook(
  again: (options: { requestPolicy: 'network-only' }) => void,
  everyMs: number,
  isOn = true,
): void {
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') again({ requestPolicy: 'network-only' });
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [again, everyMs, isOn]);
}
