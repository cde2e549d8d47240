/**
 * What acts take, from the moment in which it is chosen until the cluster itself shows it or it is undone: an act that is
 * chosen counts for the next one as if it had been done. And what the API does not show: on a node that is lost its pods
 * are Ready for most of a minute, without a probe a stopped program is Ready for ever, and that a container was killed is
 * seen at the kubelet's next look.
 */
import type { Told } from '../../scenario/rollout-limit.ts';
import { workloadText } from '../../scenario/safety.ts';
import type { Fault, FaultType, Workload } from '../../scenario/scenario.ts';
import type { Pod } from '../cluster/cluster.ts';
import type { Target } from './journal.ts';

/** What one act takes. */
export interface Claim {
  readonly fault: Fault;
  readonly targets: readonly Target[];
  /** Whether a pod goes by it, or is of no use while it lasts. */
  takes(pod: Pod): boolean;
  /** Whether those pods are deleted, so that nobody else is to choose them. */
  readonly removes: boolean;
  /** Whether a controller deletes a pod for it, some moments after the cluster has answered. Left out: none. */
  expels?(pod: Pod): boolean;
  /** What it tells a workload's controller; undefined: nothing. */
  readonly told?: Told & { readonly workload: Workload };
}

type Stage = 'chosen' | 'begun' | 'answered';

/** All of one trial. */
export class Claims {
  readonly #stages = new Map<Claim, Stage>();
  /** By the UID of a pod whose containers were killed: how often they had been restarted before. */
  readonly #killed = new Map<string, number>();
  readonly #seen = new Map<string, Pod>();

  /** To be called in the same breath as the choice: nothing may come between the two. */
  add(claim: Claim): void {
    this.#stages.set(claim, 'chosen');
  }

  /** @param kills whether containers are killed by it, which come back by themselves: that they were restarted says when */
  begin(claim: Claim, kills: boolean): void {
    this.#stages.set(claim, 'begun');
    if (!kills) return;
    for (const pod of this.#seen.values()) if (claim.takes(pod)) this.#killed.set(pod.uid, restartsOf(pod));
  }

  /** The cluster has answered: from now on it shows what is deleted. */
  answer(claim: Claim): void {
    this.#stages.set(claim, 'answered');
  }

  /** The cluster shows it, or it is undone, or it never began. */
  release(claim: Claim): void {
    this.#stages.delete(claim);
  }

  hasBegun(type: FaultType): boolean {
    return [...this.#stages].some(([{ fault }, stage]) => fault.type === type && stage !== 'chosen');
  }

  /** Of the claims that stand, those chosen before this one that have a controller delete pods. */
  expelling(before: Claim): readonly Claim[] {
    const claims = [...this.#stages.keys()];
    return claims.slice(0, claims.indexOf(before)).filter(({ expels }) => expels !== undefined);
  }

  /** How many targets are chosen and not yet hit. */
  get waiting(): number {
    const counts = [...this.#stages].map(([{ targets }, stage]) => (stage === 'chosen' ? targets.length : 0));
    return counts.reduce((sum, each) => sum + each, 0);
  }

  /**
   * As they stand, for somebody who is about to look at the cluster and to choose: what ends while they look is counted
   * all the same, since what they have seen may be of before.
   */
  now(): Claimed {
    const stages = new Map(this.#stages);
    const claims = [...stages.keys()];
    return {
      targetsOf: (type) =>
        claims.flatMap(({ fault, targets }) => (type === undefined || fault.type === type ? targets : [])),
      see: (pods) => {
        for (const pod of pods) this.#seen.set(pod.uid, pod);
      },
      isAway: (pod) => claims.some((claim) => claim.takes(pod)) || this.#isKilled(pod),
      isLeaving: (pod) =>
        claims.some((claim) => claim.removes && stages.get(claim) !== 'answered' && claim.takes(pod)),
      told: (workload) => {
        const name = workloadText(workload);
        return claims.flatMap(({ told }) =>
          told !== undefined && workloadText(told.workload) === name ? [told] : [],
        );
      },
    };
  }

  #isKilled(pod: Pod): boolean {
    const before = this.#killed.get(pod.uid);
    return before !== undefined && restartsOf(pod) <= before;
  }
}

/** What is claimed, for one who chooses. */
export interface Claimed {
  /** What faults of a type are caused on, or about to be; without a type those of all. */
  targetsOf(type?: FaultType): readonly Target[];
  /** To be told of pods as they are listed, before some of them are hit. */
  see(pods: readonly Pod[]): void;
  /** Whether a pod is taken, whatever the API says of it. */
  isAway(pod: Pod): boolean;
  /** Whether it is about to be deleted, and the API does not show it yet. */
  isLeaving(pod: Pod): boolean;
  /** What its controller is told, or about to be. */
  told(workload: Workload): readonly Told[];
}

const restartsOf = ({ containers }: Pod): number =>
  containers.reduce((sum, { restarts }) => sum + restarts, 0);
