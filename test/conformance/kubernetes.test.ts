import { openCluster } from '../../src/chaos/cluster/open.ts';
import { CONTAINER_KILL_COMMAND, PROVIDER_COMMAND } from '../support/lab.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { withChaosWorld } from './chaos-world.ts';
import { describeCluster } from './describe-cluster.ts';
import { describeFaults } from './describe-faults.ts';
import { describeWorld } from './describe-world.ts';
import { scenario } from './scenario.ts';

describeOnTestbed('a cluster that a kubeconfig points at', () => {
  describeCluster('the testbed', () =>
    openCluster('kubernetes', scenario(), {
      containerKillCommand: CONTAINER_KILL_COMMAND,
      providerCommand: PROVIDER_COMMAND,
    }),
  );
  describeWorld('chaos on the testbed', (scenario, use) => withChaosWorld('kubernetes', scenario, use));
  describeFaults(
    'chaos on the testbed',
    [
      'pod-eviction',
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
    (scenario, use) =>
      withChaosWorld('kubernetes', scenario, use, {
        containerKillCommand: CONTAINER_KILL_COMMAND,
        providerCommand: PROVIDER_COMMAND,
      }),
  );
});
