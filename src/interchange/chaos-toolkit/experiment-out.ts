/**
 * Scenarios as Chaos Toolkit experiments, in the format of chaostoolkit-lib 1.45.0 (chaoslib/experiment.py, activity.py):
 * functions of chaostoolkit-kubernetes 0.39.0 where it has one, else kubectl.
 *
 * Every action waits in the background until its own time, so that none is late for what another took.
 */
import { NO_IMAGE } from '../../scenario/no-image.ts';
import { quote } from '../../scenario/problem.ts';
import type { BadImage, Fault, PodKill, Scale, Scenario, Workload } from '../../scenario/scenario.ts';
import { selectorText } from '../../scenario/selector.ts';
import { type Exported, refuseFault, secondsOf, type Timed, timed, workloadOf } from '../writing.ts';
import { EXTENSION } from './extension.ts';
import { answersProbe, readyProbe } from './probes.ts';

const FORMAT = 'Chaos Toolkit';

type Provider = Readonly<Record<string, unknown>>;

/** How a fault is caused, and how it is undone where it lasts. */
interface Actions {
  readonly begin: Provider;
  readonly end?: Provider;
}

/** An activity of the method, and which act of the scenario it is. */
export interface TimedActivity {
  readonly activity: Readonly<Record<string, unknown>>;
  readonly type: Fault['type'];
  readonly at_ms: number;
  readonly fault: number;
  readonly repetition: number;
  readonly is: 'begin' | 'end';
}

export interface Experiment {
  readonly title: string;
  readonly [field: string]: unknown;
}

/** @returns undefined where a fault has no counterpart; `problems` then says which */
export function experimentOf({ scenario, sections, problems }: Exported): Experiment | undefined {
  const method = methodOf({ scenario, problems });
  if (method === undefined) return undefined;
  const { load, description, name } = scenario;
  const hit = scenario.workloads.filter((workload) =>
    scenario.faults.some((fault) => 'workload' in fault && fault.workload === workload.name),
  );
  const answers = answersProbe(load);
  return {
    version: '1.0.0',
    title: name,
    // It must say something (chaoslib/experiment.py ensure_experiment_is_valid).
    description: description === '' ? `The foreshock scenario ${name}.` : description,
    'steady-state-hypothesis': {
      title: `Service ${load.service} answers, and every replica is available`,
      probes: [...hit.flatMap((workload) => readyProbe(workload) ?? []), { ...answers, tolerance: 0 }],
    },
    method: [
      ...method.map(({ activity }) => activity),
      // The method lasts as long as the load, so that the steady state is looked at when that is over.
      {
        ...answers,
        name: `${answers.name} when the observation window ends`,
        background: true,
        pauses: { before: secondsOf(load.duration_ms) },
      },
    ],
    rollbacks: rollbacksOf(scenario),
    extensions: [{ name: EXTENSION, scenario: sections }],
  };
}

/** The actions in the order of the faults, on which their luck depends; each waits for its own time. */
export function methodOf({
  scenario,
  problems,
}: Pick<Exported, 'scenario' | 'problems'>): readonly TimedActivity[] | undefined {
  const before = problems.count;
  const method = scenario.faults.flatMap((fault, index) => {
    const actions = actionsOf(fault, scenario);
    if (typeof actions === 'string') {
      refuseFault(fault, FORMAT, actions, problems);
      return [];
    }
    const known = timed(fault, FORMAT, problems);
    return known === undefined ? [] : activitiesOf(known, index, actions, scenario);
  });
  if (problems.count > before) return undefined;
  return method;
}

function activitiesOf(fault: Timed, index: number, actions: Actions, scenario: Scenario): TimedActivity[] {
  const twins = scenario.faults.filter(
    ({ type, ...other }) => type === fault.type && sameTarget({ type, ...other } as Fault, fault),
  );
  // Two faults of one type on one workload are told apart, so that each keeps its repetitions.
  const place = twins.findIndex(({ position }) => position === fault.position);
  const number = twins.length > 1 ? ` no. ${place + 1}` : '';
  const target = 'workload' in fault ? ` of ${fault.workload}` : '';
  const count = fault.at_ms.length;
  return fault.at_ms.flatMap((at_ms, repetition) => {
    const which = count === 1 ? '' : ` (${repetition + 1} of ${count})`;
    const activity = (is: 'begin' | 'end', time_ms: number, provider: Provider): TimedActivity => ({
      activity: {
        type: 'action',
        name: `${is === 'begin' ? '' : 'end of '}${fault.type}${number}${target}${which}`,
        background: true,
        pauses: { before: secondsOf(time_ms) },
        provider,
      },
      type: fault.type,
      at_ms: time_ms,
      fault: index,
      repetition,
      is,
    });
    const duration_ms = 'duration_ms' in fault ? fault.duration_ms : undefined;
    return [
      activity('begin', at_ms, actions.begin),
      ...(actions.end === undefined || duration_ms === undefined
        ? []
        : [activity('end', at_ms + duration_ms, actions.end)]),
    ];
  });
}

const sameTarget = (a: Fault, b: Fault): boolean =>
  ('workload' in a ? a.workload : '') === ('workload' in b ? b.workload : '');

/** What lasts is put back in the end whatever happened; where that is done already, nothing changes. */
function rollbacksOf(scenario: Scenario): object[] {
  const ends = scenario.faults.flatMap((fault) => {
    const actions = actionsOf(fault, scenario);
    if (typeof actions === 'string' || actions.end === undefined || !('workload' in fault)) return [];
    const name = `put back what ${fault.type} changed of ${fault.workload}`;
    return [{ type: 'action', name, provider: actions.end }];
  });
  return [...new Map(ends.map((action) => [JSON.stringify(action), action])).values()];
}

/** Or why there are none. */
function actionsOf(fault: Fault, scenario: Scenario): Actions | string {
  switch (fault.type) {
    case 'pod-kill':
      return podKill(fault, workloadOf(scenario, fault));
    case 'rollout-restart':
      return rolloutRestart(workloadOf(scenario, fault));
    case 'scale':
      return scale(fault, workloadOf(scenario, fault));
    case 'bad-image':
      return badImage(fault, workloadOf(scenario, fault));
    case 'pod-eviction':
      return 'neither chaostoolkit-kubernetes nor kubectl evicts single pods';
    case 'container-kill':
      return 'the main process of a container cannot be killed from inside, where exec_in_pods works';
    case 'cpu-stress':
    case 'memory-stress':
      return 'its stressors are objects of Chaos Mesh: export it to that';
    case 'node-drain':
      return 'drain_nodes may take the node where the load enters, and the same node twice';
    default:
      return 'neither chaostoolkit-kubernetes nor kubectl does it';
  }
}

const python = (module: string, func: string, args: Provider): Provider => ({
  type: 'python',
  module,
  func,
  arguments: args,
});
const kubectl = (...args: readonly string[]): Provider => ({
  type: 'process',
  path: 'kubectl',
  arguments: args,
});

function podKill({ mode, value, grace_period_s }: PodKill, workload: Workload): Actions | string {
  // Percentages are rounded up by both (chaosk8s/pod/actions.py _select_pods).
  const count = {
    one: { qty: 1, rand: true },
    all: { all: true },
    fixed: { qty: value, rand: true },
    'fixed-percent': { mode: 'percentage', qty: value, rand: true },
    'random-max-percent': undefined,
  }[mode];
  if (count === undefined) return `terminate_pods draws no share of the pods, as mode ${quote(mode)} does`;
  return {
    begin: python('chaosk8s.pod.actions', 'terminate_pods', {
      label_selector: selectorText(workload.selector),
      ns: workload.namespace,
      ...count,
      ...(grace_period_s === undefined ? {} : { grace_period: grace_period_s }),
    }),
  };
}

const referenceOf = ({ kind, name }: Workload): string => `${kind.toLowerCase()}/${name}`;

function rolloutRestart(workload: Workload): Actions {
  const { kind, name, namespace } = workload;
  if (kind === 'Deployment') {
    return {
      begin: python('chaosk8s.deployment.actions', 'rollout_deployment', { name, ns: namespace }),
    };
  }
  return { begin: kubectl('rollout', 'restart', referenceOf(workload), '-n', namespace) };
}

function scale({ replicas }: Scale, { kind, name, namespace, replicas: before }: Workload): Actions | string {
  if (typeof replicas !== 'number') return 'it scales to a number, and by no difference';
  const to = (count: number) =>
    kind === 'Deployment'
      ? python('chaosk8s.deployment.actions', 'scale_deployment', { name, replicas: count, ns: namespace })
      : python('chaosk8s.statefulset.actions', 'scale_statefulset', { name, replicas: count, ns: namespace });
  return { begin: to(replicas), end: to(before) };
}

function badImage({ container }: BadImage, workload: Workload): Actions | string {
  const before = workload.pod.containers.find(({ name }) => name === container)?.image;
  if (before === undefined) return `${workload.name} has no container ${container}`;
  const set = (image: string) =>
    kubectl('set', 'image', referenceOf(workload), `${container}=${image}`, '-n', workload.namespace);
  return { begin: set(NO_IMAGE), end: set(before) };
}
