import { expect, it } from 'vitest';
import { step } from '../../../src/sim/cause.ts';
import { ApiServer } from '../../../src/sim/kubernetes/api-server.ts';
import { KubeProxy } from '../../../src/sim/kubernetes/kube-proxy.ts';
import { Link } from '../../../src/sim/kubernetes/link.ts';
import type { EndpointSlice } from '../../../src/sim/kubernetes/objects.ts';
import { environment } from './environment.ts';

const CAUSE = step(undefined, 'test', 0);

const slice = (name: string, change: Partial<EndpointSlice> = {}): EndpointSlice => ({
  name: `default/${name}`,
  ready: ['a', 'b'],
  terminating: [],
  not_ready: [],
  ...change,
});

/** A proxy that knows the Service `web`, told of slices at times; when its rules changed, and to what. */
function changesOfRules(...told: readonly (readonly [at_ms: number, EndpointSlice])[]) {
  const { environment: env } = environment();
  const api = new ApiServer(env).client(new Link(env));
  const changes: { readonly at_ms: number; readonly backends: string }[] = [];
  const proxy = new KubeProxy(
    env,
    api,
    slice('web'),
    { min_sync_period: 'kube_proxy_min_sync_period', usesTerminating: true, isLocal: undefined },
    () => changes.push({ at_ms: env.now_ms, backends: proxy.rules.backends.join() }),
  );
  for (const [at_ms, each] of told) {
    env.simulation.at(at_ms, () => api.endpoints.replace(each, CAUSE));
  }
  env.simulation.runUntil(60_000);
  return changes;
}

it('an idle proxy writes its rules at once', () => {
  expect(changesOfRules([5000, slice('web', { ready: ['a'] })])).toEqual([{ at_ms: 5000, backends: 'a' }]);
});

it('a change of another Service begins the pause that the next change of this one waits for', () => {
  const changes = changesOfRules(
    [5000, slice('other', { ready: [] })],
    [5300, slice('web', { ready: ['a'] })],
  );
  expect(changes).toEqual([{ at_ms: 6000, backends: 'a' }]);
});

it('a Service of that name in another namespace is another Service', () => {
  expect(changesOfRules([5000, { ...slice('web', { ready: [] }), name: 'elsewhere/web' }])).toEqual([]);
});

it('a sync after which the rules are as before brings nothing back', () => {
  expect(changesOfRules([5000, slice('web', { not_ready: ['c'] })])).toEqual([]);
});
