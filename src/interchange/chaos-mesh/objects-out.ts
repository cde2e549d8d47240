/**
 * Scenarios as an object of Chaos Mesh (v2.8.3 api/v1alpha1), the simplest that says all of it: a PodChaos or a
 * StressChaos, a Schedule, or a Workflow. Chaos Mesh keeps deadlines to the second (metav1.Time).
 */
import { stringify } from 'yaml';
import type { Scenario } from '../../scenario/scenario.ts';
import { ANNOTATION } from '../carried.ts';
import { areEven, microseconds } from '../draft.ts';
import { type Exported, refuseFault, secondsOf, type Timed, timed, workloadOf } from '../writing.ts';
import { chaosOf, type Exportable, fieldOf, isExportable, whyNoChaos } from './chaos.ts';

/** @returns undefined where a fault has no counterpart; `problems` then says which */
export function chaosMeshText({ scenario, sections, problems }: Exported): string | undefined {
  const before = problems.count;
  const faults = scenario.faults.flatMap((fault) => {
    const why = whyNoChaos(fault, scenario);
    if (why === undefined && isExportable(fault)) {
      const known = timed<Exportable>(fault, FORMAT, problems);
      return known === undefined ? [] : inTurn(known);
    }
    refuseFault(fault, FORMAT, why ?? '', problems);
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

type ChaosFault = Timed<Exportable>;

/** How long it stands; 0: it is over at once. */
const standsMs = (fault: ChaosFault): number => ('duration_ms' in fault ? fault.duration_ms : 0);

/** A series of Chaos Mesh is evenly spaced, and each is over before the next; acts that are not so stand alone. */
function inTurn(fault: ChaosFault): readonly ChaosFault[] {
  const { at_ms } = fault;
  const isInTurn = at_ms.length < 2 || standsMs(fault) <= everyMs(fault);
  return areEven(at_ms) && isInTurn ? [fault] : at_ms.map((each) => ({ ...fault, at_ms: [each] }));
}

/** Between two acts of a series. */
function everyMs({ at_ms }: ChaosFault): number {
  const [first = 0] = at_ms;
  return at_ms.length < 2 ? 0 : ((at_ms.at(-1) ?? first) - first) / (at_ms.length - 1);
}

function objectOf(faults: readonly ChaosFault[], scenario: Scenario): { kind: string; spec: object } {
  const [fault, second] = faults;
  if (fault !== undefined && second === undefined) {
    const { kind, spec } = chaosOf(fault, workloadOf(scenario, fault));
    const stands_ms = standsMs(fault);
    const chaos = stands_ms === 0 ? spec : { ...spec, duration: `${secondsOf(stands_ms)}s` };
    if (fault.at_ms.length === 1 && fault.at_ms[0] === 0) return { kind, spec: chaos };
    const every_s = everySeconds(fault, scenario);
    if (every_s !== undefined) {
      const schedule = `@every ${every_s}s`;
      return {
        kind: 'Schedule',
        spec: { schedule, concurrencyPolicy: 'Allow', type: kind, [fieldOf(kind)]: chaos },
      };
    }
  }
  return { kind: 'Workflow', spec: workflowOf(faults, scenario) };
}

/** Where a fault acts every so many whole seconds, the first time after as many, until the load has ended. */
function everySeconds({ at_ms }: ChaosFault, { load }: Scenario): number | undefined {
  const [first = 0, second] = at_ms;
  const last = at_ms.at(-1) ?? first;
  const isEven = second === 2 * first && first > 0 && first % 1000 === 0;
  return isEven && last + first >= load.duration_ms ? first / 1000 : undefined;
}

/** One after the other within a fault, all faults beside each other. */
function workflowOf(faults: readonly ChaosFault[], scenario: Scenario): object {
  const serials = faults.map((fault, index) => serialOf(fault, `fault-${index + 1}`, scenario));
  const entry = serials.length === 1 ? 'fault-1' : 'faults';
  const parallel = {
    name: entry,
    templateType: 'Parallel',
    children: faults.map((_, index) => `fault-${index + 1}`),
  };
  return { entry, templates: [...(serials.length === 1 ? [] : [parallel]), ...serials.flat()] };
}

/** Of what is over at once, where nothing comes after it. */
const DEADLINE_MS = 1000;

/** A node of chaos ends with its deadline: what lasts is undone then, and the next begins in time. */
function serialOf(fault: ChaosFault, name: string, scenario: Scenario): object[] {
  const [first = 0] = fault.at_ms;
  const act = `${name}-${fault.type}`;
  const every_ms = everyMs(fault);
  const deadline_ms = standsMs(fault) || every_ms || DEADLINE_MS;
  const pause_ms = every_ms === 0 ? 0 : microseconds(every_ms - deadline_ms);
  const between = pause_ms > 0 ? [`${name}-pause`] : [];
  const { kind, spec } = chaosOf(fault, workloadOf(scenario, fault));
  const suspend = (suspended: string, for_ms: number) => ({
    name: suspended,
    templateType: 'Suspend',
    deadline: `${secondsOf(for_ms)}s`,
  });
  return [
    {
      name,
      templateType: 'Serial',
      children: [
        ...(first > 0 ? [`${name}-wait`] : []),
        ...fault.at_ms.flatMap((_, index) => (index === 0 ? [act] : [...between, act])),
      ],
    },
    ...(first > 0 ? [suspend(`${name}-wait`, first)] : []),
    { name: act, templateType: kind, deadline: `${secondsOf(deadline_ms)}s`, [fieldOf(kind)]: spec },
    ...between.map((pause) => suspend(pause, pause_ms)),
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
