// JSON with integers beyond 2^53, which `JSON.parse` would round: they become marked texts, which are shown as the numbers
// that they are.

/** Marks the beginning of a text for an integer; no stored text begins with it. */
const mark = '\u2063int:';
const longInteger = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/** The same JSON, with every integer that a float can't hold as a marked text. */
export const exactJson = (json: string): string =>
  /\d{16}/.test(json)
    ? json.replace(longInteger, (found) =>
        found.startsWith('"') || Number.isSafeInteger(Number(found)) ? found : `"${mark}${found}"`,
      )
    : json;

/** The digits of an integer that was too long for a number; null for any other value. */
export const exactInteger = (value: unknown): string | null =>
  typeof value === 'string' && value.startsWith(mark) ? value.slice(mark.length) : null;
