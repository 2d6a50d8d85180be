// The pages and links that the server offers in this console, read from the page that it sent.

/** Whether there is the page for queries: not in production, unless a setting turns it on. */
export const hasApiPage = (): boolean =>
  document.querySelector<HTMLMetaElement>('meta[name="holdfast-api"]')?.content !== 'off';
