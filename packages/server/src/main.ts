// The command line: `holdfast start`, `holdfast import FILE`, `holdfast eventstore`, `holdfast gateway` and
// `holdfast verify DIR`.
import { resolve } from 'node:path';
import {
  AnotherEmailKey,
  createApi,
  createProbes,
  openTelemetry,
  type Api,
  type Telemetry,
} from '@holdfast/api';
import type { Alarm } from '@holdfast/checkout';
import { nodeEnvironment } from '@holdfast/runtime';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Logger } from 'pino';
import { closeDemoAccounts, demoCustomer, demoOperator, openDemoShop } from './demo.js';
import { openEngine, type Engine } from './engine.js';
import { serveEvents, serveLog, type EventServerFlags } from './event-server.js';
import { serveGateway, type GatewayFlags } from './gateway.js';
import { encodings } from './import/file-text.js';
import { importFile, type ImportFlags } from './import/import-command.js';
import { secretsOf } from './kept-secret.js';
import { createLogger, takeOverStderr } from './logger.js';
import { allRoles, readRoles, readSettings, type Role, type Settings } from './settings.js';
import { openSharedEngine } from './shared-engine.js';
import { verifyFolder } from './verify.js';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Ends with one line: what is wrong is for a person to put right. */
const fail = (error: unknown): never => {
  process.stderr.write(`holdfast: ${error instanceof Error ? explain(error) : String(error)}\n`);
  process.exit(1);
};

const explain = (
  error: Error & { readonly code?: unknown; readonly address?: unknown; readonly port?: unknown },
): string => {
  if (error.code === 'EADDRINUSE')
    return `port ${String(error.port)} on ${String(error.address)} is in use; set PORT to another`;
  if (error instanceof AnotherEmailKey)
    return `EMAIL_KEY: ${error.message}; set it to that key, or to the JWT_SECRET of then`;
  return error.message;
};

function open(
  settings: Settings,
  roles: readonly Role[],
  logger: Logger,
  telemetry: Telemetry | null,
): Promise<Engine> {
  const { dataDirectory, eventStoreUrl, streamPrefix, mongodbUrl, reservationTtlMs, paymentTimeoutMs } =
    settings;
  const options = {
    streamPrefix,
    environment: nodeEnvironment(),
    reservationTtlMs,
    paymentTimeoutMs,
    ...(telemetry !== null && { instruments: telemetry.instruments }),
    onError: (error: unknown) => {
      telemetry?.metrics.failed(error);
      logger.warn({ err: error }, 'failed, and will be tried again');
    },
    onAlarm: (alarm: Alarm, key: string) => {
      logger.error({ alarm, key }, 'alarm: a person is needed');
    },
    onFatal: (error: unknown) => {
      logger.fatal({ err: error }, 'the log cannot be written');
      process.exit(1);
    },
  };
  return mongodbUrl !== null && eventStoreUrl !== null
    ? openSharedEngine({ ...options, eventStoreUrl, mongodbUrl, roles })
    : openEngine({
        ...options,
        dataDirectory,
        eventStoreUrl,
        projectionThread: eventStoreUrl === null,
      });
}

/** Shorter than the 30 s after which an orchestrator of containers kills. */
const longestStopMs = 20_000;

/** A terminal signals the whole group and npm passes the signal on: it may well come twice. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stopping: Promise<void> | null = null;
  const onSignal = (): void => {
    stopping ??= stop()
      .then(() => {
        say('Stopped.');
        process.exit(0);
      })
      .catch(fail);
    // What was acknowledged is on disk: to end without more ceremony loses nothing.
    setTimeout(
      () => fail(`not done after ${longestStopMs / 1000} s: ended as it was`),
      longestStopMs,
    ).unref();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

async function start({ esdbPort, roles: named }: StartFlags): Promise<void> {
  const roles = readRoles(named);
  const settings = readSettings(process.env, roles);
  const logger = createLogger(settings.logLevel);
  takeOverStderr(logger);
  const telemetry = await openTelemetry({
    now: () => performance.now(),
    clock: nodeEnvironment().clock,
    logger,
    tracesTo: settings.tracesTo,
  });
  const engine = await open(settings, roles, logger, telemetry);
  const api = roles.includes('api') ? await openApi(settings, engine, logger, telemetry) : null;
  const probes = api === null ? await createProbes({ ...engine, telemetry, settings }) : null;
  await (api ?? probes)?.listen();

  const { environment } = engine;
  const events =
    esdbPort === undefined
      ? null
      : await serveEvents(engine.log, environment, { port: esdbPort, host: '127.0.0.1' });

  stopOnSignals(async () => {
    say('Stopping: finishing what was accepted …');
    await events?.stop();
    await (api ?? probes)?.close();
    await engine.stop();
    await telemetry.close();
  });

  say(
    roles.length === allRoles.length ? 'Holdfast is running.' : `Holdfast is running: ${roles.join(', ')}.`,
  );
  if (api !== null) {
    say(`  GraphQL        ${api.url()}`);
    say(`  Subscriptions  ${api.url().replace(/^http/, 'ws')}`);
  }
  if (probes !== null) say(`  Health         ${probes.url()}/health/ready`);
  if (events !== null) say(`  EventStoreDB   ${events.url}`);
  if (settings.mongodbUrl === null) say(`  Data           ${resolve(settings.dataDirectory)}`);
  if (api !== null && settings.demo) {
    say(`  Demo customer  ${demoCustomer.email} / ${demoCustomer.password}`);
    say(`  Demo operator  ${demoOperator.email} / ${demoOperator.password}`);
  }
  say('Ctrl-C stops it.');
}

type StartFlags = { readonly esdbPort?: number; readonly roles: string };

/** Ready to listen, with the people and products that the settings name. */
async function openApi(
  settings: Settings,
  engine: Engine,
  logger: Logger,
  telemetry: Telemetry,
): Promise<Api> {
  const { host, port, production, metricsToken, trustedProxies, sockets, requestMs } = settings;
  const { freeDeposits, supportCreditLimit, maxUnpaidOrders } = settings;
  const api = await createApi({
    ...engine,
    logger,
    telemetry,
    settings: {
      ...{ host, port, production, metricsToken, trustedProxies, sockets, requestMs },
      ...{ freeDeposits, supportCreditLimit, maxUnpaidOrders },
      ...(await secretsOf(settings)),
    },
  });
  if (settings.admin !== null) {
    await api.people.ensure({ ...settings.admin, name: 'Administrator', roles: ['ADMIN'] });
  }
  if (settings.demo) await openDemoShop(api);
  else await closeDemoAccounts(api);
  return api;
}

async function eventStore(flags: EventServerFlags): Promise<void> {
  const settings = readSettings(process.env);
  const logger = createLogger(settings.logLevel);
  takeOverStderr(logger);
  const served = await serveLog(settings.dataDirectory, nodeEnvironment(), flags, (error) => {
    logger.fatal({ err: error }, 'the log cannot be written');
    process.exit(1);
  });
  stopOnSignals(() => served.stop());
  say('The event store is running.');
  say(`  EventStoreDB   ${served.url}`);
  say(`  Data           ${resolve(settings.dataDirectory)}`);
  say('Ctrl-C stops it.');
}

async function gateway(flags: GatewayFlags): Promise<void> {
  const settings = readSettings(process.env);
  const logger = createLogger(settings.logLevel);
  takeOverStderr(logger);
  const served = await serveGateway(flags, process.env, nodeEnvironment(), (error) => {
    logger.warn({ err: error }, 'a request failed');
  });
  stopOnSignals(() => served.close());
  say('The simulated card gateway is running: no money moves.');
  say(`  Gateway        ${served.url}`);
  if (flags.webhooksTo !== undefined) say(`  Webhooks to    ${flags.webhooksTo}`);
  say('Ctrl-C stops it.');
}

function verify(directory: string): void {
  try {
    const { isSound, lines } = verifyFolder(directory);
    for (const line of lines) say(line);
    if (!isSound) process.exitCode = 1;
  } catch (error) {
    fail(error);
  }
}

// --- import -----------------------------------------------------------------------------------------------------

async function runImportCommand(file: string, flags: ImportFlags): Promise<void> {
  const settings = readSettings(process.env, allRoles);
  await importFile(file, flags, () => open(settings, allRoles, createLogger(settings.logLevel), null));
}

const share = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('A share is from 0 to 1.');
  return value;
};

const port = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('A port is from 0 to 65535.');
  return value;
};

const program = new Command('holdfast').description(
  'An event-sourced checkout. Settings come from the environment.',
);
program
  .command('start')
  .description('run the product')
  .option('--esdb-port <port>', 'also serve the log to clients of EventStoreDB, on the loopback', port)
  .option(
    '--roles <list>',
    `what this process does: ${allRoles.join(',')}, or some of them`,
    allRoles.join(','),
  )
  .action((flags: StartFlags) => start(flags).catch(fail));
program
  .command('eventstore')
  .description('run only the event store, for clients of EventStoreDB')
  .option('--port <port>', 'where clients connect', port, 2113)
  .option('--host <address>', 'whoever reaches it may read and write everything', '127.0.0.1')
  .option('--tls-cert <file>', 'certificate, PEM: encrypts connections')
  .option('--tls-key <file>', 'its key, PEM')
  .action((flags: EventServerFlags) => eventStore(flags).catch(fail));
program
  .command('gateway')
  .description('run a simulated card gateway, with a page to pay on and signed webhooks')
  .option('--port <port>', 'where shops and customers reach it', port, 4010)
  .option('--host <address>', 'the address to listen on', '127.0.0.1')
  .option('--webhooks-to <url>', 'where it tells of what happened to payments')
  .action((flags: GatewayFlags) => gateway(flags).catch(fail));
program
  .command('import')
  .description('place the orders of a file of retail invoices (CSV)')
  .argument(
    '<file>',
    'columns: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country',
  )
  .option('--stock-share <share>', 'share of the ordered units that is put in stock', share, 1)
  .option('--funds-share <share>', 'share of the orders’ cost that customers have', share, 1)
  .addOption(
    new Option('--encoding <name>', 'of a file without a byte order mark')
      .choices(encodings)
      .default('utf-8'),
  )
  .option('--strict', 'import nothing when an invoice is refused, was changed or cannot be read', false)
  .action((file: string, flags: ImportFlags) => runImportCommand(file, flags).catch(fail));
program
  .command('verify')
  .description(
    'read every byte of a log that no process has open, or of a copy of one; code 1 when anything is wrong',
  )
  .argument('<dir>', 'a data folder, or the folder log of one')
  .action(verify);
await program.parseAsync();
