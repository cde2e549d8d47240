import { expect, it } from 'vitest';
import { NodeInfo } from '../../../../src/sim/kubernetes/scheduling/node-info.ts';
import { scores } from '../../../../src/sim/kubernetes/scheduling/scores.ts';
import { deployment, nodes, pod, template } from '../objects.ts';

const DISKS = ['ssd', 'nvme', 'hdd'];

it('prefers the nodes that node affinity prefers, each by its share of the most, of weight 2', () => {
  const all = nodes(3, (index) => ({ labels: { disk: DISKS[index] as string } })).map(
    (node) => new NodeInfo(node),
  );
  const of = (change: Parameters<typeof template>[0]) =>
    scores(pod('new', { workload: deployment({ pod: template(change) }) }), all, all);
  const alike = of({});
  expect(new Set(alike).size).toBe(1);
  const fast = [{ key: 'disk', operator: 'In', values: ['ssd', 'nvme'] }] as const;
  const node_preferences = [
    { weight: 10, selector: fast },
    { weight: 20, selector: { disk: 'nvme' } },
  ];
  expect(of({ node_preferences }).map((each, index) => each - alike[index]!)).toEqual([66, 200, 0]);
});
