// A reporter that lists, behind everything else, the specs that were skipped because a server or a tool was missing:
// Jest prints neither the titles of skipped tests nor the warnings of a file whose tests are all skipped.
export default class TellSkipped {
  #reasons = new Set();

  onTestResult(_, { console, testResults }) {
    const texts = [
      ...(console ?? []).map(({ message }) => message),
      ...testResults.map(({ title }) => title),
    ];
    for (const text of texts) if (text.startsWith('SKIPPED')) this.#reasons.add(text);
  }

  onRunComplete() {
    for (const reason of this.#reasons) process.stderr.write(`${reason}\n`);
  }
}
