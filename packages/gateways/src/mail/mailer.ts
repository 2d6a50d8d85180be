// The port to mail servers.

/** One e-mail to one person. The same `messageId` whenever it is sent again: receivers recognise a repetition by it. */
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

/** `refused`: the address, or the e-mail to it, will never be taken. */
export type MailOutcome = { readonly kind: 'sent' } | { readonly kind: 'refused'; readonly reason: string };

export type Mailer = {
  /** the host in the ids of its messages */
  readonly host: string;
  /** @throws MailUnavailable when the server can't be reached, or asks to try again; the e-mail may have been taken */
  send(this: void, email: Email): Promise<MailOutcome>;
  close(this: void): void;
};

export class MailUnavailable extends Error {
  override readonly name = 'MailUnavailable';
}

/** What may stand in the head of an e-mail, where a line break would begin a header of somebody's own. */
const isOneLine = (text: string): boolean => !/[\p{Cc}\u2028\u2029]/u.test(text);

/** One address of one mailbox: no list, no name, no comment, no route. */
const mailbox = /^[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]{1,253}$/u;

/** Why the e-mail can't be sent by any server; null for one that can. */
export function faultIn({ to, subject, messageId }: Email): string | null {
  if (!isOneLine(to) || !mailbox.test(to)) return 'the address is not one mailbox';
  if (!isOneLine(subject)) return 'the subject has a line break';
  return isOneLine(messageId) && mailbox.test(messageId) ? null : 'the message id is not of the form id@host';
}
