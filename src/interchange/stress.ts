/**
 * Stressors of other tools. Theirs run in the cgroup of one container (Chaos Mesh v2.8.3
 * pkg/chaosdaemon/stress_server_linux.go AttachProcess; litmus-go at 1b3603f chaoslib/litmus/stress-chaos/helper
 * addProcessToCgroup), ours beside the containers in that of the pod. Where a pod has one container, and its limits
 * bind, both take the same from it.
 */
import type { CpuStress, Fault, MemoryStress, Workload } from '../scenario/scenario.ts';

export type Stress = CpuStress | MemoryStress;

export const isStress = (fault: Fault): fault is Stress =>
  fault.type === 'cpu-stress' || fault.type === 'memory-stress';

/** Those of 1024 first: of two texts as long as each other they say more of memory. */
const UNITS: readonly (readonly [string, number])[] = [
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
  ['B', 1],
];

/** "200MiB", "256MB": the shortest that says it exactly; scenarios read it, and other tools do. */
export function sizeText(bytes: number): string {
  return UNITS.filter(([, of]) => bytes % of === 0)
    .map(([unit, of]) => `${bytes / of}${unit}`)
    .reduce((shortest, text) => (text.length < shortest.length ? text : shortest));
}

/** Why a stressor within the container would do something else; undefined where it does the same. */
export function whyOtherInContainer(fault: Stress, { kind, name, pod }: Workload): string | undefined {
  const [container, ...others] = [...pod.containers, ...pod.init_containers];
  if (container === undefined || others.length > 0) {
    return `it takes from one container, ${fault.type} from what all of a pod have together, and pods of ${kind} ${name} have others`;
  }
  if (fault.type === 'cpu-stress') {
    return pod.limits.cpu_millis === undefined
      ? `without a CPU limit it is on a par with the program in its container, and ${fault.type} gets what others leave; ${kind} ${name} has none`
      : undefined;
  }
  const { memory_bytes: limit_bytes = 0 } = pod.limits;
  const held_bytes = pod.containers[0]?.application.memory_bytes ?? 0;
  if (held_bytes + fault.size_bytes <= limit_bytes) return undefined;
  return (
    `${sizeText(fault.size_bytes)} beside the ${sizeText(held_bytes)} of ${name} are beyond the limit of ${sizeText(limit_bytes)}: ` +
    `there it dies with its container, and the stressor of ${fault.type} is outside of that`
  );
}
