import type { CoreV1Event } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { eventSight, podSight, readyPods } from '../../../src/calibrate/observe/sights.ts';

const event = (changes: Partial<CoreV1Event> = {}): CoreV1Event => ({
  // 2026-11-21T11:00:00.123456789Z
  metadata: { name: `web-1.${(1_795_258_800_123_456_789n).toString(16)}` },
  involvedObject: { kind: 'Pod', name: 'web-1', fieldPath: 'spec.containers{web}' },
  source: { component: 'kubelet', host: 'node-1' },
  reason: 'Started',
  count: 1,
  ...changes,
});

describe('an event of a kubelet', () => {
  test('is timed to the microsecond by its name', () => {
    expect(eventSight(event(), 5)).toEqual({
      at_ms: 5,
      stamped_ms: 1_795_258_800_123.456,
      node: 'node-1',
      pod: 'web-1',
      reason: 'Started',
      container: 'web',
    });
  });

  test.each([
    ['is of the scheduler', { source: { component: 'default-scheduler' } }],
    ['is of a node', { involvedObject: { kind: 'Node', name: 'node-1' } }],
    ['happened before, too', { count: 2 }],
    ['has a name of its own', { metadata: { name: 'something' } }],
  ])('is left out where it %s', (_, changes) => {
    expect(eventSight(event(changes), 5)).toBeUndefined();
  });

  test('of a whole pod has no container', () => {
    expect(
      eventSight(event({ involvedObject: { kind: 'Pod', name: 'web-1' } }), 5)?.container,
    ).toBeUndefined();
  });
});

test('a pod is seen with its node, its address and its conditions', () => {
  const sight = podSight(
    {
      metadata: { name: 'web-1', deletionTimestamp: new Date() },
      spec: { nodeName: 'node-1', containers: [] },
      status: { podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: 'True' }] },
    },
    'modified',
    7,
  );
  expect(sight).toEqual({
    at_ms: 7,
    change: 'modified',
    pod: 'web-1',
    node: 'node-1',
    address: '10.0.0.1',
    ready: true,
    terminating: true,
  });
});

test('addresses whose readiness is not said are ready', () => {
  const endpoint = (name: string, ready?: boolean) => ({
    addresses: ['10.0.0.1'],
    conditions: ready === undefined ? {} : { ready },
    targetRef: { kind: 'Pod', name },
  });
  const slice = {
    addressType: 'IPv4',
    endpoints: [endpoint('a', true), endpoint('b', false), endpoint('c')],
  };
  expect(readyPods(slice)).toEqual(['a', 'c']);
});
