// A broker that clients reach over TLS alone, and with a name and password: its authority and certificate are made for one spec.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startBroker, type Broker } from './kafka-server.js';

const run = promisify(execFile);

export const user = { username: 'shop', password: 'a-secret-of-the-shop' } as const;

/** Whether certificates can be made here. */
export const hasOpenssl = (): Promise<boolean> =>
  run('openssl', ['version']).then(
    () => true,
    () => false,
  );

/** An authority of its own: the path of its certificate is `<folder>/<name>.pem`. Returns the certificate. */
export async function newAuthority(folder: string, name: string): Promise<string> {
  const [key, certificate] = [join(folder, `${name}-key.pem`), join(folder, `${name}.pem`)];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
  await run('openssl', [...made, '-keyout', key, '-out', certificate]);
  return readFile(certificate, 'utf8');
}

/** Key and certificate for 127.0.0.1 in one file, as Kafka reads it. Returns its path. */
export async function newKeystore(folder: string, authority: string): Promise<string> {
  const at = (file: string): string => join(folder, file);
  const asked = ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=broker'];
  await run('openssl', [...asked, '-keyout', at('broker-key.pem'), '-out', at('broker.csr')]);
  await writeFile(at('broker.ext'), 'subjectAltName=IP:127.0.0.1\n');
  const signed = ['x509', '-req', '-in', at('broker.csr'), '-days', '2', '-extfile', at('broker.ext')];
  const by = ['-CA', at(`${authority}.pem`), '-CAkey', at(`${authority}-key.pem`), '-CAcreateserial'];
  await run('openssl', [...signed, ...by, '-out', at('broker.pem')]);
  const [key, certificate] = await Promise.all([
    readFile(at('broker-key.pem'), 'utf8'),
    readFile(at('broker.pem'), 'utf8'),
  ]);
  await writeFile(at('keystore.pem'), key + certificate);
  return at('keystore.pem');
}

const modules = 'org.apache.kafka.common.security';

/** `<folder>/<authority>.pem` has signed its certificate. */
export async function startSecuredBroker(folder: string, authority: string): Promise<Broker> {
  const jaas = (mechanism: string): string => `listener.name.sasl_ssl.${mechanism}.sasl.jaas.config`;
  const scram = `${modules}.scram.ScramLoginModule required;`;
  const properties = {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': await newKeystore(folder, authority),
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    [jaas('plain')]: `${modules}.plain.PlainLoginModule required user_${user.username}="${user.password}";`,
    [jaas('scram-sha-256')]: scram,
    [jaas('scram-sha-512')]: scram,
  };
  const format = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${user.username},password=${user.password}]`,
  ]);
  const secured = join(folder, 'secured.json');
  await writeFile(secured, JSON.stringify({ listener: 'SASL_SSL', properties, format }));
  return startBroker(join(folder, 'data'), secured);
}
