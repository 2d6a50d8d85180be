// The log: JSON lines on stderr, without secrets, names and addresses of people. Known
// fields are taken out by name; parts of a text, such as an error's message, are taken out of the finished line.
import { format } from 'node:util';
import { pino, type DestinationStream, type Logger } from 'pino';

const secret = [
  ...['authorization', 'cookie', 'set-cookie', 'password', 'passwordHash'],
  ...['token', 'accessToken', 'refreshToken', 'tokenDigest', 'presentedDigest', 'jwtSecret'],
  ...['email', 'shippingAddress', 'address', 'line1', 'line2', 'city', 'postalCode'],
];
const field = (name: string): string => (name.includes('-') ? `["${name}"]` : name);
const nested = (name: string): string => (name.includes('-') ? `*["${name}"]` : `*.${name}`);

/** Each pattern takes time linear in the length of the line. */
const inTexts: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic) [\w.~+/=-]+/gi, '$1 [redacted]'],
  // JSON Web Tokens, anywhere in the line
  [/\beyJ[\w-]{1,4096}\.[\w-]{1,4096}\.[\w-]{0,4096}/g, '[redacted]'],
  // the user and password of an address: esdb://admin:changeit@host
  [/:\/\/[^\s/@"\\]{1,256}@/g, '://[redacted]@'],
  [/[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}/g, '[redacted]'],
];

/** Lines are written at once and in order: the last line before the program ends has the reason. */
const stderr = (): DestinationStream => pino.destination({ dest: 2, sync: true });

export const createLogger = (level: string, to: DestinationStream = stderr()): Logger =>
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

/**
 * Makes the logger the only writer to stderr in this process. Console output of libraries, Node's warnings and the error
 * that ends the process become lines of the log. Text of another writer could contain a forged line of the log.
 */
export function takeOverStderr(logger: Logger): void {
  const printed = (...printing: readonly unknown[]): void => {
    logger.warn({ text: format(...printing) }, 'printed by a library');
  };
  Object.assign(console, { error: printed, warn: printed, trace: printed });
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    logger.warn({ err: warning }, 'a warning of Node');
  });
  // Node reports unhandled rejections here as well.
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'ended by an error that was not caught');
    process.exit(1);
  });
}
