import { openCluster } from '../../src/chaos/cluster/open.ts';
import { withChaosWorld } from './chaos-world.ts';
import { describeCluster } from './describe-cluster.ts';
import { describeFaults } from './describe-faults.ts';
import { describeWorld } from './describe-world.ts';
import { scenario } from './scenario.ts';

describeCluster('the embedded cluster', () => openCluster('embedded', scenario()));
describeWorld('chaos in the embedded cluster', 2, (scenario, use) =>
  withChaosWorld('embedded', scenario, use),
);
describeFaults(
  'chaos in the embedded cluster',
  [
    'pod-eviction',
    'rollout-restart',
    'bad-image',
    'bad-readiness',
    'scale',
    'endpoint-removal',
    'container-pause',
  ],
  // Each in a cluster of its own, which waits for most of its time.
  { trials: 1, at_a_time: 7 },
  (scenario, use) => withChaosWorld('embedded', scenario, use),
);
