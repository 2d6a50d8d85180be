// Specs of the web's components run in jsdom, all others in Node. The choice goes by path: the compiler puts imports before
// the comment that could make it in a file with JSX. Every time limit is multiplied by the patience of all specs.
import { createRequire } from 'node:module';
import { patience } from '../packages/testing/dist/patience.js';

const require = createRequire(import.meta.url);
const ofComponents = /\/packages\/web\/dist\/(?!e2e\/).*\.spec\.js$/;

export default class TestEnvironment {
  constructor(config, context) {
    const isComponent = ofComponents.test(context.testPath.replaceAll('\\', '/'));
    // Loaded when needed: jsdom takes a while.
    const { TestEnvironment: Chosen } = require(
      isComponent ? 'jest-environment-jsdom' : 'jest-environment-node',
    );
    const environment = new Chosen(config, context);
    environment.handleTestEvent = ({ name }, state) => {
      if (name === 'run_start') waitLonger(state);
    };
    return environment;
  }
}

/** No spec that hangs is waited for longer, unless its own limit is longer. */
const longestMs = 600_000;

const longer = (limitMs) => Math.max(limitMs, Math.min(limitMs * patience, longestMs));

/** Multiplies the limits of all tests and hooks of a file, given or not. */
function waitLonger(state) {
  state.testTimeout = longer(state.testTimeout);
  const visit = ({ hooks, children }) => {
    for (const one of [...hooks, ...children]) {
      if (typeof one.timeout === 'number') one.timeout = longer(one.timeout);
      if (one.type === 'describeBlock') visit(one);
    }
  };
  visit(state.rootDescribeBlock);
}
