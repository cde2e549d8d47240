import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Placements } from '../../../src/sim/years/placements.ts';
import { expandUnits } from '../../../src/sim/years/units.ts';
import { atLeast, kind, placement, planOf, service } from './plans.ts';

/** Racks with nodes, and workloads of so many replicas on them. */
function cluster(racks: number, nodes: number, copies: number, replicas: number, spread: 'rack' | 'node') {
  const plan = planOf({
    units: [
      kind('rack', { count: racks }),
      kind('node', { count: nodes, within: 0 }),
      kind('replica', { count: replicas, placed: placement(1, spread === 'rack' ? 0 : 1, { copies }) }),
    ],
    services: [service(atLeast(0, [0]))],
  });
  const units = expandUnits(plan);
  const parent = units.parent.slice();
  const placements = new Placements(plan, units, parent);
  const [, firstNode, firstReplica, end] = units.first;
  return {
    placements,
    parent,
    hosts: Array.from({ length: racks * nodes }, (_, index) => firstNode! + index),
    workloads: Array.from({ length: copies }, (_, copy) =>
      Array.from({ length: replicas }, (_each, index) => firstReplica! + copy * replicas + index),
    ),
    all: Array.from({ length: end! - firstReplica! }, (_, index) => firstReplica! + index),
    spreadOf: (host: number) => (spread === 'rack' ? parent[host]! : host),
  };
}

const arbitrary = fc.record({
  racks: fc.integer({ min: 1, max: 4 }),
  nodes: fc.integer({ min: 1, max: 4 }),
  copies: fc.integer({ min: 1, max: 4 }),
  // Few are looked at one by one, many are counted.
  replicas: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 33, max: 40 })),
  spread: fc.constantFrom('rack' as const, 'node' as const),
  closed: fc.array(fc.nat(15), { maxLength: 12 }),
  moved: fc.array(fc.nat(1000), { maxLength: 20 }),
});

describe('a replica goes', () => {
  it('where its workload has the fewest, and there to what has the least of all', () => {
    fc.assert(
      fc.property(arbitrary, ({ racks, nodes, copies, replicas, spread, closed, moved }) => {
        const { placements, parent, hosts, workloads, all, spreadOf } = cluster(
          racks,
          nodes,
          copies,
          replicas,
          spread,
        );
        const isOpen = new Map(hosts.map((host, index) => [host, !closed.includes(index)]));
        for (const host of hosts) placements.setOpen(host, true);
        for (const replica of all) placements.move(replica, placements.choose(replica));
        for (const [host, open] of isOpen) if (!open) placements.setOpen(host, false);
        const open = hosts.filter((host) => isOpen.get(host));
        for (const at of moved) {
          const replica = all[at % all.length]!;
          const chosen = placements.choose(replica);
          if (open.length === 0) {
            expect(chosen).toBe(-1);
            continue;
          }
          const siblings = workloads.find((each) => each.includes(replica))!;
          const there = (host: number) =>
            siblings.filter((each) => each !== replica && spreadOf(parent[each]!) === spreadOf(host)).length;
          const load = (host: number) => all.filter((each) => parent[each] === host).length;
          const best = open
            .map((host) => ({ fewest: there(host), load: load(host) }))
            .sort((a, b) => a.fewest - b.fewest || a.load - b.load)[0];
          expect({ fewest: there(chosen), load: load(chosen) }).toEqual(best);
          expect(isOpen.get(chosen)).toBe(true);
          placements.move(replica, chosen);
        }
        // What is said to run on a host is what does.
        for (const host of hosts) {
          const listed: number[] = [];
          for (let each = placements.firstOn(host); each >= 0; each = placements.nextOn(each))
            listed.push(each);
          expect(listed.sort((a, b) => a - b)).toEqual(all.filter((each) => parent[each] === host));
        }
      }),
      { numRuns: 200 },
    );
  });
});
