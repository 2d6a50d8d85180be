// Runs the cases of a scenario in turns: the first run of all cases, then the second run of all. Other load of the
// machine then affects every case equally, and comparisons stay fair.
import type { Grounds } from './grounds.js';
import type { Scale, Scenario } from './scenario.js';
import { spread, type Figures, type Spread } from './statistics.js';

export type Report = {
  readonly name: string;
  readonly about: string;
  readonly runs: number;
  readonly seed: number;
  readonly scale: Scale;
  readonly cases: readonly {
    readonly system: string;
    readonly name: string;
    /** value of each run; null for a figure that could not be measured */
    readonly figures: Readonly<Record<string, Spread | null>>;
  }[];
};

export async function runScenario(
  scenario: Scenario,
  options: {
    readonly scale: Scale;
    readonly grounds: Grounds;
    readonly runs: number;
    readonly seed: number;
  },
): Promise<Report> {
  const { scale, grounds, seed } = options;
  const runs = scenario.once === true ? 1 : options.runs;
  const cases = scenario.cases(scale, grounds).map((one) => ({ ...one, measured: [] as Figures[] }));
  for (let run = 0; run < runs; run++) {
    for (const { system, name, run: measure, measured } of cases) {
      const figures = await measure(seed + run);
      measured.push(figures);
      const [[figure, value] = ['', Number.NaN]] = Object.entries(figures);
      grounds.say(
        `${scenario.name}: run ${run + 1} of ${runs}, ${system}, ${name}: ${value.toPrecision(4)} ${figure}`,
      );
    }
  }
  return {
    name: scenario.name,
    about: scenario.about,
    runs,
    seed,
    scale,
    cases: cases.map(({ system, name, measured }) => ({ system, name, figures: spreads(measured) })),
  };
}

function spreads(runs: readonly Figures[]): Report['cases'][number]['figures'] {
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const values = runs.map((figures) => figures[name] ?? Number.NaN);
      return [name, values.some(Number.isNaN) ? null : spread(values)];
    }),
  );
}
