import { expect, it } from 'vitest';
import { type Cause, split, step } from '../../../src/sim/cause.ts';
import { ApiServer } from '../../../src/sim/kubernetes/api-server.ts';
import { KubeProxy, type KubeProxyOptions } from '../../../src/sim/kubernetes/kube-proxy.ts';
import { Link } from '../../../src/sim/kubernetes/link.ts';
import type { EndpointSlice } from '../../../src/sim/kubernetes/objects.ts';
import { environment } from './environment.ts';

const slice = (name: string, change: Partial<EndpointSlice> = {}): EndpointSlice => ({
  name: `default/${name}`,
  ready: ['a', 'b'],
  terminating: [],
  endpoints: [],
  ...change,
});

/** Of a pod that is not ready. */
const STARTING = { address: 'c', node: 0, serving: false, terminating: false };

type Told = readonly [at_ms: number, EndpointSlice];

const told = (...events: readonly Told[]) => toldOnNode({}, ...events);

/** A proxy that knows the Service `web`, told of slices at times; when its rules changed, and to what. */
function toldOnNode(
  { local_node, near = [] }: Partial<Pick<KubeProxyOptions, 'local_node' | 'near'>>,
  ...events: readonly Told[]
) {
  const { environment: env } = environment();
  const api = new ApiServer(env).client(new Link(env));
  const changes: { readonly at_ms: number; readonly backends: string }[] = [];
  const causes: Cause[] = [];
  const proxy = new KubeProxy(
    env,
    api,
    slice('web'),
    { min_sync_period: 'kube_proxy_min_sync_period', usesTerminating: true, local_node, near },
    (cause) => {
      changes.push({ at_ms: env.now_ms, backends: proxy.rules.backends.join() });
      causes.push(cause);
    },
  );
  for (const [at_ms, each] of events) {
    env.simulation.at(at_ms, () => api.endpoints.replace(each, step(undefined, 'test', at_ms)));
  }
  env.simulation.runUntil(60_000);
  return { changes, causes };
}

it('an idle proxy writes its rules at once', () => {
  expect(told([5000, slice('web', { ready: ['a'] })]).changes).toEqual([{ at_ms: 5000, backends: 'a' }]);
});

it('a change of another Service begins the pause that the next change of this one waits for', () => {
  const { changes } = told([5000, slice('other', { ready: [] })], [5300, slice('web', { ready: ['a'] })]);
  expect(changes).toEqual([{ at_ms: 6000, backends: 'a' }]);
});

it('a Service of that name in another namespace is another Service', () => {
  expect(told([5000, { ...slice('web', { ready: [] }), name: 'elsewhere/web' }]).changes).toEqual([]);
});

it('a sync after which the rules are as before brings nothing back', () => {
  expect(told([5000, slice('web', { endpoints: [STARTING] })]).changes).toEqual([]);
});

it('a change that waits for the pause is laid on the pause from its own moment on, whatever comes after it', () => {
  const { causes } = told(
    [5000, slice('web', { endpoints: [STARTING] })],
    [5200, slice('web', { ready: ['a'], endpoints: [STARTING] })],
    [5900, slice('web', { ready: ['a'] })],
    [5950, slice('other', { ready: [] })],
  );
  const shares: Record<string, number> = {};
  const uncovered = { before: 'before', after: 'after' };
  split(causes[0], 5000, 6000, uncovered, (mechanism, ms) => {
    shares[mechanism] = (shares[mechanism] ?? 0) + ms;
  });
  expect(shares).toEqual({ before: 200, 'kube-proxy minSyncPeriod': 800 });
});

it('with externalTrafficPolicy Local uses the pods of its node, as the slice it was told of places them', () => {
  const on = (node: number, address: string) => ({ address, node, serving: true, terminating: false });
  const endpoints = [on(0, 'a'), on(1, 'b'), on(0, 'c')];
  const { changes } = toldOnNode(
    { local_node: 0 },
    [5000, slice('web', { ready: ['a', 'b', 'c'], endpoints })],
    [9000, slice('web', { ready: ['b'], terminating: ['c'], endpoints })],
    [12_000, slice('web', { ready: ['b'], endpoints })],
  );
  expect(changes.map(({ backends }) => backends)).toEqual(['a,c', 'c', '']);
});

it('prefers what is near, and goes to the far ones before it goes to near ones that terminate', () => {
  const on = (node: number, address: string) => ({ address, node, serving: true, terminating: false });
  const endpoints = [on(0, 'a'), on(1, 'b')];
  const { changes } = toldOnNode(
    { near: [(node) => node === 0] },
    [5000, slice('web', { ready: ['a', 'b'], endpoints })],
    [9000, slice('web', { ready: ['b'], terminating: ['a'], endpoints })],
    [12_000, slice('web', { ready: [], terminating: ['a', 'b'], endpoints })],
  );
  expect(changes.map(({ backends }) => backends)).toEqual(['a', 'b', 'a,b']);
});
