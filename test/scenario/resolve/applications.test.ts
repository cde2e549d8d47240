import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Lookups } from '../../../src/scenario/scenario.ts';
import { DEPLOYMENT, errorOf, type Files, filesWith, load, SCENARIO } from '../files.ts';

const PROBES = `          readinessProbe: {httpGet: {path: /, port: http}}
          livenessProbe: {tcpSocket: {port: http}}
`;

const files = (lookups: unknown): Files =>
  filesWith({
    'scenario.yaml': stringify({ ...parse(SCENARIO), applications: { web: { lookups } } }),
    'deployment.yaml': `${DEPLOYMENT}${PROBES}`,
  });

const lookupsOf = (lookups: unknown): Lookups | undefined =>
  load(files(lookups)).workloads[0]!.pod.containers[0]!.application.lookups;

const problemsOf = (lookups: unknown) => errorOf(files(lookups)).problems;

describe('lookups of a program', () => {
  test("wait as resolv.conf's resolver does, unless they say otherwise", () => {
    expect(lookupsOf({ for: ['requests'] })).toEqual({ for: ['requests'], timeout_ms: 5000, attempts: 2 });
    expect(lookupsOf({ for: ['requests', 'readiness'], timeout: '800ms', attempts: 4 })).toEqual({
      ...{ for: ['requests', 'readiness'], timeout_ms: 800, attempts: 4 },
    });
  });

  test('are none where nothing is said', () => {
    const [workload] = load(filesWith()).workloads;
    expect(workload!.pod.containers[0]!.application.lookups).toBeUndefined();
  });

  test.each(['startup', 'liveness'] as const)(
    'for a %s probe want one that asks the program: it is not there, or it asks the kernel alone',
    (kind) => {
      expect(problemsOf({ for: ['requests', 'readiness', kind] })).toMatchObject([
        {
          message: `container server of the manifest has no ${kind} probe that asks the program`,
          position: { file: 'scenario.yaml' },
        },
      ]);
    },
  );

  test.each<[string, unknown, string]>([
    ['what they are for', { timeout: '1s' }, 'for'],
    ['something that they are for', { for: [] }, 'for'],
    ['no more than what a program is asked', { for: ['start'] }, 'startup'],
    ['a timeout above 0', { for: ['requests'], timeout: '0s' }, 'longer than 0s'],
    ['an attempt', { for: ['requests'], attempts: 0 }, 'attempts'],
  ])('say %s', (_, lookups, said) => {
    const [problem] = problemsOf(lookups);
    expect(`${problem!.message} ${problem!.expected}`).toContain(said);
  });
});
