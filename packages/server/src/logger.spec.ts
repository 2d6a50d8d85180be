// Secrets and personal data never get into the log, from any code.
import { describe, expect, test } from '@jest/globals';
import { createLogger } from './logger.js';

const logged = (write: (logger: ReturnType<typeof createLogger>) => void): string => {
  const lines: string[] = [];
  write(createLogger('trace', { write: (line) => void lines.push(line) }));
  return lines.join('');
};

describe('the log', () => {
  test.each([
    ['authorization', 'Bearer abc'],
    ['cookie', 'session=abc'],
    ['password', 'abc'],
    ['refreshToken', 'abc'],
    ['email', 'abc'],
    ['shippingAddress', { line1: 'abc' }],
  ])('has no %s, at the top or within something', (name, value) => {
    const line = logged((logger) => {
      logger.info({ [name]: value, request: { [name]: value } }, 'seen');
    });
    expect(JSON.parse(line)).toMatchObject({ [name]: '[redacted]', request: { [name]: '[redacted]' } });
  });

  test.each([
    ['an e-mail address', 'Register is accepted for ada.l@mail.example.com', 'ada'],
    ['the password of a connection', 'cannot reach esdb://admin:changeit@node1:2113', 'changeit'],
    ['a token', 'refused: authorization=Bearer c2VjcmV0', 'c2VjcmV0'],
    ['a JSON Web Token', 'no session for eyJhbGciOi.eyJzdWIiOi.c2ln', 'eyJzdWIiOi'],
  ])('has not %s that an error tells about', (_, message, secret) => {
    const line = logged((logger) => {
      logger.error({ err: new Error(message) }, message);
    });
    expect(line).toContain('[redacted]');
    expect(line).not.toContain(secret);
    expect(JSON.parse(line)).toMatchObject({ err: { type: 'Error' }, level: 50 });
  });
});
