/**
 * What acts of a trial take, from when they are done until the API server shows it or they are undone, as
 * src/chaos/safety/claims.ts counts it: of acts that are due at once each counts for the next.
 */
import type { Told } from '../scenario/rollout-limit.ts';
import { scaledTo } from '../scenario/scaled-to.ts';
import type { Fault } from '../scenario/scenario.ts';
import { tolerates } from '../scenario/toleration.ts';
import type { SimulatedCluster } from './kubernetes/cluster.ts';
import type { PodObject, WorkloadObject } from './kubernetes/objects.ts';
import { findWorkload } from './kubernetes/rollout.ts';

export interface Claim {
  readonly fault: Fault;
  /** Names of pods or nodes. */
  readonly victims: ReadonlySet<string>;
  readonly at_ms: number;
  /** The workload that it changes, as it was before; undefined: none. */
  readonly object: WorkloadObject | undefined;
}

type WorkloadFault = Extract<Fault, { readonly workload: string }>;

const ROLLOUTS: readonly Fault['type'][] = ['rollout-restart', 'bad-image', 'bad-readiness'];
/** What they hit goes, sooner or later, and does not come back under its name. */
const FOR_EVER: readonly Fault['type'][] = ['pod-kill', 'pod-eviction'];
const REMOVING: readonly Fault['type'][] = [...FOR_EVER, 'node-drain', 'node-taint'];

export class Claims {
  readonly #cluster: SimulatedCluster;
  readonly #standing = new Set<Claim>();
  /** Over, but not for the API server yet. */
  #ending: readonly Claim[] = [];
  /** Names of pods that are deleted, or evicted in the end. */
  readonly #goners = new Map<string, 'deleted' | 'evicted'>();

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  /** What an act would take that is done now. */
  of(fault: Fault, victims: readonly string[]): Claim {
    const isOfWorkload = fault.type === 'scale' || ROLLOUTS.includes(fault.type);
    const object = isOfWorkload ? findWorkload(this.#cluster.operator, fault as WorkloadFault) : undefined;
    return { fault, victims: new Set(victims), at_ms: this.#now_ms, object };
  }

  add(claim: Claim): void {
    const { fault, victims } = claim;
    this.#standing.add(claim);
    this.#ending = this.#ending.filter((each) => each.at_ms === this.#now_ms || this.#tellsStill(each));
    if (!FOR_EVER.includes(fault.type)) return;
    for (const name of victims) this.#goners.set(name, fault.type === 'pod-kill' ? 'deleted' : 'evicted');
  }

  /** It is undone, or was done once. */
  end(claim: Claim): void {
    this.#standing.delete(claim);
    this.#ending = [...this.#ending, claim];
  }

  /** Whether a pod is taken, whatever the API server says of it. */
  isAway(pod: PodObject): boolean {
    return this.#goners.has(pod.name) || this.#counted().some((claim) => this.#takes(claim, pod));
  }

  /** Whether it is about to be deleted, and the API server does not show it yet. */
  isLeaving(pod: PodObject): boolean {
    if (this.#goners.get(pod.name) === 'deleted') return true;
    return this.#counted().some(
      (claim) =>
        claim.at_ms === this.#now_ms && REMOVING.includes(claim.fault.type) && this.#takes(claim, pod),
    );
  }

  /** What a workload's controller is told, or about to be. */
  told(object: WorkloadObject): readonly Told[] {
    const ending = this.#ending.filter((claim) => this.#tellsStill(claim));
    return [...this.#standing, ...ending].flatMap((claim) => {
      const told = claim.object?.name === object.name ? toldBy(claim) : undefined;
      return told === undefined ? [] : [told];
    });
  }

  /** Whether a change of a workload, or the undoing of it, is still on its way. */
  #tellsStill(claim: Claim): boolean {
    const { fault, object } = claim;
    if (object === undefined) return false;
    const now = this.#cluster.operator.workloads.get(object.name);
    if (fault.type !== 'scale') return now?.template === object.template;
    const scaled_to = scaledTo(object.replicas, fault.replicas);
    return scaled_to !== object.replicas && now?.replicas === scaled_to;
  }

  /** What is done at this moment counts though it is over, like a container that has just been killed. */
  #counted(): readonly Claim[] {
    return [...this.#standing, ...this.#ending.filter(({ at_ms }) => at_ms === this.#now_ms)];
  }

  get #now_ms(): number {
    return this.#cluster.environment.now_ms;
  }

  #takes({ fault, victims }: Claim, pod: PodObject): boolean {
    if (victims.has(pod.name)) return true;
    const node = pod.node === undefined ? undefined : this.#cluster.machines[pod.node]?.spec.name;
    return node !== undefined && victims.has(node) && leaves(fault, pod);
  }
}

/** What a scale or a rollout tells the controller, now or when it is undone; undefined: it is none. */
export function toldBy({ fault, object }: Claim): Told | undefined {
  if (object === undefined) return undefined;
  if (fault.type !== 'scale') return { replicas: [], isRolling: true };
  return { replicas: [object.replicas, scaledTo(object.replicas, fault.replicas)], isRolling: false };
}

/** Whether a pod is hit by what befalls its node; one that bears a taint for a time goes when that is over. */
export function leaves(fault: Fault, { template }: PodObject): boolean {
  if (fault.type === 'node-cordon') return false;
  if (fault.type !== 'node-taint') return true;
  const forEver = template.tolerations.filter(({ toleration_s }) => toleration_s === undefined);
  return fault.taint.effect === 'NoExecute' && !tolerates(forEver, fault.taint);
}
