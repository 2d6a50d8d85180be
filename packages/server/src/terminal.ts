// Input and output of the command line: lines on stdout, one line on stderr for a failure, and an orderly stop on signals.

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Ends the program with one line on stderr, for a failure that a person has to correct. */
export const fail = (error: unknown): never => {
  process.stderr.write(`holdfast: ${error instanceof Error ? explain(error) : String(error)}\n`);
  process.exit(1);
};

const explain = (
  error: Error & { readonly code?: unknown; readonly address?: unknown; readonly port?: unknown },
): string => {
  if (error.code === 'EADDRINUSE')
    return `port ${String(error.port)} on ${String(error.address)} is in use; set PORT to another`;
  // Recognised by its name: importing its class would load the whole API for every command.
  if (error.name === 'AnotherEmailKey')
    return `EMAIL_KEY: ${error.message}; set it to that key, or to the JWT_SECRET of then`;
  return error.message;
};

/** Shorter than the 30 s after which container orchestrators kill a process. */
const longestStopMs = 20_000;

/** Stops once, however often signals come: a terminal signals the whole group, and npm passes the signal on. */
export function stopOnSignals(stop: () => Promise<void>): void {
  let stopping: Promise<void> | null = null;
  const onSignal = (): void => {
    stopping ??= stop()
      .then(() => {
        say('Stopped.');
        process.exit(0);
      })
      .catch(fail);
    // Acknowledged writes are on the disk, so an abrupt end loses nothing.
    setTimeout(
      () => fail(`not done after ${longestStopMs / 1000} s: ended as it was`),
      longestStopMs,
    ).unref();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
