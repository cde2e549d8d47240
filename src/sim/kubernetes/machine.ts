import type { Node } from '../../scenario/scenario.ts';
import { Link } from './link.ts';
import type { NodeObject } from './objects.ts';

/** A node as a machine: whether it has power, and whether the rest of the cluster can reach it. */
export class Machine {
  readonly spec: Node;
  /** Position among the scenario's nodes; load enters at the first. */
  readonly index: number;
  /** From its kubelet and its proxy to the API server. */
  readonly link = new Link();

  /** Whether a packet to it or to its pods arrives. */
  get isReachable(): boolean {
    return this.link.isUp;
  }

  constructor(spec: Node, index: number) {
    this.spec = spec;
    this.index = index;
  }

  /** As the API server knows it while nothing is wrong. */
  object(): NodeObject {
    const { spec, index } = this;
    return { name: spec.name, index, spec, ready: 'True', unschedulable: false, taints: spec.taints };
  }
}
