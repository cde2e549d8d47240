import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { timing } from '../../../src/scenario/timing.ts';
import { step } from '../../../src/sim/cause.ts';
import { INSTANT } from './environment.ts';
import { isTainted, NodeLab } from './node-lab.ts';

const isUnknown = ({ ready }: { ready: string }) => ready === 'Unknown';
const CAUSE = step(undefined, 'test', 0);

describe('ControlPlane', () => {
  it('lets what runs go on while the API server is away, and heals nothing until it is back', () => {
    const lab = new NodeLab({ nodes: 3, replicas: 3 });
    lab.outage('api-server', 20_000, 15_000);
    lab.at(22_000, () => {
      const [pod] = lab.serving;
      lab.cluster.operator.pods.delete(pod!.name, 0, CAUSE);
    });
    lab.run(34_999);
    expect(lab.changes).toEqual([]);
    expect(lab.serving).toHaveLength(3);
    lab.run(100_000);
    expect(lab.pods.filter(({ gone }) => gone)).toHaveLength(1);
    expect(lab.serving).toHaveLength(3);
  });

  it('takes every node for lost after the API server was away, evicts nobody, and finds them again', () => {
    const given_up: number[] = [];
    for (let trial = 0; trial < 20; trial += 1) {
      const lab = new NodeLab({ nodes: 4, replicas: 6, trial, timing: timing() });
      const before = lab.serving.map(({ name }) => name).sort();
      lab.outage('api-server', 20_000, 120_000).run(142_000);
      // Nothing can be written while it is away.
      expect(lab.changes).toEqual([]);
      lab.run(300_000);
      const lost = lab.cluster.machines.filter(
        ({ spec }) => lab.nodeAt(spec.name, isUnknown) !== undefined,
      ).length;
      given_up.push(lost);
      expect(lab.evictions.size).toBe(0);
      expect(lab.serving.map(({ name }) => name).sort()).toEqual(before);
      expect([...lab.cluster.api.nodes.values()].every(({ ready }) => ready === 'True')).toBe(true);
    }
    // The watch of the leases is half a minute late at the least, and the controller looks every five seconds.
    expect(given_up).toEqual(Array<number>(20).fill(4));
  });

  it('gives up no node because of an outage that, with the latest return of the watches, is within the grace period', () => {
    for (let trial = 0; trial < 30; trial += 1) {
      const lab = new NodeLab({ nodes: 3, replicas: 3, trial, timing: timing() });
      // Tried after 11 s at the latest, and again 13 s later; 10 s since the last renewal.
      lab.outage('api-server', 20_000, 3000).run(200_000);
      for (const { spec } of lab.cluster.machines) expect(lab.nodeAt(spec.name, isUnknown)).toBeUndefined();
      expect(lab.changes).toEqual([]);
    }
  });

  it('begins the grace period of a lost node anew when the controller manager is back', () => {
    for (let trial = 0; trial < 10; trial += 1) {
      const lab = new NodeLab({ trial });
      lab.outage('controller-manager', 20_000, 200_000);
      lab.at(30_000, () => lab.powerOff('node-2')).run(400_000);
      const lost_ms = lab.nodeAt('node-2', isUnknown)!;
      expect(lost_ms).toBeGreaterThanOrEqual(220_000 + 50_000);
      expect(lost_ms).toBeLessThan(220_000 + 55_001);
    }
  });

  it('begins the time that pods bear a taint anew when the controller manager is back', () => {
    const lab = new NodeLab({ replicas: 2, toleration_s: 100 });
    lab.at(30_000, () => lab.powerOff('node-2'));
    lab.outage('controller-manager', 130_000, 20_000).run(400_000);
    expect(lab.nodeAt('node-2', isTainted('NoExecute'))!).toBeLessThan(86_000);
    // The first look of the new one takes the taint off, and puts it on again, for the node is Unknown still.
    const untainted_ms = lab.nodeAt('node-2', (node) => !isTainted('NoExecute')(node), 140_000);
    expect(untainted_ms).toBe(150_000);
    const [evicted_ms] = [...lab.evictions.values()];
    expect(evicted_ms).toBeGreaterThanOrEqual(150_000 + 100_000);
    expect(evicted_ms).toBeLessThan(150_000 + 110_200);
  });

  it('loses an eviction that is due while the API server is away', () => {
    const lab = new NodeLab({ replicas: 2, toleration_s: 100 });
    lab.at(30_000, () => lab.powerOff('node-2'));
    // The taint comes 45 to 55 s after the loss.
    lab.outage('api-server', 172_000, 16_000).run(900_000);
    expect(lab.nodeAt('node-2', isTainted('NoExecute'))!).toBeGreaterThan(72_000);
    expect(lab.evictions.size).toBe(0);
  });

  it('lets pods wait for a scheduler that is away', () => {
    const lab = new NodeLab({ replicas: 2 });
    lab.outage('scheduler', 20_000, 30_000);
    lab.at(25_000, () => lab.cluster.operator.pods.delete(lab.serving[0]!.name, 0, CAUSE)).run(49_999);
    expect([...lab.cluster.api.pods.values()].filter(({ node }) => node === undefined)).toHaveLength(1);
    lab.run(60_000);
    expect(lab.serving).toHaveLength(2);
  });

  it('starts all of it again, the API server first', () => {
    const lab = new NodeLab({ replicas: 2, timing: timing() });
    lab.outage('all', 20_000, 30_000);
    lab.at(40_000, () => lab.cluster.operator.pods.delete(lab.serving[0]!.name, 0, CAUSE)).run(50_000);
    expect(lab.changes).toEqual([]);
    lab.run(120_000);
    expect(lab.serving).toHaveLength(2);
    // A controller manager that has just started takes every lease as new.
    expect(lab.nodeAt('node-2', isUnknown)).toBeUndefined();
  });

  it('with leader election: gives up no node after an outage of the API server, for the controllers begin anew', () => {
    for (const away_ms of [30_000, 60_000, 120_000, 300_000]) {
      for (let trial = 0; trial < 10; trial += 1) {
        const lab = new NodeLab({ nodes: 4, replicas: 6, trial, timing: timing(), leader_election: true });
        lab.outage('api-server', 20_000, away_ms).run(20_000 + away_ms + 200_000);
        expect(lab.changes).toEqual([]);
        expect(lab.serving).toHaveLength(6);
      }
    }
  });

  it('with leader election: works again when the old lock has been seen for 15 s, and not before', () => {
    const created = (component: 'controller-manager' | 'api-server', duration_ms: number, trial: number) => {
      const lab = new NodeLab({ replicas: 2, trial, leader_election: true });
      lab.outage(component, 20_000, duration_ms);
      lab.at(20_000 + duration_ms + 1, () => {
        lab.cluster.operator.pods.delete(lab.serving[0]!.name, 0, CAUSE);
      });
      lab.run(20_000 + duration_ms + 100_000);
      const made = lab.pods.find(({ pod }) => pod.phase === 'Pending')!;
      return made.at_ms - 20_000 - duration_ms;
    };
    for (let trial = 0; trial < 20; trial += 1) {
      for (const late_ms of [
        created('controller-manager', 1000, trial),
        created('controller-manager', 60_000, trial),
      ]) {
        // The next try is up to 4.4 s away.
        expect(late_ms).toBeGreaterThanOrEqual(15_000);
        expect(late_ms).toBeLessThan(15_000 + 4400 + 100);
      }
      // The lock is lost after ten seconds: until then the controllers only have to hear of it.
      expect(created('api-server', 1000, trial)).toBeLessThan(15_000);
      // Ended after 10 to 12 s, it is started in vain 10 s later, and 20 s after that.
      const late_ms = created('api-server', 30_000, trial);
      expect(late_ms).toBeGreaterThanOrEqual(10_000 + 15_000);
      expect(late_ms).toBeLessThan(12_000 + 15_000 + 4400 + 100);
    }
  });

  it('with leader election: the scheduler works when it has listed everything and holds the lock', () => {
    const late: number[] = [];
    for (let trial = 0; trial < 20; trial += 1) {
      const lab = new NodeLab({ replicas: 2, trial, leader_election: true });
      lab.outage('api-server', 20_000, 60_000).run(80_000);
      // Nobody but the scheduler is asked for anything.
      const [pod] = lab.serving;
      const waiting = {
        ...pod!,
        name: 'waiting',
        owner: 'nobody',
        node: undefined,
        phase: 'Pending',
      } as const;
      lab.cluster.operator.pods.create({ ...waiting, ready: false }, CAUSE);
      lab.run(300_000);
      late.push(
        lab.pods.find((change) => change.pod.name === 'waiting' && change.pod.node !== undefined)!.at_ms,
      );
    }
    // Measured: 55 s.
    expect(Math.min(...late)).toBeGreaterThan(80_000 + 35_000);
    expect(Math.max(...late)).toBeLessThan(80_000 + 60_000 + 15_000 + 4400);
  });

  it('with leader election: a process that has waited long enough takes the lock when the API server is back', () => {
    const lab = new NodeLab({ replicas: 2, leader_election: true });
    lab.outage('controller-manager', 20_000, 1000).outage('api-server', 30_000, 60_000);
    lab.at(20_500, () => lab.cluster.operator.pods.delete(lab.serving[0]!.name, 0, CAUSE)).run(200_000);
    const made = lab.pods.find(({ pod }) => pod.phase === 'Pending')!;
    expect(made.at_ms).toBeGreaterThan(90_000);
    expect(made.at_ms).toBeLessThan(90_000 + 4500);
  });

  it('with leader election: nobody ends himself for an outage shorter than the deadline', () => {
    for (let trial = 0; trial < 10; trial += 1) {
      const lab = new NodeLab({ replicas: 2, trial, leader_election: true });
      lab.outage('api-server', 20_000, 1000);
      lab.at(33_000, () => lab.cluster.operator.pods.delete(lab.serving[0]!.name, 0, CAUSE)).run(34_000);
      expect(lab.pods.filter(({ pod }) => pod.phase === 'Pending').length).toBeGreaterThan(0);
    }
  });

  it('takes a node for lost once, not again and again, while the controller has old news of it', () => {
    for (let trial = 0; trial < 20; trial += 1) {
      const lab = new NodeLab({ nodes: 4, replicas: 6, trial, timing: timing() });
      lab.outage('api-server', 20_000, 120_000).run(400_000);
      for (const { spec } of lab.cluster.machines) {
        const states = lab.changes.flatMap((change) =>
          'node' in change && change.node.name === spec.name ? [change.node.ready] : [],
        );
        const turned = states.filter(
          (ready, index) => ready === 'Unknown' && states[index - 1] !== 'Unknown',
        );
        expect(turned).toHaveLength(1);
      }
    }
  });

  it('marks the pods of a lost node that it could not mark before, when it can again', () => {
    const slow = { ...INSTANT, api_write: constant(100) };
    const lost = (outage_at_ms?: number) => {
      const lab = new NodeLab({ replicas: 20, timing: slow });
      lab.at(30_000, () => lab.powerOff('node-2'));
      if (outage_at_ms !== undefined) lab.outage('api-server', outage_at_ms, 10_000);
      return lab.run(130_000);
    };
    const lost_ms = lost().nodeAt('node-2', isUnknown)!;
    // Ten pods, one after the other, each of which takes a tenth of a second.
    const lab = lost(lost_ms + 450);
    const marked = lab.pods.filter(({ pod }) => pod.node === 1 && !pod.ready).map(({ at_ms }) => at_ms);
    expect(marked).toHaveLength(10);
    expect(marked.filter((at_ms) => at_ms < lost_ms + 450)).toHaveLength(4);
    expect(Math.min(...marked.filter((at_ms) => at_ms > lost_ms + 450))).toBeGreaterThan(lost_ms + 10_450);
  });
});
