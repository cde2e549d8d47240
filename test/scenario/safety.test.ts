import { describe, expect, test } from 'vitest';
import {
  type BudgetNow,
  mayBeHit,
  type PodNow,
  refusalOf,
  SAFETY_DEFAULT,
  type Situation,
} from '../../src/scenario/safety.ts';
import type { Safety } from '../../src/scenario/scenario.ts';

const WEB = { kind: 'Deployment', namespace: 'shop', name: 'web', replicas: 4 } as const;

/** Four pods on two nodes and in two zones: 0 and 1 on a, 2 and 3 on b. */
const PODS: readonly PodNow[] = [0, 1, 2, 3].map((index) => ({
  workload: WEB,
  name: `web-${index}`,
  labels: { app: 'web' },
  healthy: true,
  touchable: true,
  node: index < 2 ? 'node-a' : 'node-b',
  zone: index < 2 ? 'a' : 'b',
}));

const budget = (allowed: number): BudgetNow => ({
  ...{ name: 'web', namespace: 'shop', allowed },
  selector: { app: 'web' },
});

function refusal(
  safety: Partial<Safety>,
  hit: readonly number[],
  more: Partial<Situation> = {},
): string | undefined {
  const { pods = PODS } = more;
  return refusalOf(
    { ...SAFETY_DEFAULT, ...safety },
    {
      ...{ fault: { type: 'pod-kill' }, pods, isOfNodes: false, budgets: [] },
      hit: hit.map((index) => pods[index]!),
      ...more,
    },
  );
}

const without = (index: number): readonly PodNow[] =>
  PODS.map((pod, at) => (at === index ? { ...pod, healthy: false } : pod));

describe('an act', () => {
  test('may hit everything where nothing is said, and nothing is refused that hits nobody', () => {
    expect(refusal({}, [0, 1, 2, 3])).toBeUndefined();
    expect(refusal({ max_victims: { pods: 0 }, min_healthy: { pods: 9 } }, [])).toBeUndefined();
  });

  test.each([
    [{ pods: 2 }, 2],
    [{ pods: 0 }, 0],
    [{ percent: 50 }, 2],
    // Of four, rounded down.
    [{ percent: 74 }, 2],
    [{ percent: 24 }, 0],
  ])('hits at most max_victims %j', (max_victims, limit) => {
    const all = [0, 1, 2, 3];
    expect(refusal({ max_victims }, all.slice(0, limit))).toBeUndefined();
    expect(refusal({ max_victims }, all.slice(0, limit + 1))).toBe(
      `pod-kill would hit ${limit + 1} pods of Deployment shop/web; safety.max_victims allows ${limit}`,
    );
  });

  test.each([
    ['node', 'max_per_node', 'node-a'],
    ['zone', 'max_per_zone', 'a'],
  ] as const)('hits at most so many on one %s', (where, rule, place) => {
    for (const most of [{ pods: 1 }, { percent: 50 }]) {
      expect(refusal({ [rule]: most }, [0, 2])).toBeUndefined();
      expect(refusal({ [rule]: most }, [0, 1])).toBe(
        `pod-kill would hit 2 pods of Deployment shop/web on ${where} ${place}; safety.${rule} allows 1`,
      );
    }
    const lost = PODS.map((pod) => ({ ...pod, [where]: undefined }));
    expect(refusal({ [rule]: { pods: 4 } }, [0], { pods: lost })).toContain(`no ${where} is known`);
  });

  test('of nodes hits all that is on a node, but still not more than it may in a zone', () => {
    const ofNode = { isOfNodes: true, fault: { type: 'node-loss' } } as const;
    expect(refusal({ max_per_node: { pods: 1 } }, [0, 1], ofNode)).toBeUndefined();
    expect(refusal({ max_per_zone: { percent: 50 } }, [0, 1], ofNode)).toContain('on zone a');
    const outage = { ...ofNode, fault: { type: 'zone-outage' } } as const;
    expect(refusal({ max_per_zone: { percent: 50 } }, [0, 1], outage)).toBeUndefined();
    expect(refusal({ min_healthy: { pods: 3 } }, [0, 1], outage)).toContain('would leave 2 healthy');
  });

  test.each([
    [{ pods: 3 }, 1],
    [{ percent: 75 }, 1],
    // Of four, rounded up.
    [{ percent: 51 }, 1],
    [{ percent: 50 }, 2],
    [{ percent: 100 }, 0],
  ])('leaves min_healthy %j', (min_healthy, most) => {
    const all = [0, 1, 2, 3];
    expect(refusal({ min_healthy }, all.slice(0, most))).toBeUndefined();
    expect(refusal({ min_healthy }, all.slice(0, most + 1))).toMatch(
      /^pod-kill would leave \d healthy pods of Deployment shop\/web; safety\.min_healthy wants \d$/,
    );
  });

  test('counts as healthy who is, whoever of them it hits', () => {
    const min_healthy = { pods: 3 };
    expect(refusal({ min_healthy }, [0], { pods: without(1) })).toContain('would leave 2 healthy');
    expect(refusal({ min_healthy }, [1], { pods: without(1) })).toBeUndefined();
  });

  test('that leaves the choice to a controller is taken to hit the fullest node and zone', () => {
    const all = [0, 1, 2, 3];
    const scaled = (hit_max: number, safety: Partial<Safety>) => refusal(safety, all, { hit_max });
    expect(scaled(2, { max_per_node: { pods: 1 } })).toContain('would hit 2 pods of');
    expect(scaled(1, { max_per_node: { pods: 1 } })).toBeUndefined();
    expect(scaled(2, { max_per_zone: { percent: 50 } })).toContain('on zone a; safety.max_per_zone allows 1');
    expect(scaled(2, { max_victims: { pods: 1 } })).toContain('would hit 2 pods');
    expect(scaled(2, { max_victims: { pods: 2 } })).toBeUndefined();
    expect(scaled(0, { max_victims: { pods: 0 }, min_healthy: { pods: 4 } })).toBeUndefined();
  });

  test('leaves what a controller may take besides, or takes for it, out of the healthy', () => {
    const min_healthy = { pods: 2 };
    const leaving = (pods: number) => new Map([['Deployment shop/web', pods]]);
    expect(refusal({ min_healthy }, [0], { leaving: leaving(1) })).toBeUndefined();
    expect(refusal({ min_healthy }, [0], { leaving: leaving(2) })).toContain('would leave 1 healthy');
    const controlled = { hit_max: 2, leaving: leaving(2) };
    expect(refusal({ min_healthy }, [0, 1, 2, 3], controlled)).toBeUndefined();
    expect(refusal({ min_healthy }, [0, 1, 2, 3], { ...controlled, leaving: leaving(3) })).toContain(
      'would leave 1 healthy',
    );
    expect(refusal({ min_healthy }, [0], { leaving: new Map([['Deployment shop/db', 4]]) })).toBeUndefined();
  });

  test('deletes no more than a budget lets go, unless it is said in so many words', () => {
    expect(refusal({}, [0, 1], { budgets: [budget(2)] })).toBeUndefined();
    expect(refusal({}, [0, 1], { budgets: [budget(1)] })).toBe(
      'pod-kill would delete 2 pods of which PodDisruptionBudget shop/web lets 1 go',
    );
    expect(refusal({}, [0], { budgets: [budget(-1)] })).toContain('lets 0 go');
    expect(refusal({ ignore_disruption_budgets: true }, [0, 1], { budgets: [budget(0)] })).toBeUndefined();
  });

  test('that has Kubernetes delete pods is held to budgets, too, unless told otherwise', () => {
    const fault = { type: 'node-taint', taint: { effect: 'NoExecute' } } as const;
    const more = { fault, isOfNodes: true, budgets: [budget(1)] };
    expect(refusal({}, [2, 3], more)).toBe(
      'node-taint would delete 2 pods of which PodDisruptionBudget shop/web lets 1 go',
    );
    expect(refusal({ ignore_disruption_budgets: true }, [2, 3], more)).toBeUndefined();
    expect(refusal({}, [2], more)).toBeUndefined();
  });

  test('is not held to budgets over other pods, or where nothing is deleted past them', () => {
    for (const other of [{ selector: { app: 'db' } }, { namespace: 'elsewhere' }]) {
      expect(refusal({}, [0], { budgets: [{ ...budget(0), ...other }] })).toBeUndefined();
    }
    const noSchedule = { type: 'node-taint', taint: { effect: 'NoSchedule' } } as const;
    expect(refusal({}, [0], { budgets: [budget(0)], fault: noSchedule })).toBeUndefined();
    for (const type of ['pod-eviction', 'container-kill', 'node-loss'] as const) {
      expect(refusal({}, [0], { budgets: [budget(0)], fault: { type } })).toBeUndefined();
    }
  });

  test('stays in its namespaces, and away from protected ones and from pods that labels keep', () => {
    expect(refusal({ namespaces: ['shop'] }, [0])).toBeUndefined();
    expect(refusal({ namespaces: ['other'] }, [0])).toContain('in namespace shop, which is not allowed');
    expect(refusal({ protected_namespaces: ['shop'] }, [0])).toContain('which is not allowed');
    const kept = PODS.map((pod) => ({ ...pod, touchable: pod.name !== 'web-1' }));
    expect(refusal({}, [0], { pods: kept })).toBeUndefined();
    expect(refusal({}, [0, 1], { pods: kept })).toContain(
      'would hit web-1, which its labels keep from faults',
    );
  });
});

describe('a label', () => {
  const safety = (rules: Partial<Safety>): Safety => ({ ...SAFETY_DEFAULT, ...rules });
  const chaos = (value: string | undefined) => safety({ opt_in_label: { key: 'chaos', value } });

  test.each([
    ['is carried by the pod', chaos('yes'), { chaos: 'yes' }, {}, true],
    ['is carried by its workload', chaos('yes'), {}, { chaos: 'yes' }, true],
    ['has another value', chaos('yes'), { chaos: 'no' }, {}, false],
    ['may have any value', chaos(undefined), { chaos: '' }, {}, true],
    ['is not there', chaos(undefined), { app: 'web' }, {}, false],
    [
      'has the name of something that every object has',
      safety({ opt_in_label: { key: 'toString', value: undefined } }),
      {},
      {},
      false,
    ],
    ['protects the pod', safety({ protected_labels: { tier: 'db' } }), { tier: 'db' }, {}, false],
    [
      'protects all pods of the workload',
      safety({ protected_labels: { tier: 'db' } }),
      {},
      { tier: 'db' },
      false,
    ],
    [
      'protects though another lets in',
      safety({ ...chaos('yes'), protected_labels: { tier: 'db' } }),
      { chaos: 'yes', tier: 'db' },
      {},
      false,
    ],
    [
      'of another value does not protect',
      safety({ protected_labels: { tier: 'db' } }),
      { tier: 'web' },
      {},
      true,
    ],
  ])('%s', (_, rules, labels, ofWorkload, expected) => {
    expect(mayBeHit(rules, labels, ofWorkload)).toBe(expected);
  });
});
