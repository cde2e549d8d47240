import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IntOrPercent } from '../../../src/scenario/scenario.ts';
import { object, selector, template, workloadOf } from './objects.ts';

const deployment = (spec: Readonly<Record<string, unknown>>) =>
  workloadOf(object('Deployment', { selector, template: template(), ...spec }));

test('gets the defaults of Kubernetes', () => {
  expect(deployment({})).toMatchObject({
    kind: 'Deployment',
    name: 'web',
    namespace: 'default',
    replicas: 1,
    min_ready_s: 0,
    progress_deadline_s: 600,
    strategy: { type: 'RollingUpdate', max_unavailable: { percent: 25 }, max_surge: { percent: 25 } },
    selector: { app: 'web' },
  });
});

test('gets the other default where only one of maxUnavailable and maxSurge is said', () => {
  expect(deployment({ strategy: { rollingUpdate: { maxUnavailable: 0 } } })).toMatchObject({
    strategy: { type: 'RollingUpdate', max_unavailable: { pods: 0 }, max_surge: { percent: 25 } },
  });
});

test('is read with what it says', () => {
  expect(
    deployment({
      replicas: 7,
      minReadySeconds: 5,
      progressDeadlineSeconds: 60,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '50%', maxSurge: '150%' } },
    }),
  ).toMatchObject({
    replicas: 7,
    min_ready_s: 5,
    progress_deadline_s: 60,
    strategy: { max_unavailable: { percent: 50 }, max_surge: { percent: 150 } },
  });
});

test('may recreate all of its pods', () => {
  expect(deployment({ strategy: { type: 'Recreate' } })).toMatchObject({ strategy: { type: 'Recreate' } });
});

describe('its selector', () => {
  const selectorOf = (given: Readonly<Record<string, unknown>>) => deployment({ selector: given }).selector;

  test('stays labels where expressions say no more than labels could', () => {
    expect(selectorOf({ matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] })).toEqual({
      app: 'web',
    });
  });

  test('becomes requirements, the labels among them, where expressions say more', () => {
    expect(
      selectorOf({
        matchLabels: { app: 'web' },
        matchExpressions: [
          { key: 'tier', operator: 'In', values: ['front', 'edge'] },
          { key: 'canary', operator: 'DoesNotExist' },
        ],
      }),
    ).toEqual([
      { key: 'app', operator: 'In', values: ['web'] },
      { key: 'tier', operator: 'In', values: ['front', 'edge'] },
      { key: 'canary', operator: 'DoesNotExist', values: [] },
    ]);
  });

  test('that contradicts itself stays as it is, and so selects nothing', () => {
    expect(() =>
      selectorOf({
        matchLabels: { app: 'web' },
        matchExpressions: [{ key: 'app', operator: 'In', values: ['api'] }],
      }),
    ).toThrow(/does not match the labels of its own pods/);
  });
});

test('numbers and percentages are read as they are written, whichever they are', () => {
  const intOrPercent = fc.oneof(
    fc.integer({ min: 1, max: 50 }).map((pods) => ({ text: pods, read: { pods } as IntOrPercent })),
    fc.integer({ min: 1, max: 100 }).map((percent) => ({
      text: `${percent}%`,
      read: { percent } as IntOrPercent,
    })),
  );
  fc.assert(
    fc.property(intOrPercent, intOrPercent, fc.nat(100), (unavailable, surge, replicas) => {
      const rollingUpdate = { maxUnavailable: unavailable.text, maxSurge: surge.text };
      expect(deployment({ replicas: replicas + 1, strategy: { rollingUpdate } })).toMatchObject({
        replicas: replicas + 1,
        strategy: { max_unavailable: unavailable.read, max_surge: surge.read },
      });
    }),
    { numRuns: 25 },
  );
});
