import { loadScenario } from '../../../src/scenario/load.ts';
import { plainNodes } from '../../../src/scenario/nodes.ts';
import type {
  ControlPlaneOutage,
  Deployment,
  Node,
  Scenario,
  Toleration,
} from '../../../src/scenario/scenario.ts';
import type { Timing } from '../../../src/scenario/timing.ts';
import { step } from '../../../src/sim/cause.ts';
import { Environment } from '../../../src/sim/environment.ts';
import { controlPlaneOutage } from '../../../src/sim/faults/control-plane-outage.ts';
import { SimulatedCluster } from '../../../src/sim/kubernetes/cluster.ts';
import { Link } from '../../../src/sim/kubernetes/link.ts';
import type { Machine } from '../../../src/sim/kubernetes/machine.ts';
import type { NodeObject, PodObject } from '../../../src/sim/kubernetes/objects.ts';
import { KUBERNETES } from '../../../src/sim/platform.ts';
import { INSTANT } from './environment.ts';
import { deployment, template } from './objects.ts';

const BASE = loadScenario('scenarios/validation/two-one-graceful.yaml');

export interface NodeLabOptions {
  readonly nodes?: number | readonly Node[];
  readonly replicas?: number;
  readonly workload?: Partial<Deployment>;
  readonly toleration_s?: number;
  readonly timing?: Timing;
  readonly leader_election?: boolean;
  readonly trial?: number;
}

/** What the API server stored, at its moment. */
export type Change =
  | { readonly at_ms: number; readonly node: NodeObject }
  | { readonly at_ms: number; readonly pod: PodObject; readonly gone: boolean };

/** A whole cluster whose machines and control plane can be taken away, and a note of all that it wrote. */
export class NodeLab {
  readonly environment: Environment;
  readonly cluster: SimulatedCluster;
  readonly changes: Change[] = [];

  constructor(options: NodeLabOptions = {}) {
    const { nodes = 2, trial = 0, timing = INSTANT } = options;
    const scenario = scenarioOf(options, typeof nodes === 'number' ? plainNodes(nodes) : nodes);
    this.environment = new Environment('1', trial, KUBERNETES, timing, { record: () => {} });
    const [service] = scenario.services;
    this.cluster = new SimulatedCluster(this.environment, scenario, service!, scenario.load.port, () => {});
    const { api } = this.cluster;
    // A watch without the API server's delay, through a link that nothing cuts.
    const link = new Link(this.environment);
    const now = () => this.environment.now_ms;
    api.nodes.watch(link, (node) => this.changes.push({ at_ms: now(), node }));
    api.pods.watch(link, (pod, gone) => this.changes.push({ at_ms: now(), pod, gone }));
  }

  machine(name: string): Machine {
    return this.cluster.machine(name)!;
  }

  at(at_ms: number, action: () => void): this {
    this.environment.simulation.at(at_ms, action);
    return this;
  }

  run(until_ms: number): this {
    this.environment.simulation.runUntil(until_ms);
    return this;
  }

  powerOff(name: string): void {
    this.machine(name).powerOff(step(undefined, 'test', this.environment.now_ms));
  }

  powerOn(name: string): void {
    this.machine(name).powerOn(step(undefined, 'test', this.environment.now_ms));
  }

  /** From `from_ms` on, for a while. */
  outage(component: ControlPlaneOutage['component'], from_ms: number, duration_ms: number): this {
    const position = { file: '', line: 1, column: 1 };
    const fault = {
      type: 'control-plane-outage',
      position,
      at_ms: [from_ms],
      component,
      duration_ms,
    } as const;
    const cause = () => step(undefined, 'test', this.environment.now_ms);
    this.at(from_ms, () => controlPlaneOutage.apply(this.cluster, fault, [], cause(), undefined));
    return this.at(from_ms + duration_ms, () =>
      controlPlaneOutage.undo?.(this.cluster, fault, [], cause(), undefined),
    );
  }

  /** When a node was first stored like this, in milliseconds; undefined: never. */
  nodeAt(name: string, is: (node: NodeObject) => boolean, from_ms = 0): number | undefined {
    for (const change of this.changes) {
      if (!('node' in change) || change.at_ms < from_ms) continue;
      if (change.node.name === name && is(change.node)) return change.at_ms;
    }
    return undefined;
  }

  /** Changes of pods. */
  get pods(): { readonly at_ms: number; readonly pod: PodObject; readonly gone: boolean }[] {
    return this.changes.filter((change) => 'pod' in change);
  }

  /** When each pod was first stored as being deleted, in milliseconds. */
  get evictions(): Map<string, number> {
    const first = new Map<string, number>();
    for (const { at_ms, pod } of this.pods) {
      if (pod.grace_period_s !== undefined && !first.has(pod.name)) first.set(pod.name, at_ms);
    }
    return first;
  }

  /** When the leases of a node were renewed, in milliseconds. */
  renewals(name: string): number[] {
    const renewed: number[] = [this.cluster.api.leases.get(name)!.renewed_at_ms];
    this.cluster.api.leases.watch(new Link(this.environment), (lease) => {
      if (lease.name === name) renewed.push(lease.renewed_at_ms);
    });
    return renewed;
  }

  /** Pods that serve: of the object and of the process. */
  get serving(): PodObject[] {
    return [...this.cluster.api.pods.values()].filter(
      (pod) => pod.ready && this.cluster.worker(pod.name)?.processAt(80)?.isListening,
    );
  }
}

function scenarioOf(
  { replicas = 2, toleration_s = 300, workload = {}, leader_election = false }: NodeLabOptions,
  nodes: readonly Node[],
): Scenario {
  const pod = template({ tolerations: tolerationsOf(toleration_s) });
  return {
    ...BASE,
    cluster: { ...BASE.cluster, nodes, leader_election },
    workloads: [deployment({ replicas, pod, ...workload })],
    services: BASE.services.map((service) => ({ ...service, selector: { app: 'web' } })),
    load: { ...BASE.load, service: BASE.services[0]!.name },
  };
}

/** What the API server gives every pod that says nothing of it. */
export const tolerationsOf = (toleration_s: number): Toleration[] =>
  ['not-ready', 'unreachable'].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    value: '',
    effect: 'NoExecute',
    toleration_s,
  }));

export const isTainted = (effect: 'NoSchedule' | 'NoExecute') => (node: NodeObject) =>
  node.taints.some((taint) => taint.effect === effect && taint.key === 'node.kubernetes.io/unreachable');
