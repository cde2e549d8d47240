import { openCluster } from '../../src/chaos/cluster/open.ts';
import { describeCluster } from './describe-cluster.ts';
import { scenario } from './scenario.ts';

describeCluster('the embedded cluster', () => openCluster('embedded', scenario()));
