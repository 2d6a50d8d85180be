// What the API asks of a logger. It is pino's.
/** The part of a pino logger that is used here. */
export type Logger = {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
};
