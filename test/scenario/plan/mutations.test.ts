/** Plans with one mistake each, and what is said about it. */
import { describe } from 'vitest';
import type { Files } from '../files.ts';
import { changed, type Mutation, testMutations } from '../mutation.ts';
import { PLAN, planErrorOf, planFilesWith } from './files.ts';

const plan = (...changes: readonly (readonly [string, string])[]): Files => ({
  'plan.yaml': changes.reduce((text, [from, to]) => changed(text, from, to), PLAN),
});

const MUTATIONS: readonly Mutation[] = [
  {
    name: 'no infrastructure',
    files: plan(['infrastructure:\n  units', 'units_x:\n  units']),
    says: 'plan.yaml:1:1: the file is an experiment, for it has no section `infrastructure`; expected a plan (docs/plan.md)',
  },
  {
    name: 'unknown field',
    files: plan(['    node: {count: 2,', '    node: {cuont: 2,']),
    says: 'plan.yaml:5:12: unknown field `cuont` in `infrastructure.units.node`; expected one of count, within, prior, time_to_failure, time_to_repair, crew,',
    hint: 'did you mean `count`?',
  },
  {
    name: 'unknown section',
    files: plan(['  crews:', '  crew:']),
    says: 'plan.yaml:10:3: unknown field `crew` in `infrastructure`; expected one of units, replicas, links, crews, common_causes, maintenance, deployments',
    hint: 'did you mean `crews`?',
  },
  {
    name: 'the faults of an experiment',
    files: plan(['services:\n', 'faults: []\nservices:\n']),
    says: 'plan.yaml:18:1: `faults` belongs into the scenario of an episode, not into a plan',
  },
  {
    name: 'the load of an experiment',
    files: plan(['services:\n', 'load: {rate: 5}\nservices:\n']),
    says: 'plan.yaml:18:1: `load` belongs into the scenario of an episode, not into a plan',
  },
  {
    name: 'objectives of nobody',
    files: plan(['services:\n', 'objectives: {availability: 5}\nservices:\n']),
    says: 'plan.yaml:18:1: `objectives` belongs to a service: services.NAME.objectives',
  },
  {
    name: 'trials on a cluster',
    files: plan(['services:\n', 'trials: {measure: 5}\nservices:\n']),
    says: 'plan.yaml:18:10: unknown field `measure` in `trials`; expected predict',
  },
  {
    name: 'trials without end',
    files: plan(['services:\n', 'trials: {predict: 10000000}\nservices:\n']),
    says: 'plan.yaml:18:19: `trials.predict` cannot be 10000000; expected a number of at most 1000000',
  },
  {
    name: 'no services',
    files: plan(
      [
        'services:\n  shop:\n    up: {at_least: 2, of: web}\n    objectives: {availability: 99.9%, downtime: 4h}\n',
        '',
      ],
      ['services: [shop], ', ''],
    ),
    says: 'plan.yaml:1:1: `services` is missing; expected a mapping',
  },
  {
    name: 'services without one',
    files: plan(
      [
        'services:\n  shop:\n    up: {at_least: 2, of: web}\n    objectives: {availability: 99.9%, downtime: 4h}\n',
        'services: {}\n',
      ],
      ['services: [shop], ', ''],
    ),
    says: 'plan.yaml:18:11: the plan has no service; expected at least one, with its `up`',
  },
  {
    name: 'a service without condition',
    files: plan(['    up: {at_least: 2, of: web}\n', '']),
    says: 'plan.yaml:20:5: `services.shop.up` is missing; expected a name of units, or a condition such as {at_least: 2, of: web}',
  },
  {
    name: 'a horizon of nothing',
    files: plan(['services:\n', 'horizon: 0s\nservices:\n']),
    says: 'plan.yaml:18:10: `horizon` cannot be "0s"; expected a duration with its unit, such as 20m, 36h, 30d or 3y, longer than 0s',
  },
  {
    name: 'a horizon without unit',
    files: plan(['services:\n', 'horizon: 365\nservices:\n']),
    says: 'plan.yaml:18:10: `horizon` cannot be 365; expected a duration with its unit, such as 20m, 36h, 30d or 3y',
    hint: 'numbers need a unit: 365d or 365h',
  },
  {
    name: 'a horizon of centuries',
    files: plan(['services:\n', 'horizon: 200y\nservices:\n']),
    says: 'plan.yaml:18:10: `horizon` cannot be "200y"; expected a duration with its unit, such as 20m, 36h, 30d or 3y, of at most 100y',
  },
  {
    name: 'a time to failure beyond all measure',
    files: plan(['time_to_failure: 5y', 'time_to_failure: 2000000y']),
    says: 'plan.yaml:6:31: `infrastructure.units.switch.time_to_failure` cannot be "2000000y"; expected a duration with its unit, such as 20m, 36h, 30d or 3y, of at most 1000000y',
  },
  {
    name: 'a name that is none',
    files: plan(['    switch: {', '    "1switch": {'], ['[[node, switch]]', '[]'], ['[switch]', '[]']),
    says: 'plan.yaml:6:5: "1switch" cannot be a name in `infrastructure.units`; expected a name of at most 63 letters, digits, "-", "_" and "." that begins with',
  },
  {
    name: 'a far too long name',
    files: plan(
      ['    switch: {', '    ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss: {'],
      ['[[node, switch]]', '[]'],
      ['[switch]', '[]'],
    ),
    says: 'plan.yaml:6:5: "ssssssssssssssssssssssssssssssssssssssssssssssssssssssss... cannot be a name in `infrastructure.units`; expected a name of at most 63',
  },
  {
    name: 'name of replicas as unit',
    files: plan(['    web: {', '    node: {'], ['{at_least: 2, of: web}', '{at_least: 2, of: node}']),
    says: 'plan.yaml:8:5: there is already a unit `node`; expected another name: one stands for one thing in a plan',
  },
  {
    name: 'a service that is called as a unit',
    files: plan(['  shop:\n', '  node:\n'], ['services: [shop]', 'services: [node]']),
    says: 'plan.yaml:19:3: there is already a unit `node`; expected another name: one stands for one thing in a plan',
  },
  {
    name: 'a misspelt holder',
    files: plan(['within: zone, time', 'within: zon, time']),
    says: 'plan.yaml:5:30: there is no unit `zon`; expected one of zone, node, switch',
    hint: 'did you mean `zone`?',
  },
  {
    name: 'a crew that holds nodes',
    files: plan(['within: zone, time', 'within: staff, time']),
    says: 'plan.yaml:5:30: `staff` is a crew, not a unit; expected one of zone, node, switch',
  },
  {
    name: 'units within each other',
    files: plan(['zone: {count', 'zone: {within: node, count']),
    says: 'plan.yaml:4:20: zone is within itself: zone within node within zone',
  },
  {
    name: 'a unit within itself',
    files: plan(['zone: {count', 'zone: {within: zone, count']),
    says: 'plan.yaml:4:20: zone is within itself: zone within zone',
  },
  {
    name: 'a misspelt crew',
    files: plan(['crew: staff', 'crew: staf']),
    says: 'plan.yaml:5:83: there is no crew `staf`; expected one of staff',
    hint: 'did you mean `staff`?',
  },
  {
    name: 'none of a kind',
    files: plan(['count: 2', 'count: 0']),
    says: 'plan.yaml:5:19: `infrastructure.units.node.count` cannot be 0; expected a number of at least 1',
  },
  {
    name: 'more of a kind than fit',
    files: plan(['count: 2', 'count: 5000000']),
    says: 'plan.yaml:5:19: `infrastructure.units.node.count` cannot be 5000000; expected a number of at most 2000000',
  },
  {
    name: 'more units in all than fit',
    files: plan(
      ['count: 2', 'count: 1000000'],
      ['    kernel: {of: node, every: 30d, takes: 20m}', '    kernel: {of: zone, every: 30d, takes: 20m}'],
    ),
    says: 'plan.yaml:5:19: with 3000000 of node there are 3000003 units in all; expected at most 2000000',
  },
  {
    name: 'a holder that is left away',
    files: plan(['within: zone, time', 'within: , time']),
    says: 'plan.yaml:5:22: `infrastructure.units.node.within` is empty; expected a name that the plan gives',
  },
  {
    name: 'a holder by number',
    files: plan(['within: zone, time', 'within: 5, time']),
    says: 'plan.yaml:5:30: `infrastructure.units.node.within` cannot be 5; expected a name that the plan gives',
  },
  {
    name: 'more replicas than fit',
    files: plan(['{replicas: 3', '{replicas: 3, copies: 1000000']),
    says: 'plan.yaml:8:21: with 3000000 of web there are 3000010 units in all; expected at most 2000000',
  },
  {
    name: 'a failure without pause',
    files: plan(['time_to_failure: 1y', 'time_to_failure: 0s']),
    says: 'plan.yaml:5:53: `infrastructure.units.node.time_to_failure` cannot be "0s"; expected a duration such as 2h, or a distribution such as {exponential:',
  },
  {
    name: 'an exponential distribution of nothing',
    files: plan(['time_to_failure: 1y', 'time_to_failure: {exponential: {mean: 0s}}']),
    says: 'plan.yaml:5:74: `infrastructure.units.node.time_to_failure.exponential.mean` cannot be "0s"; expected a duration with its unit, such as 20m, 36h, 30d',
  },
  {
    name: 'an infinite time to failure',
    files: plan(['time_to_failure: 1y', 'time_to_failure: .inf']),
    says: 'plan.yaml:5:53: `infrastructure.units.node.time_to_failure` cannot be Infinity; expected a duration such as 2h, or a distribution such as',
  },
  {
    name: 'a time without unit',
    files: plan(['time_to_failure: 1y', 'time_to_failure: 3']),
    says: 'plan.yaml:5:53: `infrastructure.units.node.time_to_failure` cannot be 3; expected a duration such as 2h, or a distribution such as {exponential:',
    hint: 'numbers need a unit: 3d or 3h',
  },
  {
    name: 'a normal distribution around nothing',
    files: plan(['time_to_failure: 1y', 'time_to_failure: {normal: {mean: 0s, sd: 1h}}']),
    says: 'plan.yaml:5:53: `infrastructure.units.node.time_to_failure` does not fit; expected a duration such as 2h, or a distribution such as {exponential:',
  },
  {
    name: 'a Weibull distribution without a mean',
    files: plan(['time_to_failure: 1y', 'time_to_failure: {weibull: {scale: 1y, shape: 0}}']),
    says: 'plan.yaml:5:82: `infrastructure.units.node.time_to_failure.weibull.shape` cannot be 0; expected a number of at least 0.1',
  },
  {
    name: 'half a phase',
    files: plan(['time_to_failure: 1y', 'time_to_failure: {erlang: {mean: 1y, phases: 1.5}}']),
    says: 'plan.yaml:5:81: `infrastructure.units.node.time_to_failure.erlang.phases` cannot be 1.5; expected a whole number',
  },
  {
    name: 'a branch without weight',
    files: plan(['time_to_failure: 1y', 'time_to_failure: {hyperexponential: [{mean: 1y}]}']),
    says: 'plan.yaml:5:73: `infrastructure.units.node.time_to_failure.hyperexponential[0].weight` is missing; expected a number',
  },
  {
    name: 'a mixture of nothing',
    files: plan(['time_to_failure: 1y', 'time_to_failure: {hyperexponential: []}']),
    says: 'plan.yaml:5:72: `infrastructure.units.node.time_to_failure.hyperexponential` is empty; expected at least 1 item',
  },
  {
    name: 'a misspelt distribution',
    files: plan(['time_to_failure: 1y', 'time_to_failure: {wiebull: {scale: 1y, shape: 1}}']),
    says: 'plan.yaml:5:54: unknown field `wiebull` in `infrastructure.units.node.time_to_failure`; expected one of uniform, normal, lognormal, exponential,',
    hint: 'did you mean `weibull`?',
  },
  {
    name: 'what fails and is never repaired',
    files: plan([' time_to_repair: 1h, crew', ' crew']),
    says: 'plan.yaml:5:11: it can fail, and nothing says how long a repair takes; expected `time_to_repair`',
  },
  {
    name: 'a repair in no time',
    files: plan(['time_to_repair: 1h, crew', 'time_to_repair: 0s, crew']),
    says: 'plan.yaml:5:73: `infrastructure.units.node.time_to_repair` cannot be "0s"; expected a duration such as 2h, or a distribution such as {exponential:',
  },
  {
    name: 'failures by the billion',
    files: plan([
      'time_to_failure: 1y, time_to_repair: 1h, crew',
      'time_to_failure: 1ms, time_to_repair: 1ms, crew',
    ]),
    says: 'plan.yaml:5:53: node would fail 9e+10 times in the horizon; expected at most 1e+9',
  },
  {
    name: 'a misspelt prior',
    files: plan(['time_to_failure: 1y', 'prior: google-2008-machin']),
    says: 'plan.yaml:5:43: `infrastructure.units.node.prior` cannot be "google-2008-machin"; expected one of google-2008-machine, google-2008-rack,',
    hint: 'did you mean `google-2008-machine`?',
  },
  {
    name: 'a prior beside a time of its own',
    files: plan(['time_to_failure: 1y', 'prior: google-2008-machine, time_to_failure: 1y']),
    says: 'plan.yaml:5:64: `time_to_failure` is given, and prior google-2008-machine says it as well',
    hint: 'leave one of them out',
  },
  {
    name: 'a prior that says nothing of repairs',
    files: plan(['time_to_failure: 1y, time_to_repair: 1h', 'prior: google-2008-machine']),
    says: 'plan.yaml:5:11: it can fail, and nothing says how long a repair takes: prior google-2008-machine does not; expected `time_to_repair`',
  },
  {
    name: 'a prior of replicas',
    files: plan(['on: node, spread', 'prior: guess-container, on: node, spread']),
    says: 'plan.yaml:8:24: unknown field `prior` in `infrastructure.replicas.web`; expected one of replicas, copies, on, spread, time_to_failure,',
  },
  {
    name: 'replicas on what is not there',
    files: plan(['on: node', 'on: nod']),
    says: 'plan.yaml:8:28: there is no unit `nod`; expected one of zone, node, switch',
    hint: 'did you mean `node`?',
  },
  {
    name: 'replicas on replicas',
    files: plan(['on: node, spread: zone', 'on: web']),
    says: 'plan.yaml:8:28: `web` is a workload, not a unit; expected one of zone, node, switch',
  },
  {
    name: 'replicas on nothing',
    files: plan([' on: node,', '']),
    says: 'plan.yaml:8:10: `infrastructure.replicas.web.on` is missing; expected a name that the plan gives',
  },
  {
    name: 'a spread over what does not hold them',
    files: plan(['spread: zone', 'spread: switch']),
    says: 'plan.yaml:8:42: node is not within `switch`, so nothing can be spread over that; expected one of node, zone',
  },
  {
    name: 'a misspelt spread',
    files: plan(['spread: zone', 'spread: zoen']),
    says: 'plan.yaml:8:42: there is no unit `zoen`; expected one of zone, node, switch',
    hint: 'did you mean `zone`?',
  },
  {
    name: 'a misspelt need',
    files: plan(['needs: [switch]', 'needs: [swich]']),
    says: 'plan.yaml:8:77: there is no unit `swich`; expected one of zone, node, switch',
    hint: 'did you mean `switch`?',
  },
  {
    name: 'replicas that are never replaced',
    files: plan([' time_to_replace: 6m,', '']),
    says: 'plan.yaml:8:10: `infrastructure.replicas.web.time_to_replace` is missing; expected a duration such as 2h, or a distribution such as {exponential:',
  },
  {
    name: 'a link with one end',
    files: plan(['[[node, switch]]', '[[node]]']),
    says: 'plan.yaml:9:11: `infrastructure.links[0]` does not fit; expected two names of units, such as [rack, switch]',
  },
  {
    name: 'a link to itself',
    files: plan(['[[node, switch]]', '[[node, node]]']),
    says: 'plan.yaml:9:11: node is linked with itself; expected two kinds of unit',
  },
  {
    name: 'a link to nothing',
    files: plan(['[[node, switch]]', '[[node, swich]]']),
    says: 'plan.yaml:9:18: there is no unit `swich`; expected one of zone, node, switch',
    hint: 'did you mean `switch`?',
  },
  {
    name: 'a link of replicas',
    files: plan(['[[node, switch]]', '[[web, switch]]']),
    says: 'plan.yaml:9:12: `web` is a workload, not a unit; expected one of zone, node, switch',
  },
  {
    name: 'a misspelt order of repairs',
    files: plan(['{size: 2}', '{order: first-com}']),
    says: 'plan.yaml:11:20: `infrastructure.crews.staff.order` cannot be "first-com"; expected one of first-come, random, priority, first-inspected',
    hint: 'did you mean `first-come`?',
  },
  {
    name: 'a cause without pause',
    files: plan(['every: 2y', 'every: 0s']),
    says: 'plan.yaml:13:20: `infrastructure.common_causes.power.every` cannot be "0s"; expected a duration such as 2h, or a distribution such as {exponential:',
  },
  {
    name: 'a cause of nothing known',
    files: plan(['hits: [node]', 'hits: [nod]']),
    says: 'plan.yaml:13:31: there is no unit or workload `nod`; expected one of zone, node, switch, web',
    hint: 'did you mean `node`?',
  },
  {
    name: 'a cause that hits nothing',
    files: plan(['hits: [node]', 'hits: []']),
    says: 'plan.yaml:13:30: `infrastructure.common_causes.power.hits` is empty; expected at least 1 item',
  },
  {
    name: 'a cause that hits twice',
    files: plan(['hits: [node]', 'hits: [node, node]']),
    says: 'plan.yaml:13:37: `node` is named twice',
  },
  {
    name: 'a cause beside its place',
    files: plan(['hits: [node]', 'hits: [switch]']),
    says: 'plan.yaml:13:31: switch is not within `zone`, so this cannot hit it; expected units within zone',
  },
  {
    name: 'a cause of its own place',
    files: plan(['hits: [node]', 'hits: [zone]']),
    says: 'plan.yaml:13:31: zone is not within `zone`, so this cannot hit it; expected units within zone',
    hint: 'failures of one zone are its time_to_failure',
  },
  {
    name: 'a cause whose victims nobody repairs',
    files: plan(['hits: [node], within: zone', 'hits: [web]']),
    says: 'plan.yaml:13:31: nothing says how long a repair of web takes; expected `time_to_repair` of web',
  },
  {
    name: 'a share of nothing',
    files: plan(['share: 50%', 'share: 0%']),
    says: 'plan.yaml:13:59: a share of 0 hits nothing; expected a share above 0',
  },
  {
    name: 'a share without its sign',
    files: plan(['share: 50%', 'share: 50']),
    says: 'plan.yaml:13:59: `infrastructure.common_causes.power.share` cannot be 50; expected a percentage of at most 100 such as 99.9%, or a fraction of at',
    hint: 'did you mean 50%?',
  },
  {
    name: 'a cause by the billion',
    files: plan(['every: 2y', 'every: 1ms']),
    says: 'plan.yaml:13:20: power would strike 3e+10 times in the horizon; expected at most 1e+9',
  },
  {
    name: 'maintenance of nothing known',
    files: plan(['of: node, every', 'of: nodes, every']),
    says: 'plan.yaml:15:18: there is no unit `nodes`; expected one of zone, node, switch',
    hint: 'did you mean `node`?',
  },
  {
    name: 'maintenance of replicas',
    files: plan(['of: node, every', 'of: web, every']),
    says: 'plan.yaml:15:18: `web` is a workload, not a unit; expected one of zone, node, switch',
  },
  {
    name: 'more at once than there are',
    files: plan(['takes: 20m', 'takes: 20m, at_once: 7']),
    says: 'plan.yaml:15:57: 7 are more than there are of node; expected at most 6',
  },
  {
    name: 'a round that does not end',
    files: plan(['takes: 20m', 'takes: 6d']),
    says: 'plan.yaml:15:43: a round through all 6 of node, 1 at a time, does not end before the next begins',
    hint: 'with `at_once: 2` it would',
  },
  {
    name: 'a round that ends only with all at once',
    files: plan(['takes: 20m', 'takes: 20d, at_once: 5']),
    says: 'plan.yaml:15:43: a round through all 6 of node, 5 at a time, does not end before the next begins',
    hint: 'with `at_once: 6` it would',
  },
  {
    name: 'a round that can never end',
    files: plan(['takes: 20m', 'takes: 40d']),
    says: 'plan.yaml:15:43: a round through all 6 of node, 1 at a time, does not end before the next begins',
  },
  {
    name: 'deployments of unknown quality',
    files: plan([' bad: 2%,', '']),
    says: 'plan.yaml:17:13: `infrastructure.deployments.weekly.bad` is missing; expected a percentage of at most 100 such as 99.9%, or a fraction of at most 1',
  },
  {
    name: 'bad deployments that last',
    files: plan([', time_to_roll_back: 20m', '']),
    says: 'plan.yaml:17:13: some deployments are bad, and nothing says how long these last; expected `time_to_roll_back`',
  },
  {
    name: 'a misspelt service',
    files: plan(['[shop]', '[shpo]']),
    says: 'plan.yaml:17:25: there is no service `shpo`; expected one of shop',
    hint: 'did you mean `shop`?',
  },
  {
    name: 'a service deployed twice',
    files: plan(['[shop]', '[shop, shop]']),
    says: 'plan.yaml:17:31: `shop` is named twice',
  },
  {
    name: 'more downtime than time',
    files: plan(['downtime: 4h', 'downtime: 2y']),
    says: 'plan.yaml:21:49: more downtime than the horizon is long: it is always met; expected less than `horizon`',
  },
  {
    name: 'an availability without its sign',
    files: plan(['availability: 99.9%', 'availability: 99.9']),
    says: 'plan.yaml:21:32: `services.shop.objectives.availability` cannot be 99.9; expected a percentage of at most 100 such as 99.9%, or a fraction of at most',
    hint: 'did you mean 99.9%?',
  },
  {
    name: "an experiment's objective",
    files: plan(['availability: 99.9%', 'availability_time: 99.9%']),
    says: 'plan.yaml:21:18: unknown field `availability_time` in `services.shop.objectives`; expected one of availability, downtime',
  },
  {
    name: 'episode missing',
    files: plan(['crew: staff}', 'crew: staff, episode: gone.yaml}']),
    says: 'plan.yaml:5:99: cannot read gone.yaml: there is no such file; expected a readable file',
  },
  {
    name: 'episode plan',
    files: plan(['crew: staff}', 'crew: staff, episode: plan.yaml}']),
    says: 'plan.yaml:5:99: plan.yaml is a plan; expected an experiment, with load and faults',
  },
  {
    name: 'episode empty',
    files: { ...plan(['crew: staff}', 'crew: staff, episode: empty.yaml}']), 'empty.yaml': '' },
    says: 'empty.yaml:1:1: the file is empty; expected a scenario (docs/scenario.md)',
  },
  {
    name: 'episode service unknown',
    files: plan(['crew: staff}', 'crew: staff, episode: {shp: scenario.yaml}}']),
    says: 'plan.yaml:5:105: there is no service `shp`; expected one of shop',
    hint: 'did you mean `shop`?',
  },
  {
    name: 'episode number',
    files: plan(['crew: staff}', 'crew: staff, episode: 5}']),
    says: 'plan.yaml:5:99: `infrastructure.units.node.episode` cannot be 5; expected a scenario file, or a mapping of services to their scenario files',
  },
  {
    name: 'episode of others service',
    files: plan(
      ['time_to_roll_back: 20m}', 'time_to_roll_back: 20m, episode: {other: scenario.yaml}}'],
      ['services:\n  shop', 'services:\n  other: {up: switch}\n  shop'],
    ),
    says: 'plan.yaml:17:86: service `other` has no part in this; expected one of shop',
  },
  {
    name: 'units list',
    files: plan(['  crews:\n    staff: {size: 2}', '  crews: [staff]']),
    says: 'plan.yaml:10:10: `infrastructure.crews` cannot be a list; expected a mapping',
  },
  {
    name: 'node null',
    files: plan(['    switch: {time_to_failure: 5y, time_to_repair: 1h}', '    switch:']),
    says: 'plan.yaml:6:5: `infrastructure.units.switch` is empty; expected a mapping',
  },
];

describe('one mistake of a plan brings one problem, at its place', () =>
  testMutations(MUTATIONS, (files) => planErrorOf(planFilesWith(files))));
