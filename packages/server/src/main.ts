// The command line: `holdfast start`, `holdfast bridge`, `holdfast analytics`, `holdfast import FILE`, `holdfast
// eventstore`, `holdfast gateway` and `holdfast verify DIR`. The API takes a second to load, so only the commands that need
// it import it, after they have checked their settings.
import { resolve } from 'node:path';
import { nodeEnvironment } from '@holdfast/runtime';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { FollowFlags, ReportFlags } from './analytics/analytics-command.js';
import type { ReplayFlags, StatusFlags } from './bridge-command.js';
import { serveLog, type EventServerFlags } from './event-server.js';
import { serveGateway, type GatewayFlags } from './gateway.js';
import { usualCurrency } from './import/file-currency.js';
import { encodings } from './import/file-text.js';
import type { ImportFlags } from './import/import-command.js';
import { createLogger, takeOverStderr } from './logger.js';
import { readSettings } from './settings.js';
import { allRoles, readRoles, shopRoles } from './roles.js';
import type { StartFlags } from './start-command.js';
import { fail, say, stopOnSignals } from './terminal.js';
import { verifyFolder } from './verify.js';

async function startProduct({ esdbPort, roles: named }: StartFlags): Promise<void> {
  const roles = readRoles(named);
  const settings = readSettings(process.env, roles);
  const { start } = await import('./start-command.js');
  await start(roles, settings, esdbPort);
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

async function runImportCommand(file: string, flags: ImportFlags): Promise<void> {
  const settings = readSettings(process.env, shopRoles);
  const { importFile } = await import('./import/import-command.js');
  const { nothingOutside, openEngineOf } = await import('./start-command.js');
  await importFile(file, flags, () =>
    openEngineOf(settings, shopRoles, createLogger(settings.logLevel), null, nothingOutside),
  );
}

const readShare = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('A share is from 0 to 1.');
  return value;
};

const readPort = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('A port is from 0 to 65535.');
  return value;
};

/** Loaded on demand: nothing else needs its database. */
const analyticsCommand = () => import('./analytics/analytics-command.js');

async function bridgeStatus(flags: StatusFlags): Promise<void> {
  const { showBridge } = await import('./bridge-command.js');
  await showBridge(flags);
}

async function bridgeReplay(flags: ReplayFlags): Promise<void> {
  const { replayRange } = await import('./bridge-command.js');
  await replayRange(flags);
}

const readPosition = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('A position is a whole number from 0.');
  return value;
};

const readReason = (text: string): string => {
  const reason = text.trim();
  if (reason === '' || reason.length > 500)
    throw new InvalidArgumentError('A reason has 1 to 500 characters.');
  return reason;
};

const program = new Command('holdfast').description(
  'An event-sourced checkout. Settings come from the environment.',
);
program
  .command('start')
  .description('run the product')
  .option('--esdb-port <port>', 'also serve the log to clients of EventStoreDB, on the loopback', readPort)
  .option(
    '--roles <list>',
    `what this process does: ${allRoles.join(',')}, or some of them`,
    allRoles.join(','),
  )
  .action((flags: StartFlags) => startProduct(flags).catch(fail));
const analytics = program
  .command('analytics')
  .description('collect the public events from Kafka, to answer questions about revenue, funnel and refunds')
  .option('--once', 'end when everything that is there is collected', false)
  .option('--file <path>', 'of the figures; analytics.duckdb in the data folder when not given')
  .action(async (flags: FollowFlags) => (await analyticsCommand()).followTopics(flags).catch(fail));
analytics
  .command('rebuild')
  .description('make the figures anew from the topics')
  .action(async (_: object, command: Command) =>
    (await analyticsCommand()).rebuildFigures(command.optsWithGlobals()).catch(fail),
  );
analytics
  .command('report')
  .description('answer from the figures')
  .argument('[question]', 'days, skus, countries, funnel or refunds; all of them when not given')
  .addOption(
    new Option('--format <name>', 'for people, for programs, or a picture')
      .choices(['table', 'csv', 'svg'])
      .default('table'),
  )
  .option('--out <path>', 'a file instead of the terminal')
  .action(async (question: string | undefined, _: object, command: Command) =>
    (await analyticsCommand()).showReport(question, command.optsWithGlobals<ReportFlags>()).catch(fail),
  );
program
  .command('eventstore')
  .description('run only the event store, for clients of EventStoreDB')
  .option('--port <port>', 'where clients connect', readPort, 2113)
  .option('--host <address>', 'every client that reaches it may read and write everything', '127.0.0.1')
  .option('--tls-cert <file>', 'certificate, PEM: encrypts connections')
  .option('--tls-key <file>', 'its key, PEM')
  .action((flags: EventServerFlags) => eventStore(flags).catch(fail));
program
  .command('gateway')
  .description('run a simulated card gateway, with a page to pay on and signed webhooks')
  .option('--port <port>', 'where shops and customers reach it', readPort, 4010)
  .option('--host <address>', 'the address to listen on', '127.0.0.1')
  .option('--webhooks-to <url>', 'where it tells of what happened to payments')
  .action((flags: GatewayFlags) => gateway(flags).catch(fail));
const bridge = program
  .command('bridge')
  .description('publish the log to Kafka: the same as start --roles bridge')
  .action(() => startProduct({ roles: 'bridge' }).catch(fail));
bridge
  .command('status')
  .description('how far the running bridge is, and what it has parked')
  .option('--url <url>', 'of the program that runs it; PORT and HOST tell unless given')
  .action((flags: StatusFlags) => bridgeStatus(flags).catch(fail));
bridge
  .command('replay')
  .description('publish a stretch of the log again, with the header replay=true')
  .requiredOption('--from <position>', 'the first position of the log', readPosition)
  .requiredOption('--to <position>', 'the last one', readPosition)
  .option('--reason <text>', 'why, for the audit log', readReason)
  .action((flags: ReplayFlags) => bridgeReplay(flags).catch(fail));
program
  .command('import')
  .description('place the orders of a file of retail invoices (CSV)')
  .argument(
    '<file>',
    'columns: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country',
  )
  .option('--stock-share <share>', 'share of the ordered units that is put in stock', readShare, 1)
  .option('--funds-share <share>', 'share of the orders’ cost that customers have', readShare, 1)
  .addOption(
    new Option('--encoding <name>', 'of a file without a byte order mark')
      .choices(encodings)
      .default('utf-8'),
  )
  .option('--currency <code>', 'of all amounts in the file, ISO 4217', usualCurrency)
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
