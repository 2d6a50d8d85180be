// The package has no types; this declares the one function of it that the log calls.
declare module 'fs-native-extensions' {
  /** Whether the exclusive lock of the whole file was granted to this descriptor. */
  export function tryLock(fd: number): boolean;
}
