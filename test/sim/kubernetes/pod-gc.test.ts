import { describe, expect, it } from 'vitest';
import { step } from '../../../src/sim/cause.ts';
import { container } from './kubelet-lab.ts';
import { NodeLab, type NodeLabOptions, tolerationsOf } from './node-lab.ts';
import { template } from './objects.ts';

const OUT_OF_SERVICE = {
  key: 'node.kubernetes.io/out-of-service',
  value: 'nodeshutdown',
  effect: 'NoExecute',
} as const;

const TRIALS = [0, 1, 2, 3];

/** Of two nodes the second is tainted as out of service at 2000 ms. */
function tainted(options: NodeLabOptions = {}): NodeLab {
  const lab = new NodeLab(options);
  const cause = step(undefined, 'test', 2000);
  return lab.at(2000, () =>
    lab.cluster.operator.nodes.update(
      'node-2',
      ({ taints }) => ({ taints: [...taints, OUT_OF_SERVICE] }),
      cause,
    ),
  );
}

/** When objects of pods of the second node were removed, in milliseconds. */
const removals = (lab: NodeLab): number[] =>
  lab.pods.filter(({ pod, gone }) => gone && pod.node === 1).map(({ at_ms }) => at_ms);

describe('the pod garbage collector', () => {
  it('removes the pods of a lost node that is out of service, with its next look after the node is not ready', () => {
    const waits_ms = TRIALS.map((trial) => {
      const lab = tainted({ trial });
      lab.at(1000, () => lab.powerOff('node-2')).run(120_000);
      const unknown_ms = lab.nodeAt('node-2', ({ ready }) => ready === 'Unknown')!;
      const [removed_ms] = removals(lab);
      expect(removals(lab)).toHaveLength(1);
      expect([...lab.evictions.values()]).toEqual([2000]);
      return removed_ms! - unknown_ms;
    });
    for (const wait_ms of waits_ms) {
      expect(wait_ms).toBeGreaterThanOrEqual(0);
      expect(wait_ms).toBeLessThanOrEqual(20_000);
    }
    expect(new Set(waits_ms).size).toBe(TRIALS.length);
  });

  it('leaves the pods of a lost node that is not', () => {
    const lab = new NodeLab({ toleration_s: 5 });
    lab.at(1000, () => lab.powerOff('node-2')).run(300_000);
    expect(lab.evictions.size).toBe(1);
    expect(removals(lab)).toEqual([]);
  });

  it('leaves the pods of a node that is ready to its kubelet', () => {
    const pod = template({
      containers: [container({}, { on_sigterm: 'ignore' })],
      tolerations: tolerationsOf(300),
      termination_grace_period_s: 60,
    });
    const lab = tainted({ workload: { pod } }).run(120_000);
    const [removed_ms] = removals(lab);
    expect(removed_ms).toBeGreaterThanOrEqual(62_000);
  });

  it('looks as soon as it has started again', () => {
    for (const trial of TRIALS) {
      const lab = tainted({ trial }).outage('controller-manager', 57_000, 30_000);
      lab.at(1000, () => lab.powerOff('node-2')).run(150_000);
      const [removed_ms] = removals(lab);
      // Either before it was killed, or with its first look.
      const isBefore = removed_ms! < 57_000;
      expect(isBefore || (removed_ms! >= 87_000 && removed_ms! < 87_500)).toBe(true);
    }
  });
});
