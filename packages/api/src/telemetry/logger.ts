// The API's logger, which is pino. Texts of libraries are logged as a field, never as the message.
/** The part of a pino logger that is used here. */
export type Logger = {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
};

/** A logger for Apollo Server, which would otherwise write to the console. */
export const apolloLogger = (logger: Logger) => ({
  debug: (text?: string) => {
    logger.debug({ text }, 'from Apollo Server');
  },
  info: (text?: string) => {
    logger.info({ text }, 'from Apollo Server');
  },
  warn: (text?: string) => {
    logger.warn({ text }, 'from Apollo Server');
  },
  error: (text?: string) => {
    logger.error({ text }, 'from Apollo Server');
  },
});
