import type { Scenario, Workload } from '../../../src/scenario/scenario.ts';
import type { Timing } from '../../../src/scenario/timing.ts';
import { type Cause, step } from '../../../src/sim/cause.ts';
import { Environment } from '../../../src/sim/environment.ts';
import { type ApiClient, ApiServer } from '../../../src/sim/kubernetes/api-server.ts';
import { Link } from '../../../src/sim/kubernetes/link.ts';
import { isActive, isTerminating, type PodObject, workloadKey } from '../../../src/sim/kubernetes/objects.ts';
import { rollOut } from '../../../src/sim/kubernetes/rollout.ts';
import { type SteadyState, steadyState } from '../../../src/sim/kubernetes/steady-state.ts';
import { startWorkloadControllers } from '../../../src/sim/kubernetes/workload-controllers.ts';
import { atVersion, KUBERNETES } from '../../../src/sim/platform.ts';
import type { TimelineEvent } from '../../../src/timeline/event.ts';
import { INSTANT } from './environment.ts';
import { nodes } from './objects.ts';

export const CAUSE = step(undefined, 'test', 0);

export interface LabOptions {
  readonly nodes?: number;
  readonly trial?: number;
  readonly timing?: Timing;
  /** From a pod being on its node to being ready. */
  readonly start_ms?: number;
  /** From a pod being deleted to its object being gone. */
  readonly stop_ms?: number;
  /** Pods that never become ready. */
  readonly isBroken?: (pod: PodObject) => boolean;
  readonly feature_gates?: Scenario['cluster']['feature_gates'];
  /** Of Kubernetes 1.x. */
  readonly minor?: number;
}

/**
 * One workload with the real controllers; nodes that do nothing but start a pod after a time and let it go after
 * another. Without delays of machines, unless told otherwise.
 */
export class WorkloadLab {
  readonly env: Environment;
  readonly api: ApiServer;
  readonly operator: ApiClient;
  readonly key: string;
  readonly steady: SteadyState;
  readonly links: { readonly controllers: Link; readonly nodes: Link };
  readonly events: TimelineEvent[] = [];
  /** Every change of a pod as it was seen: when, and as what. */
  readonly changes: { readonly at_ms: number; readonly pod: PodObject; readonly gone: boolean }[] = [];
  readonly #options: Required<Pick<LabOptions, 'nodes' | 'start_ms' | 'stop_ms' | 'isBroken'>>;
  #placed = 0;

  constructor(workload: Workload, options: LabOptions = {}) {
    this.#options = {
      nodes: options.nodes ?? 2,
      start_ms: options.start_ms ?? 1000,
      stop_ms: options.stop_ms ?? 0,
      isBroken: options.isBroken ?? (() => false),
    };
    const recorder = { record: (event: TimelineEvent) => void this.events.push(event) };
    const version = { minor: options.minor ?? 35, feature_gates: options.feature_gates ?? [] };
    const platform = atVersion(KUBERNETES, version);
    this.env = new Environment('1', options.trial ?? 0, platform, options.timing ?? INSTANT, recorder);
    this.api = new ApiServer(this.env);
    this.links = { controllers: new Link(this.env), nodes: new Link(this.env) };
    this.operator = this.api.client(new Link(this.env));
    this.key = workloadKey(workload);
    const all = nodes(this.#options.nodes);
    for (const node of all) this.api.nodes.restore(node);
    this.steady = steadyState(
      [workload],
      all,
      ({ replicas }) => replicas,
      (pod) => ({ ...pod, node: this.#place(pod) }),
    );
    for (const each of this.steady.workloads) this.api.workloads.restore(each);
    for (const each of this.steady.sets) this.api.replicaSets.restore(each);
    for (const each of this.steady.pods) this.api.pods.restore(each);
    startWorkloadControllers(this.env, this.api, this.links.controllers, this.steady);
    this.#startNodes();
    this.operator.pods.watch((pod, gone) => this.changes.push({ at_ms: this.env.now_ms, pod, gone }));
  }

  at(at_ms: number, action: () => void): this {
    this.env.simulation.at(at_ms, action);
    return this;
  }

  run(until_ms: number): this {
    this.env.simulation.runUntil(until_ms);
    return this;
  }

  /** Rolls out a template that differs in nothing. */
  restart(): void {
    rollOut(this.operator, this.key, ({ template }) => ({ ...template }), CAUSE);
  }

  /** Goes back to the template before. */
  undo(): void {
    rollOut(this.operator, this.key, ({ history }) => history?.at(-1), CAUSE);
  }

  scale(replicas: number): void {
    this.operator.workloads.update(this.key, { replicas }, CAUSE);
  }

  kill(pod: string, grace_period_s = 30): void {
    this.operator.pods.delete(pod, grace_period_s, CAUSE);
  }

  get pods(): PodObject[] {
    return [...this.api.pods.values()];
  }

  get active(): PodObject[] {
    return this.pods.filter(isActive);
  }

  /** Ready and to stay. */
  get serving(): PodObject[] {
    return this.active.filter(({ ready }) => ready);
  }

  /** Of the latest template. */
  get updated(): PodObject[] {
    const template = this.api.workloads.get(this.key)?.template;
    return this.active.filter((pod) => pod.template === template);
  }

  /** What was created and deleted, by name and in order, "+web-0", "-web-0". */
  get log(): string[] {
    const deleted = new Set<string>();
    const seen = new Set(this.steady.pods.map(({ name }) => name));
    const log: string[] = [];
    for (const { pod, gone } of this.changes) {
      if (!seen.has(pod.name)) log.push(`+${pod.name}`);
      seen.add(pod.name);
      if ((isTerminating(pod) || gone) && !deleted.has(pod.name)) {
        deleted.add(pod.name);
        log.push(`-${pod.name}`);
      }
    }
    return log;
  }

  #place({ target_node }: PodObject): number {
    if (target_node !== undefined) return target_node;
    this.#placed += 1;
    return (this.#placed - 1) % this.#options.nodes;
  }

  #startNodes(): void {
    const client = this.api.client(this.links.nodes);
    const starting = new Set<string>();
    const stopping = new Set<string>();
    client.pods.watch((pod, gone, cause: Cause) => {
      if (gone) return;
      const { name } = pod;
      if (isTerminating(pod)) {
        if (pod.node === undefined || stopping.has(name)) return;
        stopping.add(name);
        this.env.after(this.#options.stop_ms, () => client.pods.remove(name, cause));
      } else if (pod.node === undefined) {
        client.pods.update(name, { node: this.#place(pod) }, cause);
      } else if (pod.phase === 'Pending' && !starting.has(name)) {
        starting.add(name);
        const ready = !this.#options.isBroken(pod);
        this.env.after(this.#options.start_ms, () => {
          const ready_since_ms = this.env.now_ms;
          client.pods.update(name, { phase: 'Running', address: name, ready, ready_since_ms }, cause);
        });
      }
    });
  }
}
