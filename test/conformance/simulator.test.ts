import { SimulatedWorld } from '../../src/sim/world.ts';
import { describeFaults } from './describe-faults.ts';
import { describeWorld } from './describe-world.ts';

describeWorld('the simulator', 1, (scenario, use) => use(new SimulatedWorld(scenario)));
describeFaults(
  'the simulator',
  [
    'pod-eviction',
    'network-partition',
    'dns-outage',
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
    'http-delay',
    'http-abort',
    'container-pause',
    'sandbox-kill',
    'node-partition',
    'node-loss',
    'zone-outage',
    'control-plane-outage',
    'registry-outage',
  ],
  { trials: 50, at_a_time: 1 },
  (scenario, use) => use(new SimulatedWorld(scenario)),
);
