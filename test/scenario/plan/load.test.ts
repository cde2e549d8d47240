import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  constant,
  erlang,
  exponential,
  hyperexponential,
  weibull,
} from '../../../src/scenario/distribution.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { loadPlan } from '../../../src/scenario/plan/load.ts';
import { PRIORS } from '../../../src/scenario/plan/priors.ts';
import { YEAR_MS } from '../../../src/scenario/units.ts';
import { filesWith, folderWith, SCENARIO } from '../files.ts';
import { changed } from '../mutation.ts';
import { load, PLAN, planErrorOf, planFilesWith } from './files.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const withPlan = (text: string) => load(planFilesWith({ 'plan.yaml': text, 'other.yaml': SCENARIO }));
const upOf = (condition: string) =>
  withPlan(changed(PLAN, '{at_least: 2, of: web}', condition)).services[0]?.up;

const FOLDER = 'scenarios/plans';
const SHIPPED = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

describe('shipped plans', () => {
  test('there are these', () => {
    expect(SHIPPED).toEqual([
      'cluster-5000.yaml',
      'database.yaml',
      'edge-and-clouds.yaml',
      'oil-pipeline.yaml',
      'prism-cluster.yaml',
      'shop-3-zones.yaml',
    ]);
  });

  test.each(SHIPPED)('%s loads', (name) => {
    const file = join(FOLDER, name);
    const plan = loadPlan(file);
    expect(plan).toMatchObject({ file, name: name.replace('.yaml', '') });
    expect(plan.services.length).toBeGreaterThanOrEqual(1);
    for (const [index, { within }] of plan.units.entries()) expect(within ?? -1).toBeLessThan(index);
  });

  test('the large one has 5,000 nodes and 150,000 pods', () => {
    const { units } = loadPlan(join(FOLDER, 'cluster-5000.yaml'));
    const of = (name: string) => units.find((unit) => unit.name === name)!;
    expect(of('zone').count * of('rack').count * of('node').count).toBe(5000);
    expect(of('pod').count * of('pod').placed!.copies).toBe(150_000);
  });

  test("PRISM's cluster is told for another N in four numbers", () => {
    const text = readFileSync(join(FOLDER, 'prism-cluster.yaml'), 'utf8');
    const eight = text
      .replaceAll('count: 4', 'count: 8')
      .replace('at_least: 4', 'at_least: 8')
      .replace('at_least: 3', 'at_least: 6');
    const plan = load(planFilesWith({ 'plan.yaml': eight }));
    expect(plan.units.map(({ name, count }) => [name, count])).toEqual([
      ['left-switch', 1],
      ['right-switch', 1],
      ['line', 1],
      ['left', 8],
      ['right', 8],
    ]);
    const up = { kind: 'units', of: [3, 4], connected: true, where: undefined };
    expect(plan.services.map((service) => service.up)).toEqual([
      { ...up, at_least: 8 },
      { ...up, at_least: 6 },
    ]);
  });
});

test('what a plan does not say has the documented defaults', () => {
  const plan = withPlan(`version: foreshock/v1
infrastructure:
  units:
    node: {time_to_failure: 1y, time_to_repair: 1h, crew: staff}
    rack: {}
  replicas:
    web: {replicas: 2, on: node, time_to_replace: 1m}
  crews:
    staff: {}
  common_causes:
    power: {every: 1y, hits: [node]}
  maintenance:
    kernel: {of: node, every: 30d, takes: 20m}
  deployments:
    weekly: {every: 7d, bad: 0%}
services:
  shop: {up: node}
  other: {up: rack}
`);
  expect(plan).toMatchObject({
    name: 'plan',
    description: '',
    seed: '1',
    trials: 1000,
    horizon_ms: YEAR_MS,
    links: [],
    crews: [{ size: 1, inspection: constant(0), order: 'first-come' }],
    common_causes: [{ hits: [0], within: undefined, share: 1, episodes: {} }],
    maintenance: [{ at_once: 1, careful: true, episodes: {} }],
    deployments: [{ services: [0, 1], bad: 0, episodes: {} }],
    services: [
      { objectives: { availability: undefined, downtime_s: undefined } },
      { objectives: { availability: undefined, downtime_s: undefined } },
    ],
    episodes: [],
  });
  expect(plan.units).toMatchObject([
    { count: 1, within: undefined, crew: 0, prior: undefined, placed: undefined, episodes: {} },
    { name: 'rack', time_to_failure: undefined, crew: undefined },
    { count: 2, within: undefined, placed: { on: 0, spread: 0, copies: 1, needs: [] } },
  ]);
});

test('what a plan says is read, with its units', () => {
  const plan = withPlan(`version: foreshock/v1
name: all of it
description: everything said
horizon: 10y
trials: {predict: 20}
seed: monday
infrastructure:
  units:
    node:
      count: 20
      within: rack
      time_to_failure: {weibull: {scale: 2y, shape: 1.5}}
      time_to_repair: {erlang: {mean: 4h, phases: 2}}
      crew: technicians
      episode: scenario.yaml
    rack: {count: 2, within: zone, prior: google-2008-rack}
    zone: {count: 3, prior: google-2010-rack, time_to_repair: 1d}
    control-plane:
      time_to_failure: 4w
      time_to_repair: {hyperexponential: [{weight: 3, mean: 1h}, {weight: 1, mean: 1d}]}
  replicas:
    web:
      replicas: 3
      copies: 40
      on: node
      spread: zone
      time_to_failure: {exponential: {mean: 30d}}
      time_to_repair: 10s
      time_to_replace: {uniform: {min: 5m, max: 7m}}
      needs: [control-plane]
      episode: {shop: scenario.yaml, api: ./other.yaml}
  links: [[node, rack], [rack, control-plane]]
  crews:
    technicians: {size: 2, inspection: {uniform: {min: 30m, max: 2h}}, order: priority}
  common_causes:
    power: {every: 2y, hits: [node, rack], within: zone, share: 0.5, episode: {api: other.yaml}}
  maintenance:
    kernel: {of: node, every: 30d, takes: 20m, at_once: 4, careful: false, episode: other.yaml}
  deployments:
    weekly: {services: [api], every: 7d, bad: 2%, time_to_roll_back: 20m, episode: other.yaml}
services:
  shop: {up: {at_least: 60%, of: web}, objectives: {availability: 99.95%, downtime: 4h}}
  api: {up: control-plane}
`);
  expect(plan).toMatchObject({
    name: 'all of it',
    description: 'everything said',
    seed: 'monday',
    trials: 20,
    horizon_ms: 10 * YEAR_MS,
    links: [
      [2, 1],
      [1, 3],
    ],
    crews: [{ name: 'technicians', size: 2, order: 'priority' }],
    common_causes: [{ name: 'power', hits: [2, 1], within: 0, share: 0.5, episodes: { 1: 1 } }],
    maintenance: [{ of: 2, at_once: 4, careful: false, episodes: { 0: 1, 1: 1 } }],
    deployments: [{ services: [1], bad: 0.02, time_to_roll_back: constant(20 * 60_000), episodes: { 1: 1 } }],
  });
  // Holders first, whatever the order of the file.
  expect(plan.units.map(({ name, count, within }) => [name, count, within])).toEqual([
    ['zone', 3, undefined],
    ['rack', 2, 0],
    ['node', 20, 1],
    ['control-plane', 1, undefined],
    ['web', 3, undefined],
  ]);
  const [zone, rack, node, control, web] = plan.units;
  expect(zone).toMatchObject({
    time_to_failure: PRIORS['google-2010-rack'].time_to_failure,
    time_to_repair: constant(DAY_MS),
    prior: {
      name: 'google-2010-rack',
      source: expect.stringMatching(/OSDI 2010.*time to repair is the plan's own/),
    },
  });
  const { time_to_failure, time_to_repair } = PRIORS['google-2008-rack'];
  expect(rack).toMatchObject({ time_to_failure, time_to_repair, prior: { name: 'google-2008-rack' } });
  expect(node).toMatchObject({
    time_to_failure: weibull(2 * YEAR_MS, 1.5),
    time_to_repair: erlang(4 * HOUR_MS, 2),
    crew: 0,
    episodes: { 0: 0, 1: 0 },
  });
  expect(control).toMatchObject({
    time_to_failure: constant(28 * DAY_MS),
    time_to_repair: hyperexponential([
      { weight: 0.75, mean_ms: HOUR_MS },
      { weight: 0.25, mean_ms: DAY_MS },
    ]),
  });
  expect(web).toMatchObject({
    time_to_failure: exponential(30 * DAY_MS),
    placed: { on: 2, spread: 0, copies: 40, needs: [3] },
    episodes: { 0: 0, 1: 1 },
  });
  expect(plan.services).toMatchObject([
    { up: { at_least: 72, of: [4] }, objectives: { availability: 0.9995, downtime_s: 4 * 3600 } },
    { up: { at_least: 1, of: [3] } },
  ]);
  expect(plan.episodes.map(({ name }) => name)).toEqual(['scenario', 'other']);
});

describe('a condition', () => {
  const units = { kind: 'units', connected: false, where: undefined };

  test.each([
    ['node', { ...units, at_least: 6, of: [1] }],
    ['{of: node}', { ...units, at_least: 6, of: [1] }],
    ['{at_least: 3, of: [node, switch]}', { ...units, at_least: 3, of: [1, 2] }],
    ['{at_least: 50%, of: [node, switch]}', { ...units, at_least: 4, of: [1, 2] }],
    ['{at_least: 0.1%, of: web}', { ...units, at_least: 1, of: [3] }],
    ['{at_least: 2, of: node, connected: true}', { ...units, at_least: 2, of: [1], connected: true }],
    [
      '{at_least: 2, of: zone, where: {at_least: 50%, of: node}}',
      { ...units, at_least: 2, of: [0], where: { ...units, at_least: 1, of: [1] } },
    ],
    [
      '{of: zone, where: node}',
      { ...units, at_least: 3, of: [0], where: { ...units, at_least: 2, of: [1] } },
    ],
    [
      '{all: [switch, {any: [web, zone]}]}',
      {
        kind: 'conditions',
        at_least: 2,
        of: [
          { ...units, at_least: 1, of: [2] },
          {
            kind: 'conditions',
            at_least: 1,
            of: [
              { ...units, at_least: 3, of: [3] },
              { ...units, at_least: 3, of: [0] },
            ],
          },
        ],
      },
    ],
    [
      '{at_least: 60%, of: [{of: switch}, {of: web}]}',
      {
        kind: 'conditions',
        at_least: 2,
        of: [
          { ...units, at_least: 1, of: [2] },
          { ...units, at_least: 3, of: [3] },
        ],
      },
    ],
    ['{of: node, no_row_of: 3}', { kind: 'no-row', row: 3, of: 1 }],
  ])('%s is read', (text, condition) => {
    expect(upOf(text)).toEqual(condition);
  });

  test('may ask for a share of what floating point does not hold exactly', () => {
    const text = changed(PLAN, 'replicas: 3', 'replicas: 100').replace('at_least: 2', 'at_least: 7%');
    expect(withPlan(text).services[0]?.up).toMatchObject({ at_least: 7 });
  });

  test.each([60, 3000])('may not be nested without end: %d levels', (levels) => {
    const deep = `${'{all: ['.repeat(levels)}web${']}'.repeat(levels)}`;
    const error = planErrorOf(planFilesWith({ 'plan.yaml': changed(PLAN, '{at_least: 2, of: web}', deep) }));
    expect(error.problems).toHaveLength(1);
    expect(error.message).toMatch(/nested too deeply/);
    expect(() => upOf(`${'{all: ['.repeat(40)}web${']}'.repeat(40)}`)).not.toThrow();
  });
});

describe('experiments and plans', () => {
  const folder = () => folderWith(planFilesWith());

  test('take what the command line says instead of the file', () => {
    const at = folder();
    const overrides = { seed: '7', trials: { predict: 5 } };
    expect(loadPlan(join(at, 'plan.yaml'), overrides)).toMatchObject({ seed: '7', trials: 5 });
    const scenario = loadScenario(join(at, 'scenario.yaml'), overrides);
    expect(scenario).toMatchObject({ seed: '7', trials: { predict: 5 } });
    expect(() => loadPlan(join(at, 'plan.yaml'), { trials: { predict: 0 } })).toThrow(/trials to predict/);
  });

  test('are not taken for each other', () => {
    const at = folder();
    expect(() => loadScenario(join(at, 'plan.yaml'))).toThrow(
      /plan\.yaml:2:1: the file is a plan, for it has a section `infrastructure`; expected an experiment/,
    );
    expect(() => loadPlan(join(at, 'scenario.yaml'))).toThrow(
      /scenario\.yaml:1:1: the file is an experiment, for it has no section `infrastructure`/,
    );
  });

  test('that are empty or no mapping are told', () => {
    const at = folderWith({
      'empty.yaml': '',
      'list.yaml': '- infrastructure',
      'text.yaml': 'infrastructure',
    });
    for (const name of ['empty.yaml', 'list.yaml', 'text.yaml']) {
      expect(() => loadScenario(join(at, name))).toThrow(`${name}:1:1: the file `);
      expect(() => loadPlan(join(at, name))).toThrow(`${name}:1:1: the file `);
    }
  });
});

describe('several problems of a plan', () => {
  test('are found in one go, of shape and of meaning alike', () => {
    const error = planErrorOf(
      planFilesWith({
        'plan.yaml': PLAN.replace('count: 2, within: zone', 'cuont: 2, within: zon')
          .replace('needs: [switch]', 'needs: [swich]')
          .replace('every: 2y', 'every: 0s')
          .replace('takes: 20m', 'takes: 20m, at_once: 7')
          .replace('bad: 2%', 'bad: 2')
          .replace('at_least: 2', 'at_least: 5'),
      }),
    );
    expect(error.problems.map(({ position: { line }, message }) => `${line} ${message}`)).toEqual([
      '5 unknown field `cuont` in `infrastructure.units.node`',
      '8 there is no unit `swich`',
      '13 `infrastructure.common_causes.power.every` cannot be "0s"',
      '17 `infrastructure.deployments.weekly.bad` cannot be 2',
      '20 the condition can never hold: it asks for at least 5, and there are 3 of web',
    ]);
  });

  test('are told in the files of episodes too, each once', () => {
    const error = planErrorOf(
      planFilesWith({
        'plan.yaml': PLAN.replace('takes: 20m', 'takes: 20m, episode: episode.yaml')
          .replace('share: 50%', 'share: 50%, episode: episode.yaml')
          .replace('bad: 2%', 'bad: 2%, episode: gone.yaml'),
        'episode.yaml': SCENARIO.replace('at: 2s', 'at: 2h'),
      }),
    );
    expect(error.problems.map(({ position: { file, line }, message }) => [file, line, message])).toEqual([
      ['episode.yaml', 8, 'the fault would act at 7200 s, when the load has ended'],
      ['plan.yaml', 17, 'cannot read gone.yaml: there is no such file'],
    ]);
    expect(error.problems.every(({ excerpt }) => excerpt !== undefined)).toBe(true);
  });

  test.each([
    [
      'a misspelt section',
      'infrastructure:',
      'infrastucture:',
      ['`infrastructure` is missing', 'unknown field `infrastucture`'],
    ],
    [
      'services under a misspelt name',
      'services:\n',
      'servces:\n',
      ['`services` is missing', 'unknown field `servces`'],
    ],
    [
      'links without brackets',
      '[[node, switch]]',
      '[node, switch]',
      ['`infrastructure.links[0]` cannot be "node"', '`infrastructure.links[1]` cannot be "switch"'],
    ],
  ])('%s brings no more than itself', (_, from, to, messages) => {
    const error = planErrorOf(planFilesWith({ 'plan.yaml': changed(PLAN, from, to) }));
    expect(error.problems.map(({ message }) => message)).toEqual(messages);
  });
});

test('a plan with too many names is told so, once', () => {
  const units = Array.from({ length: 5000 }, (_, index) => `    u${index}: {within: u${index + 1}}\n`).join(
    '',
  );
  const error = planErrorOf(planFilesWith({ 'plan.yaml': changed(PLAN, '    zone:', `${units}    zone:`) }));
  expect(error.problems.map(({ message, expected }) => `${message}; ${expected}`)).toEqual([
    '`infrastructure.units` does not fit; at most 1000 names',
  ]);
});

test('a misspelt name among a thousand is told with some of them', () => {
  const units = Array.from(
    { length: 997 },
    (_, index) => `    u${index}: {within: ${index === 0 ? 'zone' : `u${index - 1}`}}\n`,
  );
  const text = changed(PLAN, '    zone:', `${units.join('')}    zone:`).replace(
    'needs: [switch]',
    'needs: [swich]',
  );
  const [problem, ...others] = planErrorOf(planFilesWith({ 'plan.yaml': text })).problems;
  expect(others).toEqual([]);
  expect(problem).toMatchObject({ message: 'there is no unit `swich`', hint: 'did you mean `switch`?' });
  expect(problem?.expected).toMatch(/^one of u0, .*, u29 and 970 more$/);
});

test('an experiment of the same folder loads as before', () => {
  expect(loadScenario(join(folderWith(filesWith()), 'scenario.yaml')).name).toBe('scenario');
});
