/** Nobody is hit who was not selected: a million times, against a second opinion that shares nothing with the first. */
import { expect, test } from 'vitest';
import type { Pod } from '../../../src/chaos/cluster/cluster.ts';
import { candidatesOf } from '../../../src/chaos/safety/blast-radius.ts';
import { stream } from '../../../src/scenario/random.ts';
import { mayBeHit, SAFETY_DEFAULT } from '../../../src/scenario/safety.ts';
import type {
  FaultMode,
  Labels,
  Requirement,
  Safety,
  Selector,
  Workload,
} from '../../../src/scenario/scenario.ts';
import { chooseVictims } from '../../../src/scenario/selection.ts';
import { selects } from '../../../src/scenario/selector.ts';
import { shortScenario } from '../scenario.ts';

const CASES = 1_000_000;
const PODS = 5;

const random = stream('selection', 0, 'cases');
const below = (limit: number): number => Math.floor(random() * limit);
const oneOf = <T>(values: readonly T[]): T => values[below(values.length)]!;
const isLikely = (share: number): boolean => random() < share;

const KEYS = ['app', 'tier', 'toString', 'example.com/chaos'];
const VALUES = ['', 'a', 'b'];
const OPERATORS: readonly Requirement['operator'][] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
const MODES: readonly FaultMode[] = ['one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'];
const NAMESPACES = ['default', 'default', 'default', 'other'];

function labels(): Labels {
  const pairs = KEYS.filter(() => isLikely(0.5)).map((key) => [key, oneOf(VALUES)] as const);
  return Object.fromEntries(pairs);
}

function requirement(): Requirement {
  const operator = oneOf(OPERATORS);
  const values = operator.endsWith('In') ? VALUES.filter(() => isLikely(0.5)) : [];
  return { key: oneOf(KEYS), operator, values };
}

/** Not empty: such a one is refused before. */
function selector(): Selector {
  if (isLikely(0.5)) return { [oneOf(KEYS)]: oneOf(VALUES), ...(isLikely(0.3) ? labels() : {}) };
  return isLikely(0.5) ? [requirement()] : [requirement(), requirement()];
}

const [nginx] = shortScenario([]).workloads;

function pod(index: number): Pod {
  const owner = isLikely(0.8)
    ? {
        kind: oneOf(['ReplicaSet', 'ReplicaSet', 'ReplicaSet', 'StatefulSet']),
        name: oneOf(['nginx-abc', 'nginx-abc', 'nginx-abc', 'nginx', 'nginx-2-abc']),
        uid: 'u',
      }
    : undefined;
  const hash = isLikely(0.9) ? { 'pod-template-hash': oneOf(['abc', 'abc', 'abc', 'abd']) } : {};
  return {
    ...{
      name: `pod-${index}`,
      uid: `uid-${index}`,
      namespace: oneOf(NAMESPACES),
      node: 'node-1',
      phase: 'Running',
    },
    ...{ labels: { ...labels(), ...hash }, ready: isLikely(0.9), terminating: isLikely(0.1), owner },
    ...{ mirror: false, tolerations: [], containers: [] },
  };
}

function safety(): Safety {
  return {
    ...SAFETY_DEFAULT,
    opt_in_label: isLikely(0.4)
      ? { key: oneOf(KEYS), value: isLikely(0.5) ? oneOf(VALUES) : undefined }
      : undefined,
    protected_labels: isLikely(0.4) ? { [oneOf(KEYS)]: oneOf(VALUES) } : {},
  };
}

/** By Kubernetes' documentation of label selectors, as a question to the list of a pod's labels. */
function isSelected(by: Selector, of: Labels): boolean {
  const text = Object.entries(of).map(([key, value]) => `${key}=${value}`);
  const all: readonly Requirement[] = Array.isArray(by)
    ? by
    : Object.entries(by).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
  for (const { key, operator, values } of all) {
    const isThere = text.some((each) => each.startsWith(`${key}=`));
    const isAmong = values.some((value) => text.includes(`${key}=${value}`));
    const isMet = { In: isAmong, NotIn: !isAmong, Exists: isThere, DoesNotExist: !isThere }[operator];
    if (!isMet) return false;
  }
  return true;
}

/** Which of them a fault may hit, said once more from the beginning. */
function mayHit(
  workload: Workload,
  ofWorkload: Labels,
  rules: Safety,
  { labels: of, ...each }: Pod,
): boolean {
  if (!each.ready || each.terminating || each.namespace !== workload.namespace) return false;
  if (each.owner?.kind !== 'ReplicaSet') return false;
  if (each.owner.name !== `nginx-${of['pod-template-hash']}`) return false;
  const has = (from: Labels, key: string, value: string | undefined) =>
    Object.entries(from).some(([k, v]) => k === key && (value === undefined || v === value));
  const anywhere = (key: string, value: string | undefined) =>
    has(of, key, value) || has(ofWorkload, key, value);
  for (const [key, value] of Object.entries(rules.protected_labels)) if (anywhere(key, value)) return false;
  const { opt_in_label: wanted } = rules;
  return wanted === undefined || anywhere(wanted.key, wanted.value);
}

test(`${CASES} times a selector, rules and pods at random: who is hit was selected, owned and not kept back`, () => {
  let hit = 0;
  let wrong: unknown;
  for (let done = 0; done < CASES && wrong === undefined; done += PODS) {
    const by = selector();
    const rules = safety();
    const ofWorkload = labels();
    const workload: Workload = { ...nginx!, namespace: oneOf(NAMESPACES), selector: by };
    const pods = Array.from({ length: PODS }, (_, index) => pod(index));
    const selected = pods.filter((each) => selects(by, each.labels));
    const candidates = candidatesOf(workload, selected).filter((each) =>
      mayBeHit(rules, each.labels, ofWorkload),
    );
    const names = candidates.map(({ name }) => name);
    const mode = oneOf(MODES);
    const value = mode === 'fixed' ? 1 + below(PODS) : 1 + below(100);
    const victims = chooseVictims(names, mode, value, random);
    const isAllowed = (each: Pod) => isSelected(by, each.labels) && mayHit(workload, ofWorkload, rules, each);
    const allowed = pods.filter(isAllowed).map(({ name }) => name);
    const isRight =
      new Set(victims).size === victims.length &&
      victims.every((name) => allowed.includes(name)) &&
      // Nor is anybody passed over who might be hit.
      names.length === allowed.length;
    if (!isRight) wrong = { by, rules, ofWorkload, workload, pods, names, allowed, victims };
    hit += victims.length;
  }
  expect(wrong).toBeUndefined();
  expect(hit).toBeGreaterThan(CASES / 100);
});
