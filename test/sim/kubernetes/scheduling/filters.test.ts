import { describe, expect, it } from 'vitest';
import type { Taint } from '../../../../src/scenario/scenario.ts';
import { whyNot } from '../../../../src/sim/kubernetes/scheduling/filters.ts';
import { NodeInfo } from '../../../../src/sim/kubernetes/scheduling/node-info.ts';
import { deployment, nodes, pod, template } from '../objects.ts';

const infos = (...args: Parameters<typeof nodes>) => nodes(...args).map((node) => new NodeInfo(node));
const podWith = (change: Parameters<typeof template>[0]) =>
  pod('new', { workload: deployment({ pod: template(change) }) });
const put = (info: NodeInfo, name: string, change: Parameters<typeof pod>[1] = {}) =>
  info.pods.set(name, pod(name, { node: info.node.index, ...change }));

describe('whyNot', () => {
  it('is nothing on a node that has room for everything', () => {
    const all = infos(1);
    expect(whyNot(pod('new'), all[0]!, all)).toBeUndefined();
  });

  it('names what is short: cpu, memory, pods; terminating pods still hold theirs', () => {
    const all = infos(1, () => ({ cpu_millis: 1000, memory_bytes: 1000, pods: 2 }));
    const half = { requests: { cpu_millis: 500, memory_bytes: 100 } };
    const workload = deployment({ pod: template(half) });
    put(all[0]!, 'old', { workload, template: workload.pod, grace_period_s: 30 });
    expect(whyNot(podWith(half), all[0]!, all)).toBeUndefined();
    expect(whyNot(podWith({ requests: { cpu_millis: 501, memory_bytes: 1 } }), all[0]!, all)).toBe(
      'Insufficient cpu',
    );
    expect(whyNot(podWith({ requests: { cpu_millis: 1, memory_bytes: 901 } }), all[0]!, all)).toBe(
      'Insufficient memory',
    );
    put(all[0]!, 'other');
    expect(whyNot(podWith({}), all[0]!, all)).toBe('Too many pods');
  });

  it('keeps off cordoned and tainted nodes unless the pod tolerates it', () => {
    const taint: Taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
    const [cordoned, tainted, preferred] = infos(3, (index) =>
      index === 0
        ? { unschedulable: true }
        : { taints: [index === 1 ? taint : { ...taint, effect: 'PreferNoSchedule' as const }] },
    );
    const all = [cordoned!, tainted!, preferred!];
    expect(whyNot(podWith({}), cordoned!, all)).toBe('node(s) were unschedulable');
    expect(whyNot(podWith({}), tainted!, all)).toBe('node(s) had untolerated taint {gpu}');
    expect(whyNot(podWith({}), preferred!, all)).toBeUndefined();
    const everything = [
      { key: undefined, operator: 'Exists', value: '', effect: undefined, toleration_s: undefined },
    ] as const;
    for (const info of all) expect(whyNot(podWith({ tolerations: everything }), info, all)).toBeUndefined();
  });

  it('wants the labels that the node selector names; name and zone of the node count', () => {
    const all = infos(2, (index) => ({
      zone: `zone-${index}`,
      labels: { disk: index === 0 ? 'ssd' : 'hdd' },
    }));
    const reasons = (node_selector: Record<string, string>) =>
      all.map((info) => whyNot(podWith({ node_selector }), info, all) === undefined);
    expect(reasons({ disk: 'ssd' })).toEqual([true, false]);
    expect(reasons({ 'topology.kubernetes.io/zone': 'zone-1' })).toEqual([false, true]);
    expect(reasons({ 'kubernetes.io/hostname': 'node-2' })).toEqual([false, true]);
  });

  it('wants one of the terms that node affinity requires, whole, and the node selector too', () => {
    const all = infos(3, (index) => ({
      zone: `zone-${index}`,
      labels: { disk: index === 0 ? 'ssd' : 'hdd', size: index === 2 ? 'large' : 'small' },
    }));
    const allowed = (change: Parameters<typeof template>[0]) =>
      all.map((info) => whyNot(podWith(change), info, all) === undefined);
    const fast = [{ key: 'disk', operator: 'In', values: ['ssd'] }] as const;
    const slowAndLarge = [
      { key: 'disk', operator: 'NotIn', values: ['ssd'] },
      { key: 'size', operator: 'In', values: ['large'] },
    ] as const;
    expect(allowed({ node_affinity: [fast] })).toEqual([true, false, false]);
    expect(allowed({ node_affinity: [fast, slowAndLarge] })).toEqual([true, false, true]);
    expect(allowed({ node_affinity: [fast, slowAndLarge], node_selector: { size: 'large' } })).toEqual([
      false,
      false,
      true,
    ]);
    expect(allowed({ node_affinity: [] })).toEqual([false, false, false]);
  });

  it('keeps pods that repel each other in different domains, whichever of them says so', () => {
    const all = infos(3, (index) => ({ zone: index < 2 ? 'a' : 'b' }));
    const repelling = {
      anti_affinity: [
        { topology_key: 'topology.kubernetes.io/zone', selector: { app: 'web' }, required: true },
      ],
    };
    put(all[0]!, 'old');
    expect(all.map((info) => whyNot(podWith(repelling), info, all) === undefined)).toEqual([
      false,
      false,
      true,
    ]);
    const workload = deployment({ pod: template(repelling) });
    put(all[0]!, 'old', { workload, template: workload.pod });
    expect(all.map((info) => whyNot(podWith({}), info, all) === undefined)).toEqual([false, false, true]);
  });

  it('holds hard spread constraints: no domain more than max_skew above the emptiest', () => {
    const all = infos(3, (index) => ({ zone: `zone-${index}` }));
    put(all[0]!, 'a');
    put(all[0]!, 'b');
    put(all[1]!, 'c');
    const spread = (max_skew: number, when_unsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway') =>
      podWith({
        spread: [
          {
            topology_key: 'topology.kubernetes.io/zone',
            max_skew,
            when_unsatisfiable,
            selector: { app: 'web' },
          },
        ],
      });
    const can = (candidate: ReturnType<typeof pod>) =>
      all.map((info) => whyNot(candidate, info, all) === undefined);
    expect(can(spread(1, 'DoNotSchedule'))).toEqual([false, false, true]);
    expect(can(spread(2, 'DoNotSchedule'))).toEqual([false, true, true]);
    expect(can(spread(1, 'ScheduleAnyway'))).toEqual([true, true, true]);
  });
});
