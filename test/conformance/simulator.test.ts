import { SimulatedWorld } from '../../src/sim/world.ts';
import { describeWorld } from './describe-world.ts';

describeWorld('the simulator', (scenario, use) => use(new SimulatedWorld(scenario)));
