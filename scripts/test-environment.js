// Specs of the web's components run in jsdom, all others in Node. The choice goes by path: the compiler puts imports before
// the comment that could make it in a file with JSX.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const ofComponents = /\/packages\/web\/dist\/(?!e2e\/).*\.spec\.js$/;

export default class TestEnvironment {
  constructor(config, context) {
    const isComponent = ofComponents.test(context.testPath.replaceAll('\\', '/'));
    // Loaded when needed: jsdom takes a while.
    const { TestEnvironment: Chosen } = require(
      isComponent ? 'jest-environment-jsdom' : 'jest-environment-node',
    );
    return new Chosen(config, context);
  }
}
