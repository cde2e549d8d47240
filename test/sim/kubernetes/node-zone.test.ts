import { describe, expect, it } from 'vitest';
import { evictionInterval, zoneState } from '../../../src/sim/kubernetes/node-zone.ts';

const zone = (nodes: number, down: number) =>
  zoneState(Array.from({ length: nodes }, (_, index) => (index < down ? 'Unknown' : 'True')));

describe('zoneState', () => {
  it.each([
    [1, 0, 'normal'],
    [1, 1, 'full-disruption'],
    [2, 1, 'normal'],
    // Fewer than three are never too many, unless they are all.
    [3, 2, 'normal'],
    [5, 3, 'partial-disruption'],
    [20, 10, 'normal'],
    [20, 11, 'partial-disruption'],
    [20, 20, 'full-disruption'],
  ])('of %d nodes of which %d are not ready', (nodes, down, expected) => {
    expect(zone(nodes, down)).toBe(expected);
  });

  it('counts a node that says itself that it is not ready as one that says nothing', () => {
    expect(zoneState(['False', 'Unknown', 'False', 'True'])).toBe('partial-disruption');
  });
});

describe('evictionInterval', () => {
  it('is the usual one unless most of the zone is down, then that depends on the size', () => {
    expect(evictionInterval('normal', 5)).toBe('node_eviction_interval');
    expect(evictionInterval('full-disruption', 5)).toBe('node_eviction_interval');
    expect(evictionInterval('partial-disruption', 50)).toBe('never');
    expect(evictionInterval('partial-disruption', 51)).toBe('node_eviction_interval_unhealthy');
  });
});
