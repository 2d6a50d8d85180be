// A client of a schema registry that speaks Confluent's HTTP API (Confluent, Apicurio, Redpanda, Karapace).
import { RegistryUnavailable } from '../integration/integration-event.js';
import { isUntrusted } from '../kafka/kafka-errors.js';
import { SchemaRefused, Undeserialisable } from './unserialisable.js';

export type SchemaRegistry = {
  /** The id of a schema under a subject, which is registered when it is new there. @throws RegistryUnavailable, SchemaRefused */
  idOf(this: void, subject: string, schema: string): Promise<number>;
  /** @throws RegistryUnavailable, Undeserialisable when the registry has no such schema */
  schemaOf(this: void, id: number): Promise<string>;
};

const mediaType = 'application/vnd.schemaregistry.v1+json';

/** `url` may carry a user and a password, which are sent as basic authentication. */
export function openSchemaRegistry(url: string, { timeoutMs = 10_000 } = {}): SchemaRegistry {
  const { base, headers } = partsOf(url);
  const ask = async (path: string, body?: object): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(`${base}${path}`, {
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
        headers: { ...headers, 'content-type': mediaType, accept: mediaType },
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      const why = isUntrusted(error)
        ? `the registry at ${base}: its certificate is not trusted: NODE_EXTRA_CA_CERTS`
        : `the registry at ${base} can't be reached: SCHEMA_REGISTRY_URL`;
      throw new RegistryUnavailable(why, { cause: error });
    }
    // The registry may be away, refuse its user, or be busy: a later try may succeed.
    const { status } = response;
    if (status === 401 || status === 403)
      throw new RegistryUnavailable(
        `the registry at ${base} refuses name and password: SCHEMA_REGISTRY_URL (status ${status})`,
      );
    if (status >= 500 || status === 408 || status === 429)
      throw new RegistryUnavailable(`the registry at ${base} has failed with status ${status}`);
    return response;
  };
  return {
    idOf: async (subject, schema) => {
      const path = `/subjects/${encodeURIComponent(subject)}/versions`;
      const response = await ask(path, { schema, schemaType: 'AVRO' });
      if (!response.ok) throw new SchemaRefused(`${subject}: ${await messageOf(response)}`);
      return numberIn(await response.json(), base);
    },
    schemaOf: async (id) => {
      const response = await ask(`/schemas/ids/${id}`);
      if (!response.ok) throw new Undeserialisable(`schema ${id}: ${await messageOf(response)}`);
      const { schema } = (await response.json()) as { readonly schema?: unknown };
      if (typeof schema !== 'string') throw new RegistryUnavailable(`${base} is no schema registry`);
      return schema;
    },
  };
}

function partsOf(url: string): {
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const parsed = new URL(url);
  const { username, password } = parsed;
  parsed.username = '';
  parsed.password = '';
  const base = parsed.toString().replace(/\/$/, '');
  if (username === '') return { base, headers: {} };
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { base, headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}` } };
}

async function messageOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return (JSON.parse(text) as { readonly message?: string }).message ?? text;
  } catch {
    // A proxy in between may not send JSON. Its text is better than none.
    return `${response.status} ${text}`;
  }
}

function numberIn(answer: unknown, base: string): number {
  const { id } = answer as { readonly id?: unknown };
  if (typeof id !== 'number') throw new RegistryUnavailable(`${base} is no schema registry`);
  return id;
}
