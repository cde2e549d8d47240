import type { DisruptionBudget, IntOrPercent } from '../../scenario/scenario.ts';
import { selects } from '../../scenario/selector.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { type DisruptionBudgetObject, isTerminating, type PodObject, workloadKey } from './objects.ts';

/** How long an evicted pod counts as gone though its deletion was not seen (Kubernetes 1.35 pkg/controller/disruption/disruption.go). */
const DELETION_TIMEOUT_MS = 120_000;

/**
 * The disruption controller: says in each budget's status how many pods may be evicted now.
 *
 * It follows pods by a watch, so the status is behind by a watch, a sync and a write; the eviction API counts down
 * by itself in between (Kubernetes 1.35 pkg/controller/disruption/disruption.go trySync).
 */
export class DisruptionController {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #budgets: readonly DisruptionBudget[];
  readonly #pods = new Map<string, PodObject>();

  constructor(
    environment: Environment,
    api: ApiClient,
    budgets: readonly DisruptionBudget[],
    steady: readonly PodObject[],
  ) {
    this.#environment = environment;
    this.#api = api;
    this.#budgets = budgets;
    for (const pod of steady) this.#pods.set(pod.name, pod);
    if (budgets.length === 0) return;
    api.pods.watch((pod, gone, cause) => {
      if (gone) this.#pods.delete(pod.name);
      else this.#pods.set(pod.name, pod);
      for (const budget of budgets) if (covers(budget, pod)) this.#request(budget, cause);
    });
    api.workloads.watch((_workload, _gone, cause) => {
      for (const budget of budgets) this.#request(budget, cause);
    });
  }

  /** The budgets with the status of the steady state. */
  steady(): DisruptionBudgetObject[] {
    return this.#budgets.map((budget) => {
      const nothing = { name: budget.name, budget, allowed: 0, current_healthy: 0, desired_healthy: 0 };
      return this.#sync({ ...nothing, disrupted: new Map() });
    });
  }

  #request(budget: DisruptionBudget, cause: Cause): void {
    this.#environment.after(this.#environment.delay_ms('controller_sync'), () => {
      const object = this.#api.disruptionBudgets.get(budget.name);
      if (object === undefined) return;
      const next = this.#sync(object);
      if (isSame(object, next)) return;
      const because = step(cause, 'disruption controller', this.#environment.now_ms);
      // Written on what was read: where an eviction came in between, the write is refused and the sync done again.
      this.#api.disruptionBudgets.update(
        budget.name,
        (current) => (current === object ? next : undefined),
        because,
        () => {
          if (this.#api.disruptionBudgets.get(budget.name) !== next) this.#request(budget, because);
        },
      );
    });
  }

  #sync(object: DisruptionBudgetObject): DisruptionBudgetObject {
    const { budget } = object;
    const pods = [...this.#pods.values()].filter((pod) => covers(budget, pod));
    const now_ms = this.#environment.now_ms;
    const disrupted = new Map(
      [...object.disrupted].filter(([name, at_ms]) => {
        const pod = this.#pods.get(name);
        return pod !== undefined && !isTerminating(pod) && now_ms < at_ms + DELETION_TIMEOUT_MS;
      }),
    );
    const healthy = pods.filter((pod) => pod.ready && !isTerminating(pod) && !disrupted.has(pod.name)).length;
    const { expected, desired } = this.#desiredHealthy(budget, pods);
    const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
    return { ...object, allowed, current_healthy: healthy, desired_healthy: desired, disrupted };
  }

  /** getExpectedPodCount: percentages are of what the controllers want, and are rounded up. */
  #desiredHealthy(
    { max_unavailable, min_available }: DisruptionBudget,
    pods: readonly PodObject[],
  ): { expected: number; desired: number } {
    const scale = this.#scaleOf(pods);
    if (max_unavailable !== undefined) {
      return { expected: scale, desired: Math.max(0, scale - roundedUp(max_unavailable, scale)) };
    }
    if (min_available === undefined) return { expected: 0, desired: 0 };
    const expected = 'pods' in min_available ? pods.length : scale;
    return { expected, desired: roundedUp(min_available, scale) };
  }

  #scaleOf(pods: readonly PodObject[]): number {
    let scale = 0;
    for (const key of new Set(pods.map(({ workload }) => workloadKey(workload)))) {
      scale += this.#api.workloads.get(key)?.replicas ?? 0;
    }
    return scale;
  }
}

export function covers({ namespace, selector }: DisruptionBudget, pod: PodObject): boolean {
  return namespace === pod.workload.namespace && selects(selector, pod.template.labels);
}

const roundedUp = (value: IntOrPercent, of: number): number =>
  'pods' in value ? value.pods : Math.ceil((value.percent * of) / 100);

function isSame(a: DisruptionBudgetObject, b: DisruptionBudgetObject): boolean {
  return (
    a.allowed === b.allowed &&
    a.current_healthy === b.current_healthy &&
    a.desired_healthy === b.desired_healthy &&
    a.disrupted.size === b.disrupted.size
  );
}
