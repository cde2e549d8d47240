import { ZONE_LABEL } from '../../../scenario/nodes.ts';
import type { Labels, Selector } from '../../../scenario/scenario.ts';
import { selects } from '../../../scenario/selector.ts';
import { nodeLabels } from '../../../scenario/toleration.ts';
import { isTerminating, type NodeObject, type PodObject } from '../objects.ts';

/** What the scheduler knows of a node: the node itself and every pod that is on it or on its way there. */
export class NodeInfo {
  node: NodeObject;
  /** Terminating ones included: their room is theirs until they are gone. */
  readonly pods = new Map<string, PodObject>();

  constructor(node: NodeObject) {
    this.node = node;
  }

  /** Which domain of a topology the node is in; undefined: none. */
  domain(topology_key: string): string | undefined {
    const { name, zone, labels } = this.node.spec;
    if (topology_key === HOSTNAME) return name;
    if (topology_key === ZONE_LABEL) return zone;
    return labels[topology_key];
  }

  get labels(): Labels {
    return nodeLabels(this.node.spec);
  }

  /** Pods with these labels that are to stay (podtopologyspread/common.go countPodsMatchSelector). */
  matching(selector: Selector, namespace: string): number {
    let count = 0;
    for (const pod of this.pods.values()) {
      const isSame = pod.workload.namespace === namespace && selects(selector, pod.template.labels);
      if (isSame && !isTerminating(pod)) count += 1;
    }
    return count;
  }

  /** Sum of what its pods request. */
  requested(resource: 'cpu_millis' | 'memory_bytes', atLeast = 0): number {
    let sum = 0;
    for (const { template } of this.pods.values()) sum += template.requests[resource] || atLeast;
    return sum;
  }
}

export const HOSTNAME = 'kubernetes.io/hostname';
