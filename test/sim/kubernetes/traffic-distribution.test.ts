import { describe, expect, it } from 'vitest';
import type { EndpointSlice } from '../../../src/sim/kubernetes/objects.ts';
import { nearest, nearOf } from '../../../src/sim/kubernetes/traffic-distribution.ts';
import { SimulatedWorld } from '../../../src/sim/world.ts';
import { Score } from '../../../src/timeline/score.ts';
import { object, scenarioWith, selector, template } from '../../scenario/manifest/objects.ts';

const NODES = [{ zone: 'a' }, { zone: 'b' }, { zone: 'a' }];

/** Ready endpoints by the index of their node, which is also their address. */
const readyOn = (...nodes: readonly number[]): Pick<EndpointSlice, 'ready' | 'endpoints'> => ({
  ready: nodes.map(String),
  endpoints: nodes.map((node) => ({ address: String(node), node, serving: true, terminating: false })),
});

describe('a node goes', () => {
  it('to all endpoints alike where the Service says nothing', () => {
    expect(nearest(readyOn(0, 1, 2), nearOf(undefined, NODES, 0))).toEqual(['0', '1', '2']);
  });

  it('to those of its zone, and to all where its zone has none', () => {
    const near = nearOf('same-zone', NODES, 0);
    expect(nearest(readyOn(0, 1, 2), near)).toEqual(['0', '2']);
    expect(nearest(readyOn(1, 2), near)).toEqual(['2']);
    expect(nearest(readyOn(1), near)).toEqual(['1']);
    expect(nearest(readyOn(), near)).toEqual([]);
  });

  it('with PreferSameNode to those of its node, then to those of its zone, then to all', () => {
    const near = nearOf('same-node', NODES, 0);
    expect(nearest(readyOn(0, 1, 2), near)).toEqual(['0']);
    expect(nearest(readyOn(1, 2), near)).toEqual(['2']);
    expect(nearest(readyOn(1), near)).toEqual(['1']);
  });
});

/** Requests that fail where one of two replicas goes, each in a zone of its own; load enters in zone a. */
function failed(
  trafficDistribution: string | undefined,
  victim: 'near' | 'far',
  kubernetes = '1.35',
): number {
  const zone = { near: 'a', far: 'b' }[victim];
  const web = (name: string, side: string) =>
    object('Deployment', { replicas: 1, selector, template: template({ nodeSelector: { side } }) }, name);
  const service = { selector: { app: 'web' }, ports: [{ port: 8080 }], trafficDistribution };
  const scenario = scenarioWith([web('web-a', 'a'), web('web-b', 'b'), object('Service', service, 'near')], {
    cluster: {
      kubernetes,
      nodes: [
        { zone: 'a', labels: { side: 'a' } },
        { zone: 'b', labels: { side: 'b' } },
      ],
    },
    load: { service: 'near', rate: 100, duration: '10s' },
    applications: { [`web-${zone}`]: { on_sigterm: 'exit', stop_time: '0s', start_time: '3s' } },
    faults: [{ 'container-kill': { at: '2s', workload: `web-${zone}`, mode: 'one' } }],
  });
  const score = new Score();
  new SimulatedWorld(scenario).simulate(0, score);
  return score.observation().failed_requests;
}

describe('of two replicas in two zones', () => {
  it('all requests go to the near one, so its end fails all of them until it has left the slice, and the end of the other none', () => {
    expect(failed('PreferClose', 'far')).toBe(0);
    expect(failed('PreferSameNode', 'far')).toBe(0);
    expect(failed(undefined, 'far')).toBeGreaterThan(10);
    expect(failed('PreferClose', 'near')).toBeGreaterThan(1.5 * failed(undefined, 'near'));
  });

  it('nothing is near before Kubernetes 1.31', () => {
    expect(failed('PreferClose', 'far', '1.30')).toBe(failed(undefined, 'far', '1.30'));
  });
});
