/** The scenario by which pods are killed to be observed, and the rights that it takes. */
import type { Wanted } from '../../chaos/safety/rights.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Subject } from '../subject.ts';
import { ECHO_NAME, echoObject } from './echo.ts';

/** Enough for steady state to be told from its absence, and little enough to be no load. */
const RATE_PER_S = 10;
/** What is measured while nothing is the matter takes about a second, of which most is before the trial. */
const KILL_AT_MS = 1000;
/** The kill is seen by the observer however long it takes: the trial itself may end. */
const WINDOW_MS = 1500;

/** Each kill is an ordinary trial, with a light load and a window that just holds the kill. */
export function killingOf(scenario: Scenario, { workload }: Subject, forced: boolean): Scenario {
  return {
    ...scenario,
    objects: [...scenario.objects, echoObject(scenario)],
    load: {
      ...scenario.load,
      rate_per_s: RATE_PER_S,
      steps: [],
      arrivals: 'constant',
      duration_ms: WINDOW_MS,
      source_ports: 'own',
    },
    faults: [
      {
        type: 'pod-kill',
        position: workload.position,
        at_ms: [KILL_AT_MS],
        workload: workload.name,
        namespace: workload.namespace,
        mode: 'one',
        value: undefined,
        grace_period_s: forced ? 0 : undefined,
      },
    ],
  };
}

/** What it takes beside the rights of such a run. */
export function rightsToObserve({ load: { namespace } }: Scenario): readonly Wanted[] {
  const core = { group: '', namespace, to: 'to time what happens to a pod' };
  return [
    { ...core, verb: 'list', resource: 'events', name: undefined },
    { ...core, verb: 'watch', resource: 'events', name: undefined },
    { ...core, verb: 'list', resource: 'configmaps', name: ECHO_NAME },
    { ...core, verb: 'watch', resource: 'configmaps', name: ECHO_NAME },
    { ...core, verb: 'patch', resource: 'configmaps', name: ECHO_NAME },
  ];
}
