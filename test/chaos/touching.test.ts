import { describe, expect, test } from 'vitest';
import type { Target } from '../../src/chaos/safety/journal.ts';
import { changeTheSame, shareTarget, touch } from '../../src/chaos/touching.ts';
import { lasting, podKill } from './scenario.ts';

const elsewhere = { namespace: 'elsewhere' };

describe('acts touch', () => {
  test('in one namespace, whatever the workload: a budget may be over both', () => {
    expect(touch(podKill(), podKill({ workload: 'another' }))).toBe(true);
    expect(touch(podKill(), lasting('endpoint-removal'))).toBe(true);
    expect(touch(podKill(), podKill(elsewhere))).toBe(false);
  });

  test('where one of them hits nodes, where any may run', () => {
    expect(touch(lasting('node-loss'), podKill(elsewhere))).toBe(true);
    expect(touch(podKill(elsewhere), lasting('node-taint'))).toBe(true);
  });

  test('not with what is of the whole cluster, but for one of its own type', () => {
    expect(touch(lasting('registry-outage'), lasting('node-loss'))).toBe(false);
    expect(touch(lasting('control-plane-outage'), lasting('control-plane-outage'))).toBe(true);
  });
});

test('acts change the same where it is one workload, or one Service', () => {
  expect(changeTheSame(lasting('scale'), lasting('bad-image'))).toBe(true);
  expect(changeTheSame(lasting('scale'), lasting('bad-image', { workload: 'another' }))).toBe(false);
  expect(changeTheSame(lasting('scale'), lasting('bad-image', elsewhere))).toBe(false);
  expect(changeTheSame(lasting('http-delay'), lasting('http-abort'))).toBe(true);
  expect(changeTheSame(lasting('scale'), podKill())).toBe(false);
  expect(changeTheSame(lasting('node-cordon'), lasting('node-taint'))).toBe(false);
});

test('targets are shared by kind, namespace and name', () => {
  const pod: Target = { kind: 'Pod', namespace: 'shop', name: 'web-1', uid: 'u' };
  expect(shareTarget([pod], [{ ...pod, container: 'app' }])).toBe(true);
  for (const change of [{ kind: 'Node' }, { namespace: 'other' }, { name: 'web-2' }]) {
    expect(shareTarget([pod], [{ ...pod, ...change }])).toBe(false);
  }
  expect(shareTarget([], [pod])).toBe(false);
});
