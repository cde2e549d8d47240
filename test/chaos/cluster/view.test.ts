import type { V1Endpoint, V1EndpointSlice } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import type { Endpoints } from '../../../src/chaos/cluster/cluster.ts';
import {
  EndpointsMerger,
  selectorString,
  viewBudget,
  viewEndpoints,
  viewPod,
} from '../../../src/chaos/cluster/view.ts';

const endpoint = (name: string, conditions?: V1Endpoint['conditions']): V1Endpoint => ({
  addresses: ['198.18.101.2'],
  targetRef: { kind: 'Pod', name },
  ...(conditions && { conditions }),
});
const slice = (name: string, ...endpoints: V1Endpoint[]): V1EndpointSlice => ({
  addressType: 'IPv4',
  metadata: { name },
  endpoints,
});
const READY = { ready: true, serving: true, terminating: false };
const LEAVING = { ready: false, serving: true, terminating: true };
const ENDED = { ready: false, serving: false, terminating: true };

describe('the endpoints of a Service', () => {
  it('are its ready pods, and apart from them those that still serve though they terminate', () => {
    const slices = [
      slice('a', endpoint('c', READY), endpoint('d', LEAVING)),
      slice('b', endpoint('b', READY)),
    ];
    expect(viewEndpoints('web', slices)).toEqual({ service: 'web', ready: ['b', 'c'], terminating: ['d'] });
  });

  it('leave out pods that do not serve', () => {
    const starting = { ready: false, serving: false, terminating: false };
    expect(viewEndpoints('web', [slice('a', endpoint('a', ENDED), endpoint('b', starting))])).toEqual({
      service: 'web',
      ready: [],
      terminating: [],
    });
  });

  it('take unset conditions for ready, as the API says', () => {
    expect(viewEndpoints('web', [slice('a', endpoint('a'))]).ready).toEqual(['a']);
  });

  it('count a pod once that is in two slices', () => {
    const slices = [slice('a', endpoint('a', LEAVING)), slice('b', endpoint('a', READY))];
    expect(viewEndpoints('web', slices)).toEqual({ service: 'web', ready: ['a'], terminating: [] });
  });

  it('are told of once all slices are known, and then when they change', () => {
    const told: Endpoints[] = [];
    const merger = new EndpointsMerger('web', (endpoints) => told.push(endpoints));
    merger.changed('added', slice('a', endpoint('a', READY)));
    merger.changed('added', slice('b', endpoint('b', READY)));
    expect(told).toEqual([]);
    merger.begin();
    merger.changed('modified', slice('a', endpoint('a', READY)));
    merger.changed('deleted', slice('b'));
    expect(told.map(({ ready }) => ready)).toEqual([['a', 'b'], ['a']]);
  });
});

describe('a pod', () => {
  it('has what its status does not say yet left open', () => {
    expect(viewPod({ metadata: { name: 'web-1', namespace: 'shop', uid: 'u' } })).toEqual({
      namespace: 'shop',
      name: 'web-1',
      uid: 'u',
      labels: {},
      node: undefined,
      phase: 'Pending',
      ready: false,
      terminating: false,
      owner: undefined,
      mirror: false,
      tolerations: [],
      containers: [],
      specified: [],
      ephemeral: [],
    });
  });

  it('tolerates what its spec says, by value where it says nothing else', () => {
    const tolerations = [
      { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      { key: 'b', value: 'x' },
    ];
    expect(viewPod({ spec: { containers: [], tolerations } }).tolerations).toEqual([
      { key: 'a', operator: 'Exists', value: '', effect: 'NoExecute', toleration_s: 300 },
      { key: 'b', operator: 'Equal', value: 'x', effect: undefined, toleration_s: undefined },
    ]);
  });

  it('is owned by its controller, not by any owner', () => {
    const owner = (kind: string, controller: boolean) => ({
      apiVersion: 'v1',
      kind,
      name: kind,
      uid: kind,
      controller,
    });
    const ownerReferences = [owner('Node', false), owner('ReplicaSet', true)];
    expect(viewPod({ metadata: { ownerReferences } }).owner).toEqual({
      kind: 'ReplicaSet',
      name: 'ReplicaSet',
      uid: 'ReplicaSet',
    });
  });
});

describe('a disruption budget', () => {
  const budget = (status: object, selector: object | undefined = { matchLabels: { app: 'web' } }) =>
    viewBudget({
      metadata: { name: 'web', namespace: 'shop', generation: 2 },
      spec: selector === undefined ? {} : { selector },
      status: { expectedPods: 3, currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1, ...status },
    });

  it('lets go what its controller says, and nothing while that has not seen its last change', () => {
    expect(budget({ observedGeneration: 2 })).toEqual({
      ...{ name: 'web', namespace: 'shop', allowed: 1, desired_healthy: 2 },
      selector: { app: 'web' },
    });
    expect(budget({ observedGeneration: 1 }).allowed).toBe(0);
    expect(budget({}).allowed).toBe(0);
  });

  it('selects as its labels and its expressions say together, and without any everything', () => {
    const { selector } = budget(
      {},
      {
        matchLabels: { app: 'web' },
        matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }],
      },
    );
    expect(selectorString(selector)).toBe('app in (web),!tier');
    expect(budget({}, {}).selector).toEqual({});
  });
});

describe('a selector', () => {
  it('names all its labels', () => {
    expect(selectorString({ app: 'web', tier: 'front' })).toBe('app=web,tier=front');
  });

  it('without labels is refused: it would select everything', () => {
    expect(() => selectorString({})).toThrow(RangeError);
  });
});
