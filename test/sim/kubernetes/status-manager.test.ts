import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { step } from '../../../src/sim/cause.ts';
import { Environment } from '../../../src/sim/environment.ts';
import { ApiServer } from '../../../src/sim/kubernetes/api-server.ts';
import { Link } from '../../../src/sim/kubernetes/link.ts';
import type { PodObject } from '../../../src/sim/kubernetes/objects.ts';
import { StatusManager } from '../../../src/sim/kubernetes/status-manager.ts';
import { KUBERNETES } from '../../../src/sim/platform.ts';
import { INSTANT } from './environment.ts';
import { pod } from './objects.ts';

const CAUSE = step(undefined, 'test', 0);
const READY = { phase: 'Running', address: 'a', ready: true } as const;
const UNREADY = { ...READY, ready: false };

/** A status manager whose every look and write takes 10 ms, and the pods it was given, which run and are ready. */
function lab(names: readonly string[] = ['a']) {
  const timing = { ...INSTANT, api_write: constant(10) };
  const environment = new Environment('1', 0, KUBERNETES, timing, { record: () => {} });
  const api = new ApiServer(environment);
  const link = new Link(environment);
  const manager = new StatusManager(environment, api.client(link), '0');
  const written: [number, string, PodObject['phase'], boolean][] = [];
  const gone: [number, string][] = [];
  for (const name of names) {
    const object = pod(name, { node: 0 });
    api.pods.restore(object);
    manager.add(object);
  }
  const operator = api.client(new Link(environment));
  operator.pods.watch(({ name, phase, ready }, isGone) => {
    if (isGone) gone.push([environment.now_ms, name]);
    else written.push([environment.now_ms, name, phase, ready]);
  });
  const at = (at_ms: number, action: () => void) => environment.simulation.at(at_ms, action);
  return {
    environment,
    manager,
    operator,
    link,
    written,
    gone,
    at,
    run: (ms: number) => environment.simulation.runUntil(ms),
  };
}

describe('StatusManager', () => {
  it('looks at the pod and then writes, where anything has changed', () => {
    const { manager, written, run } = lab();
    manager.report('a', READY, CAUSE);
    manager.report('a', UNREADY, CAUSE);
    run(1000);
    expect(written).toEqual([[20, 'a', 'Running', false]]);
  });

  it('writes for one pod after the other', () => {
    const { manager, written, at, run } = lab(['a', 'b', 'c']);
    for (const name of ['c', 'a', 'b']) at(0, () => manager.report(name, UNREADY, CAUSE));
    run(1000);
    expect(written.map(([at_ms]) => at_ms)).toEqual([20, 40, 60]);
    expect(written[0]![1]).toBe('c');
  });

  it('writes what was so when the round began; what changed since comes with the next', () => {
    const { manager, written, at, run } = lab();
    at(0, () => manager.report('a', UNREADY, CAUSE));
    at(5, () => manager.report('a', READY, CAUSE));
    run(1000);
    expect(written).toEqual([
      [20, 'a', 'Running', false],
      [40, 'a', 'Running', true],
    ]);
  });

  it('keeps an address that it once had', () => {
    const { manager, operator, run } = lab();
    manager.report('a', { phase: 'Running', address: undefined, ready: false }, CAUSE);
    run(1000);
    expect(operator.pods.get('a')).toMatchObject({ address: 'a', ready: false });
  });

  it('tells a terminal phase only when nothing can run any more', () => {
    const { manager, written, at, run } = lab();
    const over = { phase: 'Failed', address: 'a', ready: false } as const;
    at(0, () => manager.report('a', over, CAUSE));
    at(500, () => manager.stopped('a', over, CAUSE));
    run(1000);
    expect(written).toEqual([
      [20, 'a', 'Running', false],
      [520, 'a', 'Failed', false],
    ]);
  });

  it('removes the object of a pod that is finished where it was deleted, after its last status', () => {
    const { manager, operator, gone, written, at, run } = lab(['a', 'b']);
    at(0, () => operator.pods.delete('a', 30, CAUSE));
    for (const name of ['a', 'b']) {
      at(500, () => manager.stopped(name, { phase: 'Succeeded', address: 'a', ready: false }, CAUSE));
      at(1000, () => manager.finish(name, CAUSE));
    }
    run(2000);
    expect(gone).toEqual([[1020, 'a']]);
    expect(written.filter(([, , phase]) => phase === 'Succeeded')).toHaveLength(2);
  });

  it('puts right what somebody else has written, when it compares all statuses next: within ten seconds', () => {
    const { manager, operator, written, at, run } = lab();
    operator.pods.watch((object, gone) => {
      if (!gone) manager.observe(object, CAUSE);
    });
    at(1000, () => operator.pods.update('a', { ready: false }, CAUSE));
    run(30_000);
    const [wrong, right] = written;
    expect(wrong).toEqual([1010, 'a', 'Running', false]);
    expect(right?.slice(1)).toEqual(['a', 'Running', true]);
    expect(right![0]).toBeGreaterThan(1010);
    expect(right![0]).toBeLessThanOrEqual(11_030);
  });

  it('sends what it could not when it compares next after the API server is back, or with the next change', () => {
    const { manager, link, written, at, run } = lab();
    link.cut('test', 'death');
    at(1000, () => manager.report('a', UNREADY, CAUSE));
    at(20_000, () => link.mend('test'));
    run(60_000);
    expect(written).toHaveLength(1);
    expect(written[0]![0]).toBeGreaterThan(20_000);
    expect(written[0]![0]).toBeLessThanOrEqual(30_020);

    const other = lab();
    other.link.cut('test', 'death');
    other.at(1000, () => other.manager.report('a', UNREADY, CAUSE));
    other.at(20_000, () => other.link.mend('test'));
    other.at(20_001, () => other.manager.report('a', READY, CAUSE));
    other.at(20_002, () => other.manager.report('a', UNREADY, CAUSE));
    other.run(60_000);
    expect(other.written[0]![0]).toBeLessThan(20_100);
  });
});
