// The one function that is used of a package without types.
declare module 'fs-native-extensions' {
  /** Whether the exclusive lock of the whole file was granted to this descriptor. */
  export function tryLock(fd: number): boolean;
}
