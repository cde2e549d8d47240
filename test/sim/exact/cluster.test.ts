import { describe, expect, it } from 'vitest';
import { exploreChain } from '../../../src/sim/exact/chain.ts';
import { firstPassageWithin } from '../../../src/sim/exact/first-passage.ts';
import { accumulatedRewards } from '../../../src/sim/exact/rewards.ts';
import { probabilityOf, steadyState } from '../../../src/sim/exact/steady-state.ts';
import { clusterModel, isMinimum, isPremium, repairsPerHour } from './cluster.ts';
import { expectDigits } from './near.ts';

/** PRISM's properties of the same name, with T = 2,000 h, and the number of states that it finds. */
const PUBLISHED = [
  {
    N: 2,
    states: 276,
    premium_steady: '0.999961533562363',
    qos1: '1.158395575e-3',
    below_min: '4.659192406e-3',
    repairs: '17.36977828',
  },
  {
    N: 4,
    states: 820,
    premium_steady: '0.999921240851379',
    qos1: '1.822105149e-3',
    below_min: '7.363146871e-3',
    repairs: '33.34469884',
  },
  {
    N: 8,
    states: 2772,
    premium_steady: '0.999833069267',
    qos1: '1.187232021e-3',
    below_min: '4.831352454e-3',
    repairs: '65.29391619',
  },
];

describe("PRISM's cluster of workstations", () => {
  for (const published of PUBLISHED) {
    it(`has the published values with ${published.N} workstations a side`, { timeout: 30_000 }, () => {
      const { N } = published;
      const chain = exploreChain(clusterModel(N));
      expect(chain.size).toBe(published.states);
      const belowMinimum = (state: Parameters<ReturnType<typeof isMinimum>>[0]) => !isMinimum(N)(state);

      expectDigits(probabilityOf(chain, steadyState(chain), isPremium(N)), published.premium_steady);
      expectDigits(firstPassageWithin(chain, belowMinimum, 2000), published.qos1);
      const [hours, repairs] = accumulatedRewards(chain, 2000, [
        (state) => (belowMinimum(state) ? 1 : 0),
        repairsPerHour,
      ]);
      expectDigits(hours!, published.below_min);
      expectDigits(repairs!, published.repairs);
    });
  }
});
