// Adds two things that GraphiQL's editors (CodeMirror 5) lack: names for screen readers, and a layout that fits the page once
// its size is known.
import { useEffect, type RefObject } from 'react';

type Editor = Element & { readonly CodeMirror?: { refresh(): void } };

const nameOf = (area: Element): string =>
  area.closest('section[aria-label], [role="region"]')?.getAttribute('aria-label') ?? 'Editor';

const nameAll = (place: Element): void => {
  for (const area of place.querySelectorAll('.CodeMirror textarea:not([aria-label])'))
    area.setAttribute('aria-label', nameOf(area));
  // Results have no text area to focus; a person scrolls them with the keyboard too.
  for (const scrolled of place.querySelectorAll('.CodeMirror-scroll[tabindex="-1"]'))
    scrolled.setAttribute('tabindex', '0');
};

/** The tabs hold buttons, which the role of a tab does not allow: they become a list, with the current one marked. */
const listTabs = (place: Element): void => {
  place.querySelector('[role="tablist"]')?.removeAttribute('role');
  for (const tab of place.querySelectorAll('li[aria-selected]')) {
    const isCurrent = tab.getAttribute('aria-selected') === 'true';
    tab.removeAttribute('role');
    tab.removeAttribute('aria-selected');
    const button = tab.querySelector('button');
    if (isCurrent) button?.setAttribute('aria-current', 'true');
    else button?.removeAttribute('aria-current');
  }
};

const layOutAll = (place: Element): void => {
  for (const editor of place.querySelectorAll<Editor>('.CodeMirror')) editor.CodeMirror?.refresh();
};

/** How long editors change their gutters once they are there. */
const settleMs = 300;

export function useNamedEditors(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const within = place.current;
    if (within === null) return;
    let settled: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      listTabs(within);
      if (within.querySelector('.CodeMirror textarea:not([aria-label])') === null) return;
      nameAll(within);
      clearTimeout(settled);
      settled = setTimeout(() => {
        layOutAll(within);
      }, settleMs);
    };
    look();
    const observer = new MutationObserver(look);
    observer.observe(within, { childList: true, subtree: true, attributeFilter: ['aria-selected'] });
    return () => {
      clearTimeout(settled);
      observer.disconnect();
    };
  }, [place]);
}
