import type { Pod } from '../cluster/cluster.ts';

/**
 * Pods that faults of ours have taken away though the API does not show it: on a node that is lost its pods are Ready
 * for most of a minute, without a probe a stopped program is Ready for ever, and that a container was killed is seen at
 * the kubelet's next look.
 */
export class Away {
  /** How many faults stand on a pod, by its UID, or on a node, by its name. */
  readonly #standing = new Map<string, number>();
  /** By the UID of a pod whose containers were killed: how often they had been restarted before. */
  readonly #killed = new Map<string, number>();
  readonly #seen = new Map<string, Pod>();

  /** Told of pods as they are listed, before some of them are hit. */
  see(pods: readonly Pod[]): void {
    for (const pod of pods) this.#seen.set(pod.uid, pod);
  }

  /** A fault has what it is caused on from its beginning to its end. */
  begin(struck: Struck): void {
    this.#standing.set(keyOf(struck), this.#countOf(struck) + 1);
  }

  end(struck: Struck): void {
    this.#standing.set(keyOf(struck), this.#countOf(struck) - 1);
  }

  /** The containers of a pod, or of all pods of a node, come back by themselves: that they were restarted says when. */
  killed({ kind, name, uid }: Struck): void {
    for (const pod of this.#seen.values()) {
      if (kind === 'Node' ? pod.node === name : pod.uid === uid) this.#killed.set(pod.uid, restartsOf(pod));
    }
  }

  /** Of those that were seen. */
  podsOn(node: string): readonly Pod[] {
    return [...this.#seen.values()].filter((pod) => pod.node === node);
  }

  has(pod: Pod): boolean {
    const { uid, node: name = '' } = pod;
    if (this.#countOf({ kind: 'Pod', name: '', uid }) > 0) return true;
    if (this.#countOf({ kind: 'Node', name, uid: undefined }) > 0) return true;
    const before = this.#killed.get(uid);
    return before !== undefined && restartsOf(pod) <= before;
  }

  #countOf(struck: Struck): number {
    return this.#standing.get(keyOf(struck)) ?? 0;
  }
}

export interface Struck {
  readonly kind: string;
  readonly name: string;
  readonly uid: string | undefined;
}

const keyOf = ({ kind, name, uid }: Struck): string => (kind === 'Node' ? `node ${name}` : `pod ${uid}`);

const restartsOf = ({ containers }: Pod): number =>
  containers.reduce((sum, { restarts }) => sum + restarts, 0);
