// A schema registry behind TLS and a password, as a proxy in front of it has them: the one of scripts/with-registry.sh where
// there is one, otherwise one in memory.
import { createServer } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { newKeystore, user } from './secured-broker.js';

const { TEST_REGISTRY_URL: behind } = process.env;

export type SecuredRegistry = {
  /** without name and password */
  readonly address: string;
  /** requests with the right name and password */
  taken(): number;
  schemaOf(id: number): string | undefined;
  close(): Promise<void>;
};

type Reply = { readonly status: number; readonly body: string };

/** `<folder>/<authority>.pem` has signed its certificate. */
export async function startSecuredRegistry(folder: string, authority: string): Promise<SecuredRegistry> {
  const pem = await readFile(await newKeystore(folder, authority));
  const right = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`;
  const schemas: string[] = [];
  let taken = 0;

  const inMemory = (body: string): Reply => {
    const { schema } = JSON.parse(body) as { readonly schema: string };
    if (!schemas.includes(schema)) schemas.push(schema);
    return { status: 200, body: JSON.stringify({ id: schemas.indexOf(schema) + 1 }) };
  };
  const forwarded = async (path: string, body: string): Promise<Reply> => {
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
    const response = await fetch(`${behind ?? ''}${path}`, { method: 'POST', headers, body });
    const text = await response.text();
    const { id } = JSON.parse(text) as { readonly id?: number };
    if (id !== undefined) schemas[id - 1] = (JSON.parse(body) as { readonly schema: string }).schema;
    return { status: response.status, body: text };
  };
  const reply = async (request: IncomingMessage): Promise<Reply> => {
    if (request.headers.authorization !== right) return { status: 401, body: '{"message":"who are you?"}' };
    taken += 1;
    const body = await textOf(request);
    return behind === undefined ? inMemory(body) : forwarded(request.url ?? '', body);
  };

  const server = createServer({ key: pem, cert: pem }, (request, response) => {
    reply(request).then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    taken: () => taken,
    schemaOf: (id) => schemas[id - 1],
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
