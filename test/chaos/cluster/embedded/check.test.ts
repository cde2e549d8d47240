import { describe, expect, it } from 'vitest';
import { checkEmbedded } from '../../../../src/chaos/cluster/embedded/check.ts';
import { EXIT } from '../../../../src/scenario/errors.ts';
import type { DisruptionBudget, Scenario, StatefulSet } from '../../../../src/scenario/scenario.ts';
import { containerKill, lasting, podKill, shortScenario } from '../../scenario.ts';

const refused = (scenario: Scenario, message: string) =>
  expect(() => checkEmbedded(scenario)).toThrow(
    expect.objectContaining({
      exitCode: EXIT.configuration,
      message: expect.stringContaining(`not in the embedded cluster: ${message}`),
      hint: expect.stringContaining('docs/embedded.md'),
    }),
  );
const budget = (app: string): DisruptionBudget => ({
  name: 'web',
  namespace: shortScenario([]).load.namespace,
  position: { file: 'web.yaml', line: 1, column: 1 },
  selector: { app },
  min_available: { pods: 1 },
  max_unavailable: undefined,
  unhealthy_pod_eviction_policy: 'IfHealthyBudget',
});

describe('the embedded cluster', () => {
  it('has what it can show as Kubernetes does', () => {
    const faults = [
      podKill(),
      containerKill(),
      lasting('container-pause'),
      lasting('pod-eviction'),
      lasting('rollout-restart'),
      lasting('bad-image'),
      lasting('bad-readiness'),
      lasting('endpoint-removal'),
      lasting('scale'),
    ];
    checkEmbedded(shortScenario(faults));
    checkEmbedded(shortScenario(faults, { disruption_budgets: [budget('somebody-else')] }));
  });

  it.each([
    ['sandbox-kill', 'nothing reaches what holds its sandboxes'],
    ['network-partition', 'its network knows no NetworkPolicies'],
    ['dns-outage', 'its network knows no NetworkPolicies, and its programs look up no names'],
    ['cpu-stress', 'its programs take no processor time'],
    ['memory-stress', 'its programs hold no memory of their own'],
    ['node-cordon', 'its scheduler does not know of cordoned nodes'],
    ['node-drain', 'its scheduler does not know of cordoned nodes'],
    ['node-taint', 'its scheduler and its controllers do not know of taints'],
    ['node-loss', 'its nodes do not fail'],
    ['node-partition', 'its nodes are not on a network'],
    ['zone-outage', 'its nodes do not fail'],
    ['http-delay', 'there is no mesh in it'],
    ['http-abort', 'there is no mesh in it'],
    ['control-plane-outage', 'its control plane is this process'],
    ['registry-outage', 'its images come from no registry'],
  ] as const)('refuses %s and says why', (type, reason) => {
    refused(shortScenario([lasting(type)]), `${type}: ${reason}`);
  });

  it('names everything at once', () => {
    const faults = [lasting('node-loss'), podKill(), lasting('http-delay')];
    const told = (() => {
      try {
        checkEmbedded(shortScenario(faults));
      } catch (error) {
        return (error as Error).message.split('\n');
      }
      return [];
    })();
    expect(told).toEqual([
      expect.stringContaining('not in the embedded cluster: node-loss: its nodes do not fail'),
      expect.stringContaining('not in the embedded cluster: http-delay: there is no mesh in it'),
    ]);
  });

  it('refuses what would be evicted against a budget that it does not know', () => {
    const { workloads } = shortScenario([]);
    const labels = workloads[0]!.pod.labels;
    const disruption_budgets = [{ ...budget(''), selector: labels }];
    refused(
      shortScenario([lasting('pod-eviction')], { disruption_budgets }),
      'pod-eviction: it would not ask',
    );
    checkEmbedded(shortScenario([podKill()], { disruption_budgets }));
  });

  it('refuses workloads that it does not run', () => {
    const workloads = shortScenario([]).workloads.map(
      (workload) => ({ ...workload, kind: 'StatefulSet' }) as unknown as StatefulSet,
    );
    refused(shortScenario([podKill()], { workloads }), 'StatefulSet nginx');
  });
});
