// The log: JSON lines on stderr, without anything that signs people in or says who they are and where they live. Known
// fields are taken out by name; what hides in a text, an error's message say, is taken out of the finished line.
import { pino, type DestinationStream, type Logger } from 'pino';

const secret = [
  ...['authorization', 'cookie', 'set-cookie', 'password', 'passwordHash'],
  ...['token', 'accessToken', 'refreshToken', 'tokenDigest', 'presentedDigest', 'jwtSecret'],
  ...['email', 'shippingAddress', 'address', 'line1', 'line2', 'city', 'postalCode'],
];
const field = (name: string): string => (name.includes('-') ? `["${name}"]` : name);
const nested = (name: string): string => (name.includes('-') ? `*["${name}"]` : `*.${name}`);

/** Each linear in the length of the line. */
const inTexts: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic) [\w.~+/=-]+/gi, '$1 [redacted]'],
  // JSON Web Tokens, wherever they stand
  [/\beyJ[\w-]{1,4096}\.[\w-]{1,4096}\.[\w-]{0,4096}/g, '[redacted]'],
  // the user and password of an address: esdb://admin:changeit@host
  [/:\/\/[^\s/@"\\]{1,256}@/g, '://[redacted]@'],
  [/[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}/g, '[redacted]'],
];

export const createLogger = (level: string, to: DestinationStream = pino.destination(2)): Logger =>
  pino(
    {
      level,
      redact: { paths: secret.flatMap((name) => [field(name), nested(name)]), censor },
      hooks: {
        streamWrite: (line) => inTexts.reduce((text, [found, instead]) => text.replace(found, instead), line),
      },
    },
    to,
  );

const censor = (): string => '[redacted]';
