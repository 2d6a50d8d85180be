// The allowed length of a password, counted in the same way wherever one is set or checked.

/** In code points of the normalised password. */
export const passwordLength = { min: 8, max: 128 };

/** Returns the same text for composed and decomposed letters of one password (RFC 8265, section 4.2). */
export const normalised = (password: string): string => password.normalize('NFC');

const lengthOf = (password: string): number => Array.from(password).length;

/** Whether the length of a new password is allowed. */
export const hasPasswordLength = (password: string): boolean => {
  const length = lengthOf(normalised(password));
  return length >= passwordLength.min && length <= passwordLength.max;
};

/** Whether the text is longer than any password that was ever accepted. Composing letters makes some texts longer. */
export const isTooLong = (password: string): boolean =>
  lengthOf(password) > passwordLength.max && lengthOf(normalised(password)) > passwordLength.max;
