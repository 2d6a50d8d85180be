// The error of a setting that the program can't start with.

/** One line that names the setting and what is wrong with it. */
export class BadSettings extends Error {
  override readonly name = 'BadSettings';
}
