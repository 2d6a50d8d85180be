// Sends e-mails over SMTP with nodemailer.
import { createTransport } from 'nodemailer';
import { faultIn, MailUnavailable, type Mailer, type MailOutcome } from './mailer.js';

export type SmtpSettings = {
  /** `smtp://user:password@host:port`, or `smtps://…` */
  readonly url: string;
  /** the sender's address */
  readonly from: string;
  /** how long a server may be silent; 30 s unless given */
  readonly silenceMs?: number;
};

/** Connections at the same time, and e-mails per connection: low enough for servers that limit both. */
const pool = { pool: true, maxConnections: 4, maxMessages: 100 } as const;

export function smtpMailer({ url, from, silenceMs = 30_000 }: SmtpSettings): Mailer {
  const timeouts = { connectionTimeout: silenceMs, greetingTimeout: silenceMs, socketTimeout: silenceMs };
  // Text from outside cannot attach a file or a URL.
  const safe = { disableFileAccess: true, disableUrlAccess: true };
  const transport = createTransport({ url, ...pool, ...timeouts, ...safe });
  return {
    host: from.slice(from.lastIndexOf('@') + 1),
    async send(email): Promise<MailOutcome> {
      const fault = faultIn(email);
      if (fault !== null) return { kind: 'refused', reason: fault };
      const { messageId, to, subject, text, html, language } = email;
      try {
        await transport.sendMail({
          from: { name: '', address: from },
          to: { name: '', address: to },
          envelope: { from, to: [to] },
          messageId: `<${messageId}>`,
          subject,
          text,
          html,
          headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
        });
        return { kind: 'sent' };
      } catch (error) {
        const reason = refusalIn(error);
        if (reason !== null) return { kind: 'refused', reason };
        throw new MailUnavailable('the mail server did not take the e-mail', { cause: error });
      }
    },
    close: () => {
      transport.close();
    },
  };
}

type SmtpError = {
  readonly code?: unknown;
  readonly command?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
};

/**
 * The server's final refusal of this e-mail; null when another attempt may succeed. A 5xx about the sender or its
 * password is not about this e-mail, so the e-mail is sent again.
 */
function refusalIn(error: unknown): string | null {
  const { code, command, responseCode, response } = (error ?? {}) as SmtpError;
  const isPermanent = typeof responseCode === 'number' && responseCode >= 500 && responseCode < 600;
  const isAboutThis = (code === 'EENVELOPE' && command === 'RCPT TO') || code === 'EMESSAGE';
  if (!isPermanent || !isAboutThis) return null;
  return String(response).replace(/\s+/g, ' ').slice(0, 200);
}
