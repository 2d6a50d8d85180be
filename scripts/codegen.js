// Makes TypeScript types of schema.graphql: those of the server for resolvers, those of a client for specs. With
// `--check` nothing is written, and a file that is not what would be written fails.
import { readFileSync, writeFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import { parse } from 'graphql';
import prettier from 'prettier';

const api = 'packages/api/src';
const schemaFile = `${api}/schema.graphql`;

/** Scalars as resolvers see them; a client sees all of them as JSON has them. */
const server = { DateTime: 'string', Cursor: 'string', Position: 'number', MinorUnits: 'number' };
const client = { DateTime: 'string', Cursor: 'string', Position: 'string', MinorUnits: 'string' };

const outputs = [
  {
    file: `${api}/graphql/schema.types.ts`,
    scalars: server,
    what: 'Arguments and results as resolvers see them',
  },
  { file: `${api}/test/schema.types.ts`, scalars: client, what: 'The schema as a client sees it, in JSON' },
];

async function contentOf({ file, scalars, what }) {
  const types = await codegen({
    filename: file,
    schema: parse(readFileSync(schemaFile, 'utf8')),
    documents: [],
    config: {},
    plugins: [
      {
        typescript: {
          scalars: { ID: 'string', JSON: 'Json', ...scalars },
          strictScalars: true,
          enumsAsTypes: true,
          immutableTypes: true,
          nonOptionalTypename: true,
          avoidOptionals: { field: true, defaultValue: true },
          inputMaybeValue: 'T | null | undefined',
          disableDescriptions: true,
          useTypeImports: true,
        },
      },
    ],
    pluginMap: { typescript },
  });
  const head = `// ${what}. Generated from schema.graphql by \`npm run codegen\`: do not edit.\n`;
  const source = `${head}import type { Json } from '@holdfast/kernel';\n\n${types}`;
  return prettier.format(source, { ...(await prettier.resolveConfig(file)), filepath: file });
}

const isCheck = process.argv.includes('--check');
let stale = 0;
for (const output of outputs) {
  const content = await contentOf(output);
  if (!isCheck) writeFileSync(output.file, content);
  else if (readFileSync(output.file, 'utf8') !== content) {
    console.error(`${output.file} is stale: run npm run codegen`);
    stale += 1;
  }
}
console.log(
  `codegen: ${outputs.length} files of types ${isCheck ? `held to the schema, ${stale} stale` : 'written'}`,
);
process.exitCode = stale === 0 ? 0 : 1;
