// Search parameters as plain text, and no more of them than a page knows.
export const parseSearch = (search: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(search));

export function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** The parameter when it is there, ready to be spread. */
export const text = <Name extends string>(
  search: Record<string, unknown>,
  name: Name,
): Partial<Record<Name, string>> => {
  const value = search[name];
  return (typeof value === 'string' && value !== '' ? { [name]: value } : {}) as Partial<
    Record<Name, string>
  >;
};
