import { expect, it } from 'vitest';
import type { Service } from '../../../src/scenario/scenario.ts';
import { step } from '../../../src/sim/cause.ts';
import { ApiServer } from '../../../src/sim/kubernetes/api-server.ts';
import { EndpointSliceController } from '../../../src/sim/kubernetes/endpointslice.ts';
import { Link } from '../../../src/sim/kubernetes/link.ts';
import type { EndpointSlice, PodObject } from '../../../src/sim/kubernetes/objects.ts';
import { environment } from './environment.ts';
import { pod } from './objects.ts';

const SERVICE: Service = {
  name: 'web',
  namespace: 'default',
  position: { file: '', line: 1, column: 1 },
  type: 'ClusterIP',
  selector: { app: 'web' },
  ports: [],
  is_headless: false,
  publish_not_ready_addresses: false,
  session_affinity_s: undefined,
  external_traffic_policy: 'Cluster',
  traffic_distribution: undefined,
};

/** The slices that are written as a pod changes, ten seconds apart. */
function written(publish_not_ready_addresses: boolean, ...changes: readonly Partial<PodObject>[]) {
  const { environment: env } = environment();
  const api = new ApiServer(env);
  const client = api.client(new Link(env));
  const steady = [pod('a', { node: 0 }), pod('b', { node: 1 })];
  for (const each of steady) api.pods.restore(each);
  const service = { ...SERVICE, publish_not_ready_addresses };
  const controller = new EndpointSliceController(env, client, service, steady);
  api.endpoints.restore(controller.current);
  const slices: Pick<EndpointSlice, 'ready' | 'terminating'>[] = [];
  client.endpoints.watch(({ ready, terminating }) => slices.push({ ready, terminating }));
  for (const [index, change] of changes.entries()) {
    const at_ms = 10_000 * (index + 1);
    env.simulation.at(at_ms, () => client.pods.update('b', change, step(undefined, 'test', at_ms)));
  }
  env.simulation.runUntil(10_000 * (changes.length + 1));
  return slices;
}

it('says of a pod that it is ready, serves while it terminates, or neither', () => {
  expect(written(false, { grace_period_s: 30 }, { ready: false })).toEqual([
    { ready: ['a'], terminating: ['b'] },
    { ready: ['a'], terminating: [] },
  ]);
});

it('is written where a pod that gets no traffic begins to terminate, and not where nothing changes', () => {
  const [first, ...others] = written(false, { ready: false }, { grace_period_s: 30 }, { grace_period_s: 5 });
  expect(others).toEqual([first]);
});

it('with publishNotReadyAddresses says ready whatever happens, and is written whenever something does', () => {
  const slices = written(true, { ready: false }, { ready: true }, { grace_period_s: 30 }, { ready: false });
  expect(slices).toEqual(Array.from({ length: 4 }, () => ({ ready: ['a', 'b'], terminating: [] })));
});

it('has no endpoints while nothing is selected, and those that there are by then when something is again', () => {
  const { environment: env } = environment();
  const api = new ApiServer(env);
  const client = api.client(new Link(env));
  const steady = [pod('a', { node: 0 }), pod('b', { node: 1 })];
  for (const each of steady) api.pods.restore(each);
  const object = { name: 'default/web', service: SERVICE };
  api.services.restore(object);
  const controller = new EndpointSliceController(env, client, SERVICE, steady);
  api.endpoints.restore(controller.current);
  const slices: (readonly string[])[] = [];
  client.endpoints.watch(({ ready }) => slices.push(ready));
  const select = (at_ms: number, selector: Service['selector']) =>
    env.simulation.at(at_ms, () =>
      client.services.update(
        object.name,
        { service: { ...SERVICE, selector } },
        step(undefined, 'test', at_ms),
      ),
    );
  select(1000, { app: 'web', other: 'x' });
  env.simulation.at(2000, () => client.pods.remove('b', step(undefined, 'test', 2000)));
  env.simulation.at(3000, () => client.pods.create(pod('c', { node: 1 }), step(undefined, 'test', 3000)));
  select(4000, { app: 'web' });
  env.simulation.runUntil(10_000);
  expect(slices).toEqual([[], ['a', 'c']]);
});
