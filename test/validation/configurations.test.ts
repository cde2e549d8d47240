import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/scenario/load.ts';
import { SimulatedWorld } from '../../src/sim/world.ts';
import { Score } from '../../src/timeline/score.ts';
import { instanceNamed } from '../../testbed/instance.ts';
import { CONFIGURATIONS, scenarioFileOf, trialsWanted } from './configurations.ts';
import { testbedNameOf } from './measure-all.ts';
import { SUITE_TARGETS } from './suite.ts';

const TRIALS = 30;

/** Ports come round as long as connection tracking is asked, so stray requests are lost to the end of the window. */
const NEVER_QUITE_OVER = ['two-conntrack-tail'];

describe('configurations', () => {
  it('are the scenarios of the validation, each once', () => {
    const files = readdirSync('scenarios/validation').filter((name) => name.endsWith('.yaml'));
    expect(CONFIGURATIONS.map(({ name }) => `${name}.yaml`).sort()).toEqual(files.sort());
    expect(CONFIGURATIONS.length).toBeGreaterThanOrEqual(SUITE_TARGETS.configurations_min);
  });

  it('are measured as often as asked for, but where more are needed or fewer must do', () => {
    const of = { name: 'x', title: 'x' };
    expect(trialsWanted(of, 20)).toBe(20);
    expect(trialsWanted({ ...of, trials_min: 60 }, 20)).toBe(60);
    expect(trialsWanted({ ...of, trials_min: 60 }, 80)).toBe(80);
    expect(trialsWanted({ ...of, trials_max: 1 }, 20)).toBe(1);
  });

  it.each(CONFIGURATIONS)('$name can have a testbed of its own, and names its scenario', (configuration) => {
    expect(() => instanceNamed(testbedNameOf(configuration))).not.toThrow();
    expect(loadScenario(scenarioFileOf(configuration)).name).toBe(configuration.name);
  });

  it.each(CONFIGURATIONS.filter(({ name }) => !NEVER_QUITE_OVER.includes(name)))(
    '$name is over well within its window, as far as can be foretold',
    (configuration) => {
      const scenario = loadScenario(scenarioFileOf(configuration));
      const world = new SimulatedWorld(scenario);
      for (let trial = 0; trial < TRIALS; trial += 1) {
        const score = new Score();
        world.simulate(trial, score);
        const end_ms = score.observation().outages.at(-1)?.end_ms ?? 0;
        expect(end_ms).toBeLessThan(scenario.load.duration_ms - scenario.load.timeout_ms);
      }
    },
  );
});
