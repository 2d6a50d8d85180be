// Limits that a stream's metadata sets on reading it. The JSON's numbers are read as they were written: 2^63 - 1, which
// marks a deleted stream, is no number that JSON.parse can return.

export type StreamMetadata = {
  /** `$tb`: the first revision that is shown */
  readonly truncateBefore?: number;
  readonly maxCount?: number;
  readonly maxAgeSeconds?: number;
  /** `$tb` is the largest revision there is: the stream was deleted */
  readonly deletes: boolean;
};

/** The metadata that a deletion writes. It replaces all earlier metadata. */
export const deletion = '{"$tb":9223372036854775807}';
const largest = 9_223_372_036_854_775_807n;

/** Values that are not a whole number of at least 1 are ignored. */
export function streamMetadata(json: Uint8Array): StreamMetadata {
  const fields = tagged(json) ?? {};
  const whole = (name: string): bigint | undefined => {
    const value = fields[`s${name}`];
    if (typeof value !== 'string' || !/^n[1-9]\d*$/u.test(value)) return undefined;
    const number = BigInt(value.slice(1));
    return number <= largest ? number : undefined;
  };
  const truncateBefore = whole('$tb');
  const maxCount = whole('$maxCount');
  const maxAge = whole('$maxAge');
  return {
    deletes: truncateBefore === largest,
    ...(truncateBefore !== undefined && { truncateBefore: Number(truncateBefore) }),
    ...(maxCount !== undefined && { maxCount: Number(maxCount) }),
    ...(maxAge !== undefined && { maxAgeSeconds: Number(maxAge) }),
  };
}

/** The same metadata with another `$tb`, or null when it is no JSON object. */
export function withTruncateBefore(json: Uint8Array, revision: number): string | null {
  const fields = tagged(json);
  if (fields === null) return null;
  const changed = JSON.stringify({ ...fields, s$tb: `n${revision}` });
  return changed.replace(text, (string) => (string[1] === 's' ? `"${string.slice(2)}` : string.slice(2, -1)));
}

const text = /"(?:[^"\\]|\\.)*"/gu;
const textOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gu;

/** The JSON object with an s before each text, names too, and each number as a text with an n before its digits. */
function tagged(json: Uint8Array): Readonly<Record<string, unknown>> | null {
  const source = Buffer.from(json).toString('utf8');
  try {
    JSON.parse(source);
    const value: unknown = JSON.parse(
      source.replace(textOrNumber, (token) =>
        token.startsWith('"') ? `"s${token.slice(1)}` : `"n${token}"`,
      ),
    );
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null; // not JSON: it is ignored, as on EventStoreDB
  }
}
