import { type Subject, subjectOf } from '../../src/calibrate/subject.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Container, Scenario } from '../../src/scenario/scenario.ts';

/** A scenario of one workload, its container changed. */
export function subjectScenario(changes: Partial<Container> = {}): { scenario: Scenario; subject: Subject } {
  const loaded = loadScenario('scenarios/validation/one-forced.yaml');
  const scenario: Scenario = {
    ...loaded,
    workloads: loaded.workloads.map((workload) => ({
      ...workload,
      pod: {
        ...workload.pod,
        containers: workload.pod.containers.map((container) => ({ ...container, name: 'web', ...changes })),
      },
    })),
  };
  return { scenario, subject: subjectOf(scenario) };
}
