// Random ids. `crypto.randomUUID` is for secure contexts alone; a shop in a local network may have none.
export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
