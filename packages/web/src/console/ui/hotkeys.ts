// Keys for the page that is mounted, and no other: a hotkey ends with its page. None fires while a person types.
import { useGo } from './link.js';
import { useEffect, useRef } from 'react';
import type { Destination } from '../navigation.js';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) ||
    target.closest('dialog') !== null);

/** Calls for this key as long as the component is mounted. */
export function useHotkey(key: string, call: () => void): void {
  const latest = useRef(call);
  useEffect(() => {
    latest.current = call;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', pressed);
    return () => {
      window.removeEventListener('keydown', pressed);
    };
  }, [key]);
}

/** How long `g` waits for the letter of the page. */
const secondKeyMs = 1_200;

/** `g` and a letter go to a page. */
export function useGoKeys(pages: readonly Destination[]): void {
  const go = useGo();
  const since = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const isSecond = performance.now() - since.current < secondKeyMs;
      since.current = event.key === 'g' && !isSecond ? performance.now() : Number.NEGATIVE_INFINITY;
      const page = isSecond ? pages.find(({ hotkey }) => hotkey === event.key) : undefined;
      if (page !== undefined) go({ to: page.to });
    };
    window.addEventListener('keydown', pressed);
    return () => {
      window.removeEventListener('keydown', pressed);
    };
  }, [pages, go]);
}
