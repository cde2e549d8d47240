import type { Fault, FaultType, Scenario } from '../../../src/scenario/scenario.ts';
import { lasting, podKill, shortScenario } from '../scenario.ts';

/** A short run with one fault. The Deployment is there already, the Service is the run's own to create and remove. */
export function crashScenario(type: FaultType): Scenario {
  const fault: Fault = type === 'pod-kill' ? podKill() : lasting(type);
  const scenario = shortScenario([fault]);
  return { ...scenario, load: { ...scenario.load, source_ports: 'kernel' } };
}
