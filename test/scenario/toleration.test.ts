import { describe, expect, test } from 'vitest';
import type { Taint, Toleration } from '../../src/scenario/scenario.ts';
import { admits, tolerates } from '../../src/scenario/toleration.ts';

const TAINT: Taint = { key: 'dedicated', value: 'batch', effect: 'NoExecute' };
const toleration = (said: Partial<Toleration>): Toleration => ({
  key: 'dedicated',
  operator: 'Equal',
  value: 'batch',
  effect: 'NoExecute',
  toleration_s: undefined,
  ...said,
});

describe('a taint is tolerated', () => {
  test.each<[string, Partial<Toleration>, boolean]>([
    ['by its key, value and effect', {}, true],
    ['by its key alone', { operator: 'Exists', value: '', effect: undefined }, true],
    ['by what tolerates everything', { key: undefined, operator: 'Exists', effect: undefined }, true],
    ['not by another value', { value: 'web' }, false],
    ['not by another key', { key: 'spot' }, false],
    ['not by another effect', { effect: 'NoSchedule' }, false],
    ['for a while too', { toleration_s: 300 }, true],
  ])('%s', (_, said, expected) => {
    expect(tolerates([toleration(said)], TAINT)).toBe(expected);
  });

  test('not by nothing', () => {
    expect(tolerates([], TAINT)).toBe(false);
  });
});

describe('a node admits pods', () => {
  const node = { name: 'n', zone: 'a', labels: { disk: 'ssd' }, taints: [] as Taint[] };
  const pod = { node_selector: {}, node_affinity: undefined, tolerations: [] };

  test('whose nodeSelector its labels have, those of its name and zone among them', () => {
    expect(admits(node, pod)).toBe(true);
    expect(admits(node, { ...pod, node_selector: { disk: 'ssd', 'kubernetes.io/hostname': 'n' } })).toBe(
      true,
    );
    expect(admits(node, { ...pod, node_selector: { 'topology.kubernetes.io/zone': 'b' } })).toBe(false);
  });

  test('that tolerate its taints, where these keep away and do not only ask', () => {
    expect(admits({ ...node, taints: [TAINT] }, pod)).toBe(false);
    expect(admits({ ...node, taints: [TAINT] }, { ...pod, tolerations: [toleration({})] })).toBe(true);
    expect(admits({ ...node, taints: [{ ...TAINT, effect: 'PreferNoSchedule' }] }, pod)).toBe(true);
  });
});
