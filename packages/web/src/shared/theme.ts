// The theme: light, dark, or that of the system. It is stored for all tabs.
import { createStoredStore } from './store.js';

export type Theme = 'system' | 'light' | 'dark';
export const themes: readonly Theme[] = ['system', 'light', 'dark'];

export const theme = createStoredStore<Theme>(
  'holdfast.theme',
  (stored) => themes.find((known) => known === stored) ?? 'system',
);

const show = (): void => {
  const chosen = theme.get();
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
};

/** Puts the theme on the page, now and at each change. */
export function followTheme(): void {
  show();
  theme.subscribe(show);
}
