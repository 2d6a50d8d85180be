// The port to mail servers.

/** One e-mail to one person. A repeated e-mail has the same `messageId`: receivers recognise the repetition by it. */
export type Email = {
  /** without angle brackets: `id@host` */
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** BCP 47 */
  readonly language: string;
};

/** `refused`: no later attempt can succeed for this address or this e-mail. */
export type MailOutcome = { readonly kind: 'sent' } | { readonly kind: 'refused'; readonly reason: string };

export type Mailer = {
  /** the host part of its message ids */
  readonly host: string;
  /**
   * @throws MailUnavailable when the server can't be reached, or asks to try again; the server may have taken the
   * e-mail
   */
  send(this: void, email: Email): Promise<MailOutcome>;
  close(this: void): void;
};

export class MailUnavailable extends Error {
  override readonly name = 'MailUnavailable';
}

/** Text that is allowed in the head of an e-mail: a line break would let a sender add headers. */
const isOneLine = (text: string): boolean => !/[\p{Cc}\u2028\u2029]/u.test(text);

/** One address of one mailbox, without list, name, comment or route. */
const mailbox = /^[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]{1,253}$/u;

/** Why no server can send the e-mail; null when it can be sent. */
export function faultIn({ to, subject, messageId }: Email): string | null {
  if (!isOneLine(to) || !mailbox.test(to)) return 'the address is not one mailbox';
  if (!isOneLine(subject)) return 'the subject has a line break';
  return isOneLine(messageId) && mailbox.test(messageId) ? null : 'the message id is not of the form id@host';
}
