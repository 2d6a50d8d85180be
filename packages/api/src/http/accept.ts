// Tells a browser, which navigates to a page, from a program, which wants data.

/** Whether `text/html` is named and preferred to JSON (RFC 9110, section 12.5.1). */
export function prefersHtml(accept = ''): boolean {
  const html = qualityOf(accept, /^text\/html$/);
  return html > 0 && html >= qualityOf(accept, /^application\/(problem\+)?json$/);
}

/** The highest quality of the media types that are named; wildcards name none. 0 for none. */
function qualityOf(accept: string, type: RegExp): number {
  let highest = 0;
  for (const range of accept.split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    if (!type.test(name)) continue;
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    highest = Math.max(highest, quality === undefined ? 1 : Number(quality) || 0);
  }
  return highest;
}
