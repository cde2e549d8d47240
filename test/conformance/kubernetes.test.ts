import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../../src/chaos/cluster/open.ts';
import { type TimelineEvent, tee } from '../../src/timeline/event.ts';
import { Score } from '../../src/timeline/score.ts';
import { untilNobodyIsLeaving } from '../e2e/place.ts';
import { CONTAINER_KILL_COMMAND, PROVIDER_COMMAND } from '../support/lab.ts';
import { lookingUp } from '../support/looking-up.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { withChaosWorld } from './chaos-world.ts';
import { describeCluster } from './describe-cluster.ts';
import { describeFaults, scenarioWith } from './describe-faults.ts';
import { describeWorld } from './describe-world.ts';
import { DeployedApplication } from './granted-world.ts';
import { scenario } from './scenario.ts';

const POLICY = { duration_ms: 4000 };

describeOnTestbed('a cluster that a kubeconfig points at', () => {
  describeCluster('the testbed', () =>
    openCluster('kubernetes', scenario(), {
      containerKillCommand: CONTAINER_KILL_COMMAND,
      providerCommand: PROVIDER_COMMAND,
    }),
  );
  describeWorld('chaos on the testbed', 1, (scenario, use) => withChaosWorld('kubernetes', scenario, use));

  // Each fault is caused by an account that may do what it takes and no more.
  const applications = [new DeployedApplication(), new DeployedApplication()] as const;
  beforeAll(async () => {
    untilNobodyIsLeaving();
    await Promise.all(applications.map((each) => each.deploy()));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(applications.map((each) => each.remove()));
  });

  describeFaults(
    'pods hit on the testbed',
    [
      'rollout-restart',
      'container-pause',
      'bad-readiness',
      'sandbox-kill',
      'memory-stress',
      'bad-image',
      'scale',
      'endpoint-removal',
      'pod-eviction',
      'dns-outage',
    ],
    { trials: 1, at_a_time: applications.length },
    (scenario, use, lane) => applications[lane]!.withWorld(scenario, use),
  );

  // On a node that is hit there may be no pods of others; and what takes all of a processor is tried alone.
  const [application, other] = applications;
  describeFaults(
    'nodes and more hit on the testbed',
    [
      'cpu-stress',
      'node-cordon',
      'node-drain',
      'node-taint',
      'node-partition',
      // The only node of its zone loses its power, as by a node-loss; e2e/node-faults.test.ts has that.
      'zone-outage',
      'control-plane-outage',
      'registry-outage',
    ],
    { trials: 1, at_a_time: 1 },
    async (scenario, use) => {
      await other.undeploy();
      await application.deploy();
      await application.withWorld(scenario, use);
    },
  );

  it.each([
    [
      'network-partition',
      scenarioWith('network-partition', POLICY, 7000),
      'does not enforce NetworkPolicies',
    ],
    // nginx looks up no names, whatever the scenario says.
    ['dns-outage', lookingUp(scenarioWith('dns-outage', POLICY, 7000)), 'does not look a name up for each'],
  ] as const)(
    'says of a %s that it had no effect: the CNI plugin bridge enforces no NetworkPolicies',
    async (name, scenario, because) => {
      const events: TimelineEvent[] = [];
      const score = new Score();
      await application.withWorld(scenario, (world) =>
        world.run(0, tee({ record: (event) => void events.push(event) }, score)),
      );
      expect(events.filter(({ type }) => type === 'no-effect')).toMatchObject([
        { fault: 0, name, because: expect.stringContaining(because) },
      ]);
      const { valid, invalid_because, failed_requests } = score.observation();
      expect(failed_requests).toBe(0);
      expect(valid).toBe(false);
      expect(invalid_because.join()).toContain(`${name} had no effect`);
    },
    240_000,
  );
});
