// A real SMTP server on loopback for specs: it keeps the e-mails that it takes, and refuses those that the spec names.
import { SMTPServer, type SMTPServerAddress } from 'smtp-server';

export type Taken = {
  readonly from: string;
  readonly to: readonly string[];
  /** the message as received, head and body */
  readonly source: string;
};

export type MailServer = {
  readonly url: string;
  readonly taken: readonly Taken[];
  /** number of e-mails that were received to the end, taken or not */
  readonly tried: () => number;
  /** `554 no such user`: the reply to a recipient, or to the end of a message; null takes it. */
  replyTo: (recipient: string) => string | null;
  replyToMessage: (message: Taken) => string | null;
  replyToSender: (sender: string) => string | null;
  /** For this many messages the connection is cut after the message was taken and before the reply. */
  lostReplies: number;
  stop(): Promise<void>;
};

const refusal = (reply: string): Error =>
  Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) });

const asResult = (reply: string | null): Error | null => (reply === null ? null : refusal(reply));

export async function startMailServer(port = 0): Promise<MailServer> {
  const taken: Taken[] = [];
  let tried = 0;
  const smtp = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onMailFrom: ({ address }, _, done) => {
      done(asResult(server.replyToSender(address)));
    },
    onRcptTo: ({ address }, _, done) => {
      done(asResult(server.replyTo(address)));
    },
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        tried += 1;
        const { mailFrom, rcptTo } = session.envelope;
        const message = {
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }: SMTPServerAddress) => address),
          source: Buffer.concat(parts).toString('utf8'),
        };
        const reply = server.replyToMessage(message);
        if (reply === null) taken.push(message);
        if (reply === null && server.lostReplies > 0) {
          server.lostReplies -= 1;
          for (const connection of smtp.connections) connection.close();
          return;
        }
        done(asResult(reply));
      });
    },
  });
  const listening = smtp.listen(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    listening.once('listening', resolve);
    listening.once('error', reject);
  });
  // A client that is killed resets its connection.
  smtp.on('error', () => undefined);
  const address = listening.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const server: MailServer = {
    url: `smtp://127.0.0.1:${bound}`,
    taken,
    tried: () => tried,
    replyTo: () => null,
    replyToMessage: () => null,
    replyToSender: () => null,
    lostReplies: 0,
    stop: () =>
      new Promise((resolve) => {
        smtp.close(() => {
          resolve();
        });
        for (const connection of smtp.connections) connection.close();
      }),
  };
  return server;
}
