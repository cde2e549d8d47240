import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';

/** A program in the cgroup that holds memory. */
export interface Holder {
  readonly memory_bytes: number;
  kill(cause: Cause): void;
}

/**
 * A pod's cgroup under memory stress. The stressor takes what it wants at once, and holds it. Where all that is held
 * comes to the limit (memory.max, the sum of the containers' limits), the kernel kills the process that holds most, and with
 * it all of its container (memory.oom.group, which the kubelet sets on cgroup v2: Kubernetes 1.35
 * pkg/kubelet/kuberuntime/kuberuntime_container_linux.go calculateLinuxResources). Who asked for the last of it does not matter.
 *
 * The kernel adds a share of the limit to what each holds (oom_score_adj), which is alike for all in a Guaranteed pod. In a
 * Burstable one a container that requests memory has less of it, by the share of the node's memory that it requests, which
 * is left out here (Kubernetes 1.35 pkg/kubelet/qos/policy.go GetContainerOOMScoreAdjust).
 */
export class MemoryLimit {
  readonly #environment: Environment;
  readonly #limit_bytes: number;
  readonly #holders: () => readonly Holder[];
  #wanted_bytes = 0;
  #held_bytes = 0;
  #wasKilled = false;

  /** @param limit_bytes undefined: there is none */
  constructor(environment: Environment, limit_bytes: number | undefined, holders: () => readonly Holder[]) {
    this.#environment = environment;
    this.#limit_bytes = limit_bytes ?? Number.POSITIVE_INFINITY;
    this.#holders = holders;
  }

  get isStressed(): boolean {
    return this.#wanted_bytes > 0;
  }

  /** Whether the last stressor was killed by the kernel, before its time. */
  get wasKilled(): boolean {
    return this.#wasKilled;
  }

  stress(size_bytes: number): void {
    if (this.isStressed) return;
    this.#wanted_bytes = size_bytes;
    this.#held_bytes = 0;
    this.#wasKilled = false;
    this.#grow();
  }

  relieve(): void {
    this.#wanted_bytes = 0;
    this.#held_bytes = 0;
  }

  /** A program has come to hold what it holds, as far as the others leave it so much. */
  holds(program: Holder): void {
    if (!this.isStressed) return;
    const holders = this.#holders();
    const left_bytes = this.#limit_bytes - this.#held_bytes - sum(holders) + program.memory_bytes;
    if (left_bytes >= program.memory_bytes) return;
    this.#killWorst(holders.map((each) => [each, each === program ? left_bytes : each.memory_bytes]));
    this.#grow();
  }

  /** The stressor takes what it still wants. */
  #grow(): void {
    if (!this.isStressed) return;
    const holders = this.#holders();
    const left_bytes = this.#limit_bytes - sum(holders);
    this.#held_bytes = Math.max(0, Math.min(this.#wanted_bytes, left_bytes));
    if (left_bytes >= this.#wanted_bytes) return;
    this.#killWorst(holders.map((each) => [each, each.memory_bytes]));
    this.#grow();
  }

  /** @param held what each program holds; of those that hold as much as the stressor, that is the youngest */
  #killWorst(held: readonly (readonly [Holder, number])[]): void {
    const [worst] = held.toSorted(([, a], [, b]) => b - a);
    if (worst !== undefined && worst[1] > this.#held_bytes) {
      worst[0].kill(step(undefined, 'OOM kill', this.#environment.now_ms));
      return;
    }
    this.relieve();
    this.#wasKilled = true;
  }
}

const sum = (holders: readonly Holder[]): number =>
  holders.reduce((before, { memory_bytes }) => before + memory_bytes, 0);
