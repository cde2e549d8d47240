import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../../src/chaos/cluster/open.ts';
import { type TimelineEvent, tee } from '../../src/timeline/event.ts';
import { Score } from '../../src/timeline/score.ts';
import { kubectl } from '../e2e/kubectl.ts';
import { CONTAINER_KILL_COMMAND, PROVIDER_COMMAND } from '../support/lab.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { withChaosWorld } from './chaos-world.ts';
import { describeCluster } from './describe-cluster.ts';
import { describeFaults, scenarioWith } from './describe-faults.ts';
import { describeWorld } from './describe-world.ts';
import { removeAccount, withGrantedWorld } from './granted-world.ts';
import { scenario } from './scenario.ts';

/** Of scenarios/faults.yaml. */
const NAMESPACE = 'foreshock-faults';

describeOnTestbed('a cluster that a kubeconfig points at', () => {
  describeCluster('the testbed', () =>
    openCluster('kubernetes', scenario(), {
      containerKillCommand: CONTAINER_KILL_COMMAND,
      providerCommand: PROVIDER_COMMAND,
    }),
  );
  // Each fault is caused by an account that may do what it takes and no more, and that cannot create its own namespace.
  beforeAll(() => {
    kubectl('create', 'namespace', NAMESPACE);
  });
  afterAll(() => {
    removeAccount(NAMESPACE);
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true');
  }, 120_000);

  describeWorld('chaos on the testbed', (scenario, use) => withChaosWorld('kubernetes', scenario, use));
  describeFaults(
    'chaos on the testbed',
    [
      'pod-eviction',
      'cpu-stress',
      'memory-stress',
      'node-cordon',
      'node-drain',
      'node-taint',
      'rollout-restart',
      'bad-image',
      'bad-readiness',
      'scale',
      'endpoint-removal',
      'container-pause',
      'sandbox-kill',
      'node-partition',
      'node-loss',
      'zone-outage',
      'control-plane-outage',
      'registry-outage',
    ],
    1,
    withGrantedWorld,
  );

  it('says of a network-partition that it had no effect: the CNI plugin bridge enforces no NetworkPolicies', async () => {
    const events: TimelineEvent[] = [];
    const score = new Score();
    const scenario = scenarioWith('network-partition', { duration_ms: 5000 }, 9000);
    await withGrantedWorld(scenario, (world) =>
      world.run(0, tee({ record: (event) => void events.push(event) }, score)),
    );
    expect(events.filter(({ type }) => type === 'no-effect')).toMatchObject([
      { fault: 0, name: 'network-partition', because: expect.stringContaining('does not enforce') },
    ]);
    const { valid, invalid_because, failed_requests } = score.observation();
    expect(failed_requests).toBe(0);
    expect(valid).toBe(false);
    expect(invalid_because.join()).toContain('network-partition had no effect');
  }, 240_000);
});
