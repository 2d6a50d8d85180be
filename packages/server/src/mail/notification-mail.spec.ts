// E-mails to customers against a real SMTP server: one for each notification, despite any fault.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { StoreUnavailable } from '@holdfast/event-store';
import type { CommandHandler } from '@holdfast/runtime';
import { openMailRig, type MailRig } from '../test/mail-rig.js';

let rig: MailRig;

beforeEach(async () => {
  rig = await openMailRig();
});
afterEach(async () => {
  await rig.close();
});

const header = (source: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(source)?.[1]?.trim();
const messageIds = (): readonly (string | undefined)[] =>
  rig.server.taken.map(({ source }) => header(source, 'Message-ID'));
const lastEventOf = async (stream: string): Promise<string> =>
  String((await rig.store.readStream(stream, { direction: 'backwards', limit: 1 }))[0]?.id);
const recipients = (): readonly string[] => rig.server.taken.flatMap(({ to }) => to).sort();

describe('a notification', () => {
  test('is mailed once, and the record has the Message-ID, which is made of the id of the event', async () => {
    await rig.register('ann', { email: 'ann@example.org' });
    await rig.start();
    const id = await lastEventOf(await rig.cancelledOrder('o-1', 'ann'));
    const messageId = `${id}@holdfast.example`;
    await rig.until(async () => {
      expect(await rig.facts('o-1')).toEqual([
        { type: 'NotificationMailed', data: { notification: 'o-1:1', messageId } },
      ]);
    });
    expect(recipients()).toEqual(['ann@example.org']);
    expect(messageIds()).toEqual([`<${messageId}>`]);
    expect(header(rig.server.taken[0]?.source ?? '', 'Subject')).toBe('Your order o-1 is cancelled');
  });

  test('is written in the language that the customer chose', async () => {
    await rig.register('ann', { email: 'ann@example.org', preferences: { locale: 'de' } });
    await rig.start();
    await rig.cancelledOrder('o-1', 'ann');
    await rig.until(() => {
      expect(rig.server.taken).toHaveLength(1);
    });
    const { source } = rig.server.taken[0] ?? { source: '' };
    expect(header(source, 'Subject')).toBe('Ihre Bestellung o-1 ist storniert');
    expect(header(source, 'Content-Language')).toBe('de');
  });

  test('to a guest goes to the address of the order, and names the order by its code', async () => {
    await rig.start();
    await rig.cancelledOrder('o-1', 'guest', { code: 'K7QF-2M9D-XW4B', guestEmail: 'gus@example.org' });
    await rig.until(async () => expect(await rig.facts('o-1')).toHaveLength(1));
    expect(recipients()).toEqual(['gus@example.org']);
    const { source } = rig.server.taken[0] ?? { source: '' };
    expect(header(source, 'Subject')).toBe('Your order K7QF-2M9D-XW4B is cancelled');
  });

  test('that comes again, to a reactor without a checkpoint, is not mailed again', async () => {
    await rig.register('ann', { email: 'ann@example.org' });
    const first = await rig.start();
    await rig.cancelledOrder('o-1', 'ann');
    await rig.until(async () => expect(await rig.facts('o-1')).toHaveLength(1));
    await first.stop();
    const again = await rig.start({ readStore: await rig.newReadStore(), reactor: { fromNow: false } });
    const { synced } = await rig.store.end();
    await rig.until(() => expect(again.handled()).toBeGreaterThanOrEqual(synced - 1));
    await rig.cancelledOrder('o-2', 'ann');
    await rig.until(async () => expect(await rig.facts('o-2')).toHaveLength(1));
    expect(rig.server.tried()).toBe(2);
  });

  test('that is older than the first start is not mailed', async () => {
    await rig.register('ann', { email: 'ann@example.org' });
    await rig.cancelledOrder('o-old', 'ann');
    await rig.start();
    await rig.cancelledOrder('o-new', 'ann');
    await rig.until(async () => expect(await rig.facts('o-new')).toHaveLength(1));
    expect(await rig.facts('o-old')).toEqual([]);
    expect(rig.server.tried()).toBe(1);
  });

  test.each([
    ['wants no e-mails', { email: 'ann@example.org', preferences: { emailNotices: false } }],
    [
      'wants none of this kind',
      { email: 'ann@example.org', preferences: { emailNotices: { ORDER_CANCELLED: false } } },
    ],
    ['was imported, without an address', { email: 'ann@customers.invalid' }],
  ])('to a customer who %s is not mailed', async (_, person) => {
    await rig.register('ann', person);
    await rig.register('bob', { email: 'bob@example.org' });
    await rig.start();
    await rig.cancelledOrder('o-ann', 'ann');
    await rig.cancelledOrder('o-bob', 'bob');
    await rig.until(async () => expect(await rig.facts('o-bob')).toHaveLength(1));
    expect(await rig.facts('o-ann')).toEqual([]);
    expect(recipients()).toEqual(['bob@example.org']);
  });
});

describe('when the program ends between the server’s reply and the record of it', () => {
  test('the e-mail is sent once more, with the same Message-ID, and never again', async () => {
    await rig.register('ann', { email: 'ann@example.org' });
    let fails = 1;
    const crashing: CommandHandler = {
      ...rig.commands,
      handle: (command, context) =>
        fails-- > 0
          ? Promise.reject(new StoreUnavailable('ended before the record'))
          : rig.commands.handle(command, context),
    };
    await rig.start({ commands: crashing });
    await rig.cancelledOrder('o-1', 'ann');
    await rig.until(async () => expect(await rig.facts('o-1')).toHaveLength(1));
    expect(new Set(messageIds()).size).toBe(1);
    expect(messageIds()).toHaveLength(2);
  });
});

describe('a mail server', () => {
  test('that is down gets the e-mail when it is up again', async () => {
    await rig.register('ann', { email: 'ann@example.org' });
    rig.server.replyToSender = () => '421 going down';
    await rig.start();
    await rig.cancelledOrder('o-1', 'ann');
    await rig.until(() => expect(rig.errors.length).toBeGreaterThan(2));
    expect(await rig.facts('o-1')).toEqual([]);
    rig.server.replyToSender = () => null;
    await rig.until(async () =>
      expect(await rig.facts('o-1')).toMatchObject([{ type: 'NotificationMailed' }]),
    );
    expect(rig.server.taken).toHaveLength(1);
  });

  test('that asks one customer to wait gets the e-mails to others meanwhile', async () => {
    await rig.register('ann', { email: 'ann@example.org' });
    await rig.register('bob', { email: 'bob@example.org' });
    rig.server.replyTo = (address) => (address === 'ann@example.org' ? '450 mailbox is busy' : null);
    await rig.start();
    await rig.cancelledOrder('o-ann', 'ann');
    await rig.until(() => expect(rig.errors.length).toBeGreaterThan(0));
    for (const n of [1, 2, 3]) await rig.cancelledOrder(`o-bob-${n}`, 'bob');
    await rig.until(() => expect(recipients()).toEqual(Array(3).fill('bob@example.org')));
    expect(await rig.facts('o-ann')).toEqual([]);
    rig.server.replyTo = () => null;
    await rig.until(async () =>
      expect(await rig.facts('o-ann')).toMatchObject([{ type: 'NotificationMailed' }]),
    );
  });

  test('that never accepts it is given up, and the record has that', async () => {
    await rig.register('ann', { email: 'ann@example.org' });
    rig.server.replyTo = () => '450 mailbox is busy';
    await rig.start({ reactor: { retry: { baseMs: 10, limitMs: 10, attempts: 3 } } });
    await rig.cancelledOrder('o-1', 'ann');
    await rig.until(async () =>
      expect(await rig.facts('o-1')).toMatchObject([{ type: 'NotificationMailFailed' }]),
    );
    expect(rig.server.taken).toEqual([]);
  });
});

describe('an address', () => {
  test('that the server does not know is tried once, and its reply is on record without the address', async () => {
    await rig.register('ann', { email: 'ann@example.org' });
    rig.server.replyTo = (address) => `550 no such user <${address}>`;
    await rig.start();
    await rig.cancelledOrder('o-1', 'ann');
    await rig.until(async () => expect(await rig.facts('o-1')).toHaveLength(1));
    const [fact] = await rig.facts('o-1');
    expect(fact).toMatchObject({ type: 'NotificationMailFailed' });
    expect(JSON.stringify(fact)).toContain('no such user');
    expect(JSON.stringify(fact)).not.toContain('ann@');
    expect(rig.errors).toEqual([]);
  });

  test.each([
    ['that is two', 'ann@example.org,eve@example.org'],
    ['that brings a header along', 'ann@example.org\r\nBcc: eve@example.org'],
  ])('%s is refused, and no e-mail is sent', async (_, email) => {
    await rig.register('ann', { email });
    await rig.start();
    await rig.cancelledOrder('o-1', 'ann');
    await rig.until(async () =>
      expect(await rig.facts('o-1')).toMatchObject([{ type: 'NotificationMailFailed' }]),
    );
    expect(rig.server.tried()).toBe(0);
  });

  test('of a customer with a name that looks like headers gets them as text', async () => {
    await rig.register('ann', {
      email: 'ann@example.org',
      name: 'Ann\r\nBcc: eve@example.org\r\n\r\n<b>hi</b>',
    });
    await rig.start();
    await rig.cancelledOrder('o-1', 'ann');
    await rig.until(() => expect(rig.server.taken).toHaveLength(1));
    const [{ to, source } = { to: [], source: '' }] = rig.server.taken;
    expect(to).toEqual(['ann@example.org']);
    expect(source.split('\r\n\r\n')[0]).not.toContain('eve@');
    expect(source.slice(source.indexOf('<!doctype html>'))).not.toContain('<b>');
  });
});
