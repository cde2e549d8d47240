import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { timing } from '../../../src/scenario/timing.ts';
import { step } from '../../../src/sim/cause.ts';
import { INSTANT } from './environment.ts';
import { container, probe } from './kubelet-lab.ts';
import { NodeLab } from './node-lab.ts';
import { template } from './objects.ts';

const CAUSE = step(undefined, 'test', 0);
const SLOW_BOOT = { ...INSTANT, node_boot: constant(20_000) };

const onNode2 = (lab: NodeLab) => [...lab.cluster.api.pods.values()].filter(({ node }) => node === 1);

describe('Machine', () => {
  it('is reachable with power and cable, and not without either', () => {
    const lab = new NodeLab();
    const machine = lab.machine('node-2');
    const seen: boolean[] = [];
    const look = () => seen.push(machine.isReachable);
    look();
    lab.at(1000, () => machine.cut()).at(1000, look);
    lab.at(2000, () => lab.powerOff('node-2')).at(2000, look);
    lab.at(3000, () => machine.mend()).at(3000, look);
    lab.at(4000, () => lab.powerOn('node-2')).at(4000, look);
    lab.run(10_000);
    expect(seen).toEqual([true, false, false, false, true]);
  });

  it('loses its processes with its power, at once, and without a word to anybody', () => {
    const lab = new NodeLab({ replicas: 4 });
    const [pod] = onNode2(lab);
    const worker = lab.cluster.worker(pod!.name)!;
    lab.at(10_000, () => lab.powerOff('node-2')).run(30_000);
    expect(worker.processAt(80)!.hasExited).toBe(true);
    expect(worker.sandbox?.isUp).toBe(false);
    expect(lab.cluster.worker(pod!.name)).toBeUndefined();
    expect(lab.changes).toEqual([]);
  });

  it('starts the pods of the node from the beginning when it has booted, which the kubelet reports first', () => {
    const lab = new NodeLab({ replicas: 4, timing: SLOW_BOOT });
    const mine = onNode2(lab).map(({ name }) => name);
    lab.at(10_000, () => lab.powerOff('node-2'));
    lab.at(15_000, () => lab.powerOn('node-2')).run(34_999);
    expect(lab.changes).toEqual([]);
    lab.run(60_000);
    for (const name of mine) {
      const states = lab.pods.filter(({ pod }) => pod.name === name);
      // Booted after 20 s, and its pods asked for a second later.
      expect(states[0]).toMatchObject({ at_ms: 36_000, pod: { ready: false } });
      expect(states.at(-1)!.pod.ready).toBe(true);
      expect(states.at(-1)!.at_ms).toBeLessThan(38_000);
      expect(lab.cluster.worker(name)!.processAt(80)!.isListening).toBe(true);
    }
  });

  it('has a kubelet that has just started sleep for a part of a long probe period first', () => {
    const waits_ms = (period_s: number) =>
      Array.from({ length: 40 }, (_, trial) => {
        const containers = [container({ readiness_probe: probe({ period_s }) })];
        const pod = template({ mounts_volumes: true, containers });
        const lab = new NodeLab({ replicas: 2, workload: { pod }, trial });
        lab.at(10_000, () => lab.powerOff('node-2'));
        lab.at(11_000, () => lab.powerOn('node-2')).run(40_000);
        const [mine] = onNode2(lab);
        const ready = lab.pods.find(({ pod }) => pod.name === mine!.name && pod.ready);
        // The kubelet asks for its pods after a second, and waits 300 ms for the volumes.
        return (ready?.at_ms ?? Number.NaN) - 12_300;
      });
    const long = waits_ms(10);
    // Uniform over the period, but for looks of the PLEG: what sleeps for less waits for the container to be seen.
    expect(Math.max(...long)).toBeGreaterThan(7500);
    expect(long.filter((wait_ms) => wait_ms > 5000).length).toBeGreaterThan(10);
    expect(long.filter((wait_ms) => wait_ms > 5000).length).toBeLessThan(30);
    for (const wait_ms of waits_ms(1)) expect(wait_ms).toBeLessThan(2500);
  });

  it('boots without its cable, and is heard of when that is in', () => {
    const lab = new NodeLab({ replicas: 4 });
    lab.at(10_000, () => lab.powerOff('node-2')).at(11_000, () => lab.machine('node-2').cut());
    lab.at(12_000, () => lab.powerOn('node-2')).run(29_999);
    const { renewed_at_ms } = lab.cluster.api.leases.get('node-2')!;
    expect(renewed_at_ms).toBeLessThan(10_000);
    expect(lab.changes).toEqual([]);
    lab.at(30_000, () => lab.machine('node-2').mend()).run(60_000);
    expect(lab.cluster.api.leases.get('node-2')!.renewed_at_ms).toBeGreaterThan(10_000);
    expect(lab.serving).toHaveLength(4);
  });

  it('waits for the API server when it has booted', () => {
    const lab = new NodeLab({ replicas: 4 });
    lab.at(10_000, () => lab.powerOff('node-2'));
    lab.outage('api-server', 11_000, 20_000);
    lab.at(15_000, () => lab.powerOn('node-2')).run(30_999);
    expect(lab.cluster.machines[1]!.kubelet).toBeDefined();
    expect(lab.serving.every(({ node }) => node === 0)).toBe(true);
    lab.run(60_000);
    expect(lab.serving).toHaveLength(4);
  });

  it('boots once, however often its power comes and goes meanwhile', () => {
    const lab = new NodeLab({ replicas: 4, timing: SLOW_BOOT });
    lab.at(10_000, () => lab.powerOff('node-2')).at(10_500, () => lab.powerOff('node-2'));
    lab.at(11_000, () => lab.powerOn('node-2')).at(11_500, () => lab.powerOn('node-2'));
    lab.at(20_000, () => lab.powerOff('node-2')).at(25_000, () => lab.powerOn('node-2'));
    lab.run(44_999);
    expect(lab.changes).toEqual([]);
    lab.run(60_000);
    expect(lab.serving).toHaveLength(4);
    expect(lab.pods.filter(({ pod }) => pod.name === onNode2(lab)[0]!.name && !pod.ready)).toHaveLength(1);
  });

  it('leaves the pods that were deleted while it was away terminating, and ends them when it is back', () => {
    for (const how of ['power', 'cable'] as const) {
      const lab = new NodeLab({ replicas: 4 });
      const mine = onNode2(lab).map(({ name }) => name);
      lab.at(10_000, () => (how === 'power' ? lab.powerOff('node-2') : lab.machine('node-2').cut()));
      lab.at(12_000, () => {
        for (const name of mine) lab.cluster.operator.pods.delete(name, 30, CAUSE);
      });
      lab.at(30_000, () => (how === 'power' ? lab.powerOn('node-2') : lab.machine('node-2').mend()));
      lab.run(29_999);
      for (const name of mine) expect(lab.cluster.api.pods.get(name)!.grace_period_s).toBe(30);
      lab.run(60_000);
      for (const name of mine) expect(lab.cluster.api.pods.get(name)).toBeUndefined();
      expect(lab.serving).toHaveLength(4);
    }
  });

  it('ends a pod that was put on it and deleted before it heard of either', () => {
    const lab = new NodeLab({ nodes: 2, replicas: 1 });
    const other = lab.serving[0]!.node === 0 ? 'node-2' : 'node-1';
    lab.at(10_000, () => lab.machine(other).cut());
    // The scheduler puts the next one on the emptier node.
    lab.at(11_000, () => lab.cluster.operator.pods.delete(lab.serving[0]!.name, 0, CAUSE));
    lab.at(12_000, () => {
      for (const { name, node } of lab.cluster.api.pods.values()) {
        if (node !== undefined) lab.cluster.operator.pods.delete(name, 30, CAUSE);
      }
    });
    lab.at(20_000, () => lab.machine(other).mend()).run(120_000);
    expect([...lab.cluster.api.pods.values()].filter((pod) => pod.grace_period_s !== undefined)).toEqual([]);
    expect(lab.serving).toHaveLength(1);
  });

  it('has its pods ready again by their own kubelet, which compares them every ten seconds', () => {
    const back: number[] = [];
    for (let trial = 0; trial < 30; trial += 1) {
      const lab = new NodeLab({ nodes: 3, replicas: 6, trial, timing: timing() });
      const before = lab.serving.map(({ name }) => name).sort();
      lab.at(30_000, () => lab.machine('node-2').cut());
      lab.at(100_000, () => lab.machine('node-2').mend()).run(99_999);
      const mine = lab.serving.filter(({ node }) => node === 1);
      expect(mine).toEqual([]);
      lab.run(200_000);
      expect(lab.serving.map(({ name }) => name).sort()).toEqual(before);
      // No container was started again for it.
      const ready = lab.pods.filter(({ pod, at_ms }) => pod.node === 1 && pod.ready && at_ms > 100_000);
      const [first, last] = [ready[0]!, ready.at(-1)!];
      expect(last.at_ms - first.at_ms).toBeLessThan(200);
      back.push(first.at_ms - 100_000);
      // As long ago as it was, so that it counts as available at once.
      expect(first.pod.ready_since_ms).toBe(Number.NEGATIVE_INFINITY);
    }
    expect(Math.min(...back)).toBeLessThan(5000);
    expect(Math.max(...back)).toBeGreaterThan(10_000);
    expect(Math.max(...back)).toBeLessThan(72_000);
  });

  it('runs again as it did, whenever it loses its power and however long', () => {
    for (let trial = 0; trial < 60; trial += 1) {
      const lab = new NodeLab({
        nodes: 3,
        replicas: 5,
        trial,
        timing: timing(),
        workload: { pod: template({ mounts_volumes: true, tolerations: tolerations(trial) }) },
      });
      lab.at(5000 + 97 * trial, () => lab.powerOff('node-3'));
      lab.at(5000 + 97 * trial + 2500 * (trial + 1), () => lab.powerOn('node-3')).run(600_000);
      const pods = [...lab.cluster.api.pods.values()];
      expect(pods).toHaveLength(5);
      expect(lab.serving).toHaveLength(5);
    }
  });
});

/** Of every third the pods are evicted before the node is back. */
const tolerations = (trial: number) =>
  ['not-ready', 'unreachable'].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists' as const,
    value: '',
    effect: 'NoExecute' as const,
    toleration_s: trial % 3 === 0 ? 5 : 300,
  }));
