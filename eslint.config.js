// Type-checked strictness everywhere, and what keeps the pure packages pure: no clock, no chance, no waiting, no throw.
// `scripts/check-bans.js` shows that every ban fires.
import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';
import specFunctionSize from './scripts/lint/spec-function-size.js';

const pure = [
  'packages/{kernel,ordering,inventory,wallet,accounts,checkout,choreography,fulfilment,topups,payments,shipping}/src/**/*.ts',
  'projections/src/**/*.ts',
];
/** Where time, chance and timers must come from the `Environment`: the pure packages, the loops and the stores. */
const deterministic = [...pure, 'packages/{runtime,event-store*,read-store}/src/**/*.ts'];
const specs = ['**/*.spec.{ts,tsx}', '**/{test,e2e}/**/*.{ts,tsx}'];
/** The one place that gives out the real clock, chance and timers. */
const environment = 'packages/runtime/src/node-environment.ts';

const fromOutside = 'comes in from outside: in a command, or through the Environment';
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];

const noClockNoChance = {
  properties: [
    { object: 'Date', property: 'now', message: `Time ${fromOutside}.` },
    { object: 'Math', property: 'random', message: `Chance ${fromOutside}.` },
    { object: 'crypto', property: 'randomUUID', message: `Identity ${fromOutside}.` },
    { object: 'performance', property: 'now', message: `Time ${fromOutside}.` },
  ],
  globals: timers.map((name) => ({ name, message: `Time ${fromOutside}.` })),
  syntax: [
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: `Time ${fromOutside}.` },
    { selector: "CallExpression[callee.name='Date']", message: `Time ${fromOutside}.` },
    {
      selector:
        ':matches(ImportDeclaration, ExportNamedDeclaration, ExportAllDeclaration)[source.value=/^(node:)?timers/]',
      message: `Time ${fromOutside}.`,
    },
    {
      selector: 'ImportDeclaration[source.value=/^(node:)?crypto$/] ImportSpecifier[imported.name=/^random/]',
      message: `Chance ${fromOutside}.`,
    },
  ],
};

const noWaiting = [
  { selector: ':function[async=true]', message: 'Pure code waits for nothing.' },
  { selector: 'AwaitExpression', message: 'Pure code waits for nothing.' },
];
const noThrow = [
  {
    selector: 'ThrowStatement',
    message: 'A refusal is a value; a bug goes through invariant or assertNever.',
  },
];

/** @param {readonly object[]} further selectors besides those of clock and chance */
const bans = (further) => ({
  'no-restricted-properties': ['error', ...noClockNoChance.properties],
  'no-restricted-globals': ['error', { globals: noClockNoChance.globals, checkGlobalObject: true }],
  'no-restricted-syntax': ['error', ...noClockNoChance.syntax, ...further],
});

/** Where a suite groups tests: specs, and the contracts that stores adopt. */
const suites = [...specs, '**/contract-suite/*.ts'];
/** Blank lines and comments are not counted. */
const mostLinesOfFunction = 70;

export default tseslint.config(
  { ignores: ['**/dist/', '**/data/', '**/coverage/', 'scripts/fixtures/', 'packages/web/src/*/generated/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.{js,cjs}'],
    languageOptions: {
      globals: { console: 'readonly', process: 'readonly', module: 'writable', URL: 'readonly' },
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // what is awaited may be there at once: `Awaitable` (ADR 0004)
      '@typescript-eslint/await-thenable': 'off',
      // Nest's modules and the command classes of its bus are empty classes under a decorator
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-invalid-void-type': ['error', { allowAsThisParameter: true }],
      // `NonNullable<unknown>` is how a bound says "not undefined", and a type parameter used once names a cast
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.{ts,tsx,js,cjs}'],
    ignores: suites,
    rules: {
      'max-lines-per-function': [
        'error',
        { max: mostLinesOfFunction, skipBlankLines: true, skipComments: true },
      ],
    },
  },
  {
    files: suites,
    plugins: { holdfast: { rules: { 'spec-function-size': specFunctionSize } } },
    rules: { 'holdfast/spec-function-size': 'error' },
  },
  {
    files: ['packages/web/src/shop/**/*.tsx'],
    ignores: specs,
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'JSXText[value=/\\p{L}/u]',
          message: 'Words are in the catalogue: packages/web/src/shop/words.',
        },
      ],
    },
  },
  // specs take plain objects of functions apart
  { files: specs, rules: { '@typescript-eslint/unbound-method': 'off' } },
  {
    files: ['packages/{runtime,api}/src/**/*.ts'],
    ignores: specs,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@holdfast/event-store', '@holdfast/event-store-*', '@holdfast/read-store'],
              importNamePattern: '^open',
              message: 'Only the server chooses an adapter; everyone else knows the ports.',
            },
          ],
        },
      ],
    },
  },
  { files: deterministic, ignores: [...specs, environment], rules: bans([]) },
  // The API measures with the real clock. Its time of day, chance, ids and timers come through the Environment.
  {
    files: ['packages/api/src/**/*.ts'],
    ignores: specs,
    rules: {
      'no-restricted-properties': [
        'error',
        ...noClockNoChance.properties.filter(({ object }) => object !== 'performance'),
      ],
      'no-restricted-globals': ['error', { globals: noClockNoChance.globals, checkGlobalObject: true }],
      'no-restricted-syntax': ['error', ...noClockNoChance.syntax],
    },
  },
  {
    files: pure,
    ignores: [...specs, 'packages/kernel/src/exhaustive.ts'],
    rules: bans([...noWaiting, ...noThrow]),
  },
  { files: ['packages/kernel/src/exhaustive.ts'], rules: bans(noWaiting) },
  { files: pure.map((glob) => glob.replace('*.ts', '*.spec.ts')), rules: bans([]) },
);
