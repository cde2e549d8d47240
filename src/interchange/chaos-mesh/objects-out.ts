/**
 * Scenarios as an object of Chaos Mesh (v2.8.3 api/v1alpha1), the simplest that says all of it: a PodChaos, a Schedule, or
 * a Workflow. Chaos Mesh keeps deadlines to the second (metav1.Time).
 */
import { stringify } from 'yaml';
import type { ContainerKill, PodKill, Scenario } from '../../scenario/scenario.ts';
import { ANNOTATION } from '../carried.ts';
import { areEven } from '../draft.ts';
import { type Exported, refuseFault, secondsOf, type Timed, timed, workloadOf } from '../writing.ts';
import { podChaosOf, whyNoPodChaos } from './pod-chaos.ts';

/** @returns undefined where a fault has no counterpart; `problems` then says which */
export function chaosMeshText({ scenario, sections, problems }: Exported): string | undefined {
  const before = problems.count;
  const faults = scenario.faults.flatMap((fault) => {
    if (fault.type === 'pod-kill' || fault.type === 'container-kill') {
      const known = timed<PodKill | ContainerKill>(fault, FORMAT, problems);
      return known === undefined ? [] : evenly(known);
    }
    refuseFault(fault, FORMAT, whyNoPodChaos(fault) ?? '', problems);
    return [];
  });
  if (faults.length === 0 && problems.count === before) {
    problems.add({
      position: { file: scenario.file, line: 1, column: 1 },
      message: 'the scenario has no fault to export',
    });
  }
  if (problems.count > before) return undefined;
  const { kind, spec } = objectOf(faults, scenario);
  return stringify(
    {
      apiVersion: 'chaos-mesh.org/v1alpha1',
      kind,
      metadata: {
        name: objectName(scenario.name),
        namespace: faults[0]?.namespace,
        annotations: { [ANNOTATION]: JSON.stringify(sections) },
      },
      spec,
    },
    { aliasDuplicateObjects: false, lineWidth: 0 },
  );
}

const FORMAT = 'Chaos Mesh';

type PodFault = Timed<PodKill | ContainerKill>;

/** A series of Chaos Mesh is evenly spaced; acts that are not stand alone. */
const evenly = (fault: PodFault): readonly PodFault[] =>
  areEven(fault.at_ms) ? [fault] : fault.at_ms.map((at_ms) => ({ ...fault, at_ms: [at_ms] }));

function objectOf(faults: readonly PodFault[], scenario: Scenario): { kind: string; spec: object } {
  const [fault, second] = faults;
  if (fault !== undefined && second === undefined) {
    const chaos = podChaosOf(fault, workloadOf(scenario, fault));
    if (fault.at_ms.length === 1 && fault.at_ms[0] === 0) return { kind: 'PodChaos', spec: chaos };
    const every_s = everySeconds(fault, scenario);
    if (every_s !== undefined) {
      const schedule = `@every ${every_s}s`;
      return {
        kind: 'Schedule',
        spec: { schedule, concurrencyPolicy: 'Allow', type: 'PodChaos', podChaos: chaos },
      };
    }
  }
  return { kind: 'Workflow', spec: workflowOf(faults, scenario) };
}

/** Where a fault acts every so many whole seconds, the first time after as many, until the load has ended. */
function everySeconds({ at_ms }: PodFault, { load }: Scenario): number | undefined {
  const [first = 0, second] = at_ms;
  const last = at_ms.at(-1) ?? first;
  const isEven = second === 2 * first && first > 0 && first % 1000 === 0;
  return isEven && last + first >= load.duration_ms ? first / 1000 : undefined;
}

/** One after the other within a fault, all faults beside each other. */
function workflowOf(faults: readonly PodFault[], scenario: Scenario): object {
  const serials = faults.map((fault, index) => serialOf(fault, `fault-${index + 1}`, scenario));
  const entry = serials.length === 1 ? 'fault-1' : 'faults';
  const parallel = {
    name: entry,
    templateType: 'Parallel',
    children: faults.map((_, index) => `fault-${index + 1}`),
  };
  return { entry, templates: [...(serials.length === 1 ? [] : [parallel]), ...serials.flat()] };
}

/** A node of chaos ends with its deadline, so that the next begins in time. */
function serialOf(fault: PodFault, name: string, scenario: Scenario): object[] {
  const { at_ms } = fault;
  const [first = 0, second] = at_ms;
  const wait = `${name}-wait`;
  const act = `${name}-${fault.type}`;
  const every_ms = second === undefined ? 1000 : ((at_ms.at(-1) ?? first) - first) / (at_ms.length - 1);
  return [
    {
      name,
      templateType: 'Serial',
      children: [...(first > 0 ? [wait] : []), ...at_ms.map(() => act)],
    },
    ...(first > 0 ? [{ name: wait, templateType: 'Suspend', deadline: `${secondsOf(first)}s` }] : []),
    {
      name: act,
      templateType: 'PodChaos',
      deadline: `${secondsOf(every_ms)}s`,
      podChaos: podChaosOf(fault, workloadOf(scenario, fault)),
    },
  ];
}

/** A DNS-1123 label of the name. */
function objectName(name: string): string {
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
  return label === '' ? 'foreshock' : label;
}
