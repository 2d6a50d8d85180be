// The container files: the program accepts the settings in them, every name in them exists, and no secret has a default.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readSettings } from './settings.js';
import { allRoles, readRoles } from './roles.js';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

type Service = {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
  readonly healthcheck?: object;
};
type Compose = {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};

const { services, volumes } = parse(read('docker-compose.yml'), { merge: true }) as Compose;
/** The processes of the shop. The analytics consumer is a program beside them. */
const ours = Object.entries(services).filter(
  ([name, { image }]) => image === 'holdfast' && name !== 'analytics',
);
const rolesOf = ({ command = [] }: Service): string => command[command.indexOf('--roles') + 1] ?? '';
/** Fills variables in as Compose does, when the required ones are given. */
const filled = (environment: Service['environment'] = {}, given: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      String(value).replace(/\$\{(\w+):[?-][^}]*\}/g, (_, variable: string) => given[variable] ?? ''),
    ]),
  );
const secrets = {
  JWT_SECRET: 'correct-horse-battery-staple-0123456789',
  METRICS_TOKEN: 'a token for scrapers',
  ADMIN_EMAIL: 'admin@example.com',
  ADMIN_PASSWORD: 'an administrator',
};

describe('docker-compose.yml', () => {
  test('runs two processes of each role, with settings that the program accepts', () => {
    const roles = ours.flatMap(([, service]) => readRoles(rolesOf(service)));
    expect(roles.sort()).toEqual([...allRoles, ...allRoles].sort());
    for (const [name, service] of ours) {
      const settings = readSettings(filled(service.environment, secrets), readRoles(rolesOf(service)));
      expect({ name, ...settings }).toMatchObject({ name, production: true, demo: false, port: 4000 });
    }
  });

  test('gives the analytics consumer what it reads, and nothing of the shop', () => {
    const { command, environment } = services['analytics'] ?? {};
    expect(command).toEqual(['analytics']);
    const settings = readSettings(filled(environment, secrets));
    expect(settings).toMatchObject({
      bridge: { brokers: ['kafka:9092'] },
      eventStoreUrl: null,
      mongodbUrl: null,
    });
  });

  test('names only variables that the program knows', () => {
    // Held to settings.ts by check:docs.
    const known = new Set(
      [...read('docs/settings.md').matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name]) => name),
    );
    const analytics = services['analytics'];
    const given = [...ours.map(([, service]) => service), ...(analytics === undefined ? [] : [analytics])];
    const named = new Set(given.flatMap(({ environment = {} }) => Object.keys(environment)));
    named.delete('NODE_ENV');
    expect([...named].filter((name) => !known.has(name))).toEqual([]);
  });

  test('requires every secret and has a default for none', () => {
    const given = ours.flatMap(([, { environment = {} }]) => Object.entries(environment));
    const secret = given.filter(([name]) => /SECRET|TOKEN|PASSWORD/.test(name));
    expect(new Set(secret.map(([name]) => name))).toEqual(
      new Set(['JWT_SECRET', 'METRICS_TOKEN', 'ADMIN_PASSWORD']),
    );
    for (const [name, value] of secret) expect(String(value)).toMatch(new RegExp(`^\\$\\{${name}:\\?`));
    for (const name of Object.keys(secrets))
      expect(read('.env.example')).toMatch(new RegExp(`^${name}=$`, 'm'));
  });

  test('names only services and volumes that it defines', () => {
    const known = Object.keys(services);
    for (const { depends_on: needed = [], volumes: mounted = [], environment = {} } of Object.values(
      services,
    )) {
      const names = Array.isArray(needed) ? (needed as readonly string[]) : Object.keys(needed);
      expect(known).toEqual(expect.arrayContaining([...names]));
      for (const volume of mounted.map((mount) => mount.split(':')[0] ?? ''))
        if (!volume.startsWith('.')) expect(Object.keys(volumes)).toContain(volume);
      for (const [name, value] of Object.entries(environment)) {
        const host = /^(?:\w+:\/\/)?([a-z][\w-]*):\d+/.exec(String(value))?.[1];
        if (/_URL$|^API_/.test(name)) expect(known).toContain(host);
      }
    }
  });

  test('has a health check for every service', () => {
    for (const name of Object.keys(services))
      expect({ name, ...services[name]?.healthcheck }).toHaveProperty('test');
  });

  test('gives the gateway the variables that its configuration needs', () => {
    const named = [...read('deploy/gateway.cfg').matchAll(/"\$\{(\w+)\}"/g)].map(([, name]) => name);
    const asked = [...new Set(named)].sort();
    expect(Object.keys(services['gateway']?.environment ?? {}).sort()).toEqual(asked);
  });
});

test('the image does not run as root, and contains no secrets', () => {
  expect(read('Dockerfile').match(/^USER .+$/gm)).toEqual(['USER node']);
  expect(read('.dockerignore').split('\n')).toEqual(expect.arrayContaining(['.env', '.git', '**/data']));
});
