import { describe, expect, test } from 'vitest';
import { checkFaults } from '../../src/chaos/check-faults.ts';
import { viewNetworkPolicy } from '../../src/chaos/cluster/network-policy.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { lookingUp } from '../support/looking-up.ts';
import { FakeCluster, type FakeOptions } from './fake-cluster.ts';
import { ofType, run, started } from './run.ts';
import { lasting, shortScenario } from './scenario.ts';

describe.concurrent('dns-outage', () => {
  /** Long enough for the requests to tell. */
  const long = (options: FakeOptions) => {
    const fault = lasting('dns-outage', { mode: 'all', duration_ms: 2600 });
    const { load } = shortScenario([]);
    const scenario = lookingUp(shortScenario([fault], { load: { ...load, duration_ms: 3000 } }));
    return { scenario, cluster: new FakeCluster(scenario, options) };
  };

  test('takes DNS from its victims and leaves them endpoints, until both policy and label are gone', async () => {
    const { scenario, cluster } = long({});
    const bodies: unknown[] = [];
    const { apply } = cluster;
    cluster.apply = async (object) => {
      if (object.kind === 'NetworkPolicy') bodies.push(object.body);
      return apply.call(cluster, object);
    };
    const { error, trials } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    const { targets } = ofType(trials[0]!, 'fault-begin')[0]!;
    expect(targets).toHaveLength(2);
    expect(ofType(trials[0]!, 'request').some(({ outcome }) => outcome === 'timeout')).toBe(true);
    expect(ofType(trials[0]!, 'endpoints').every(({ ready }) => ready.length === 2)).toBe(true);
    expect(ofType(trials[0]!, 'no-effect')).toEqual([]);
    expect([...cluster.objects.keys()].filter((key) => key.startsWith('NetworkPolicy'))).toEqual([]);
    for (const pod of await cluster.podsOn('node-1')) {
      expect(pod.labels).not.toHaveProperty(['foreshock.dev/dns-outage']);
    }
    for (const body of bodies) expectAllBut53(body as Body);
  });

  test('where the network enforces nothing, is told to have had no effect', async () => {
    const { scenario, cluster } = long({ enforces: false });
    const { trials, result } = await run(cluster, scenario);
    expect(ofType(trials[0]!, 'no-effect')).toMatchObject([{ fault: 0, name: 'dns-outage' }]);
    expect(result?.notes.join()).toContain('dns-outage had no effect');
  });

  test('of a program that needs no names shows nothing, and the report says that nothing can be told', async () => {
    const { scenario, cluster } = started([lasting('dns-outage')]);
    const { error, trials, result } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(ofType(trials[0]!, 'no-effect')).toEqual([]);
    expect(result?.notes.join()).toContain('the requests cannot tell whether it takes effect');
  });
});

interface Body {
  readonly spec: {
    readonly policyTypes: readonly string[];
    readonly egress: readonly [{ readonly ports: readonly Ports[]; readonly to?: unknown }];
  };
}

interface Ports {
  readonly protocol: string;
  readonly port: number;
  readonly endPort: number;
}

/** Whatever goes out, to any port of any protocol that policies know, but to port 53 of UDP and TCP. */
function expectAllBut53({ spec }: Body): void {
  expect(spec.policyTypes).toEqual(['Egress']);
  const [{ ports, to }, ...more] = spec.egress;
  expect([to, more]).toEqual([undefined, []]);
  const denied = ['TCP', 'UDP', 'SCTP'].flatMap((protocol) =>
    Array.from({ length: 65_535 }, (_, index) => index + 1)
      .filter(
        (port) =>
          !ports.some((each) => each.protocol === protocol && each.port <= port && port <= each.endPort),
      )
      .map((port) => `${protocol} ${port}`),
  );
  expect(denied).toEqual(['TCP 53', 'UDP 53']);
}

describe('before a dns-outage', () => {
  const place = (scenario: Scenario) => ({
    ...{ scenario, cluster: new FakeCluster(scenario), entry_node: 'node-1' },
  });
  const policy = (spec: object, namespace = 'default') =>
    viewNetworkPolicy({ metadata: { name: 'guard', namespace }, spec });
  const checked = async (...policies: ReturnType<typeof policy>[]) => {
    const at = place(lookingUp(shortScenario([lasting('dns-outage')])));
    at.cluster.policies.push(...policies);
    return checkFaults(at);
  };
  const SELECTORS = [
    {},
    { matchLabels: { app: 'nginx' } },
    { matchExpressions: [{ key: 'app', operator: 'In', values: ['nginx', 'web'] }] },
  ];

  test.each(SELECTORS)(
    'a policy that says what its pods may send to is in the way: %j',
    async (podSelector) => {
      const refusal = {
        exitCode: EXIT.configuration,
        message:
          'dns-outage: NetworkPolicy default/guard says already what pods of Deployment nginx may send to',
      };
      const dns = { ports: [{ protocol: 'UDP', port: 53 }] };
      for (const spec of [
        { podSelector, policyTypes: ['Egress'], egress: [dns] },
        { podSelector, policyTypes: ['Ingress', 'Egress'] },
        { podSelector, egress: [dns] },
      ]) {
        await expect(checked(policy(spec))).rejects.toMatchObject(refusal);
      }
    },
  );

  test('others are not: of what comes in, of other pods, of other namespaces', async () => {
    const egress = { policyTypes: ['Egress'] };
    const policies = [
      policy({ podSelector: {}, policyTypes: ['Ingress'], egress: [] }),
      policy({ podSelector: {}, ingress: [] }),
      policy({ podSelector: { matchLabels: { app: 'database' } }, ...egress }),
      policy({ podSelector: {}, ...egress }, 'elsewhere'),
    ];
    expect(await checked(...policies)).toEqual([]);
  });

  test('it is told where the requests cannot tell of it', async () => {
    const [note, ...more] = await checkFaults(place(shortScenario([lasting('dns-outage')])));
    expect(more).toEqual([]);
    expect(note).toMatch(/^dns-outage \(.*nginx-x2.yaml:1\): .*`applications.nginx.lookups`/);
  });
});
