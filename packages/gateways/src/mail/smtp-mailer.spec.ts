// The e-mails that a mail server gets, and the meaning of its replies, tested against a real server on loopback.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startMailServer, type MailServer } from '../test/mail-server.js';
import { MailUnavailable, type Email, type Mailer } from './mailer.js';
import { smtpMailer } from './smtp-mailer.js';

let server: MailServer;
let mailer: Mailer;

beforeEach(async () => {
  server = await startMailServer();
  mailer = smtpMailer({ url: server.url, from: 'shop@holdfast.example', silenceMs: 5_000 });
});
afterEach(async () => {
  mailer.close();
  await server.stop();
});

const email: Email = {
  messageId: 'e-1@holdfast.example',
  to: 'ann@example.org',
  subject: 'Ihre Bestellung ist unterwegs – Größe M',
  text: 'Plain',
  html: '<p>Rich</p>',
  language: 'de',
};
const headOf = (source: string): string => source.split('\r\n\r\n')[0]?.replace(/\r\n[ \t]/g, ' ') ?? '';

describe('an e-mail', () => {
  test('reaches the server once, as text and as HTML, from the shop, with its id and its language', async () => {
    expect(await mailer.send(email)).toEqual({ kind: 'sent' });
    expect(server.taken).toHaveLength(1);
    const [{ from, to, source } = { from: '', to: [], source: '' }] = server.taken;
    expect([from, to]).toEqual(['shop@holdfast.example', ['ann@example.org']]);
    expect(headOf(source)).toMatch(/^Message-ID: <e-1@holdfast\.example>$/im);
    expect(headOf(source)).toMatch(/^Auto-Submitted: auto-generated$/im);
    expect(headOf(source)).toMatch(/^Content-Language: de$/im);
    expect(source).toContain('Content-Type: text/plain');
    expect(source).toContain('Content-Type: text/html');
  });

  test.each([
    ['a line break in the address', { to: 'ann@example.org\r\nBcc: eve@example.org' }],
    ['two addresses', { to: 'ann@example.org, eve@example.org' }],
    ['a name around the address', { to: 'Ann <ann@example.org>' }],
    ['no address', { to: 'ann' }],
    ['a line break in the subject', { subject: 'Hello\r\nBcc: eve@example.org' }],
    ['a bare line feed in the subject', { subject: 'Hello\nBcc: eve@example.org' }],
    ['a Unicode line separator in the subject', { subject: 'Hello\u2028Bcc: eve@example.org' }],
    ['a line break in the id', { messageId: 'e-1@holdfast.example>\r\nBcc: <eve@example.org' }],
  ])('with %s is refused before any server sees it', async (_, part) => {
    expect(await mailer.send({ ...email, ...part })).toMatchObject({ kind: 'refused' });
    expect(server.tried()).toBe(0);
  });

  test('to an address that the server does not know is refused, with the text of the server', async () => {
    server.replyTo = () => '550 5.1.1 no such mailbox';
    const reason = expect.stringContaining('no such mailbox');
    expect(await mailer.send(email)).toEqual({ kind: 'refused', reason });
  });

  test('that the server rejects is refused', async () => {
    server.replyToMessage = () => '554 looks like spam';
    expect(await mailer.send(email)).toMatchObject({ kind: 'refused' });
  });
});

describe('a server', () => {
  test.each<[string, () => void]>([
    ['asks to try again', () => (server.replyTo = () => '450 mailbox is busy')],
    ['asks to try again after the message', () => (server.replyToMessage = () => '451 try later')],
    ['refuses the sender', () => (server.replyToSender = () => '550 who are you')],
  ])('that %s is tried again', async (_, misbehave) => {
    misbehave();
    await expect(mailer.send(email)).rejects.toThrow(MailUnavailable);
    server.replyTo = server.replyToMessage = server.replyToSender = () => null;
    expect(await mailer.send(email)).toEqual({ kind: 'sent' });
  });

  test('that is down is tried again', async () => {
    await server.stop();
    await expect(mailer.send(email)).rejects.toThrow(MailUnavailable);
  });

  test('whose reply is lost may have taken the e-mail: the next try has the same id', async () => {
    server.lostReplies = 1;
    await expect(mailer.send(email)).rejects.toThrow(MailUnavailable);
    expect(await mailer.send(email)).toEqual({ kind: 'sent' });
    const ids = server.taken.map(({ source }) => /^Message-ID: (.*)$/im.exec(source)?.[1]?.trim());
    expect(ids).toEqual(['<e-1@holdfast.example>', '<e-1@holdfast.example>']);
  });
});
