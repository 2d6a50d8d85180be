// Holds the public schemas to what was promised: every version that was ever released is still there as it was, and the newest
// version can read what each of them wrote, and they what it writes. Shows that it refuses: each folder of the fixture has
// schemas that must fail, and says with which words. `--release` adds the present versions to the list of released ones.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { avroType } from '../packages/bridge/dist/serialisation/schemas.js';

const folder = '.avro';
const fixtures = 'scripts/fixtures/schemas';
const releasedList = 'released.json';

/** `order.paid.v2.avsc` */
const partsOf = (file) => /^(?<type>[a-z_]+(?:\.[a-z_]+)+)\.v(?<version>[1-9]\d*)\.avsc$/.exec(file)?.groups;

/** of the content, however the file is laid out */
const digestOf = (schema) => createHash('sha256').update(JSON.stringify(schema)).digest('hex');

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const releasedIn = (home) => (existsSync(`${home}/${releasedList}`) ? read(`${home}/${releasedList}`) : {});

/** type → schemas, from version 1 */
function schemasIn(home, problems) {
  const types = new Map();
  for (const file of readdirSync(home).filter((name) => name.endsWith('.avsc'))) {
    const parts = partsOf(file);
    if (parts === undefined) {
      problems.push(`${home}/${file}: a name has a type and a version, such as order.paid.v1.avsc`);
      continue;
    }
    const schema = read(`${home}/${file}`);
    try {
      avroType(schema);
    } catch (error) {
      problems.push(`${home}/${file}: no Avro schema: ${error.message}`);
      continue;
    }
    const versions = types.get(parts.type) ?? [];
    versions[Number(parts.version) - 1] = schema;
    types.set(parts.type, versions);
  }
  return types;
}

// Compatibility

const namesIn = (schema, names = new Map()) => {
  if (Array.isArray(schema)) schema.forEach((branch) => namesIn(branch, names));
  else if (typeof schema === 'object') {
    if (schema.name !== undefined) names.set(schema.name, schema);
    for (const { type } of schema.fields ?? []) namesIn(type, names);
    if (schema.items !== undefined) namesIn(schema.items, names);
    if (typeof schema.type === 'object') namesIn(schema.type, names);
  }
  return names;
};

const kindOf = (schema) => {
  if (Array.isArray(schema)) return 'union';
  return typeof schema === 'string' ? schema : schema.type;
};
const shown = (schema) => (typeof schema === 'object' && schema.name ? schema.name : JSON.stringify(schema));

const canRead = (reader, writer) => {
  try {
    avroType(reader).createResolver(avroType(writer));
    return true;
  } catch {
    return false;
  }
};

/** Why `reader` can't read what `writer` wrote, each with the field. */
function obstacles(reader, writer, names, path = '') {
  const read = names.reader.get(reader) ?? reader;
  const written = names.writer.get(writer) ?? writer;
  const [kind, other] = [kindOf(read), kindOf(written)];
  const at = path === '' ? 'the record' : path;
  if (kind === 'record' && other === 'record') {
    if (read.name !== written.name)
      return [`${at} is named ${read.name}, and was written as ${written.name}`];
    return read.fields.flatMap((field) => {
      const inside = path === '' ? field.name : `${path}.${field.name}`;
      const same = written.fields.find(({ name }) => name === field.name);
      if (same !== undefined) return obstacles(field.type, same.type, names, inside);
      return 'default' in field ? [] : [`${inside} is not written, and has no default`];
    });
  }
  if (kind === 'array' && other === 'array') return obstacles(read.items, written.items, names, `${path}[]`);
  if (kind === 'union' || other === 'union') {
    const branches = kind === 'union' ? read : [read];
    return (other === 'union' ? written : [written]).flatMap((branch) =>
      branches.some((one) => obstacles(one, branch, names, path).length === 0)
        ? []
        : [`${at} may be written as ${shown(branch)}, which cannot be read`],
    );
  }
  return canRead(read, written) ? [] : [`${at} is written as ${shown(written)}, and read as ${shown(read)}`];
}

function incompatibilities(reader, writer) {
  const found = obstacles(reader, writer, { reader: namesIn(reader), writer: namesIn(writer) });
  // The library has the last word.
  return found.length > 0 || canRead(reader, writer) ? found : ['the schemas cannot be resolved'];
}

// The checks of a folder

function check(home) {
  const problems = [];
  const types = schemasIn(home, problems);
  const released = releasedIn(home);
  for (const [file, digest] of Object.entries(released)) {
    const { type, version } = partsOf(file);
    const schema = types.get(type)?.[Number(version) - 1];
    const name = `${type} version ${version}`;
    if (schema === undefined) problems.push(`${name} was released, and is gone`);
    else if (digestOf(schema) !== digest)
      problems.push(`${name} was released, and is not what it was: a change needs a new version`);
  }
  let pairs = 0;
  for (const [type, versions] of types) {
    const newest = versions.at(-1);
    for (const [index, earlier] of [...versions].entries()) {
      if (earlier === undefined) problems.push(`${type} version ${index + 1} is missing`);
      if (earlier === undefined || earlier === newest) continue;
      pairs += 1;
      const [older, newer] = [`version ${index + 1}`, `version ${versions.length}`];
      for (const why of incompatibilities(newest, earlier))
        problems.push(`${type}: ${newer} cannot read ${older}: ${why}`);
      for (const why of incompatibilities(earlier, newest))
        problems.push(`${type}: ${older} cannot read ${newer}: ${why}`);
    }
  }
  return { problems, types, pairs };
}

const { problems, types, pairs } = check(folder);

const cases = readdirSync(fixtures);
for (const name of cases) {
  const expected = readFileSync(`${fixtures}/${name}/expected.txt`, 'utf8').split('\n').filter(Boolean);
  const found = check(`${fixtures}/${name}`).problems;
  if (JSON.stringify(found) !== JSON.stringify(expected))
    problems.push(`${fixtures}/${name}: found ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
}
if (types.size === 0) problems.push(`${folder} has no schemas`);

const files = readdirSync(folder).filter((name) => name.endsWith('.avsc'));
if (process.argv.includes('--release') && problems.length === 0) {
  const list = Object.fromEntries(files.sort().map((file) => [file, digestOf(read(`${folder}/${file}`))]));
  writeFileSync(`${folder}/${releasedList}`, `${JSON.stringify(list, null, 2)}\n`);
}

problems.forEach((problem) => console.error(problem));
console.log(
  `schemas: ${files.length} of ${types.size} types, ${Object.keys(releasedIn(folder)).length} released, ${pairs} pairs compatible both ways, ${cases.length} fixtures tried, ${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
