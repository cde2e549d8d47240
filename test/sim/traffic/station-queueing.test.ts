/** The simulated station against queueing theory. */
import { describe, expect, it } from 'vitest';
import { stream } from '../../../src/scenario/random.ts';
import { Simulation } from '../../../src/sim/engine/simulation.ts';
import { mg1, mmc } from '../../../src/sim/exact/queues.ts';
import { Station } from '../../../src/sim/traffic/station.ts';

const REPLICATIONS = 20;
const CUSTOMERS = 40_000;
/** Of Student's t with 19 degrees of freedom, two-sided: 99.9 % of intervals hold the truth. */
const T_999 = 3.883;

/** Mean milliseconds waiting, of one run that began empty and has forgotten it. */
function meanWait_ms(
  seed: number,
  queue: { readonly arrival_per_s: number; readonly servers: number },
  service_ms: (uniform: () => number) => number,
): number {
  const simulation = new Simulation();
  const station = new Station(
    { now: () => simulation.now, after: (delay, action) => simulation.after(delay, action) },
    queue.servers,
  );
  const arrivals = stream('queueing', seed, 'arrivals');
  const services = stream('queueing', seed, 'services');
  const warmUp = CUSTOMERS / 10;
  let waited_ms = 0;
  let done = 0;
  let came = 0;
  const arrive = () => {
    const mine = came++;
    const at_ms = simulation.now;
    const takes_ms = service_ms(services);
    station.submit(
      takes_ms,
      () => {
        done += 1;
        if (mine >= warmUp) waited_ms += simulation.now - at_ms - takes_ms;
      },
      () => {},
    );
    if (came < CUSTOMERS) simulation.after((-1000 * Math.log(1 - arrivals())) / queue.arrival_per_s, arrive);
  };
  arrive();
  simulation.runUntil(Number.MAX_SAFE_INTEGER);
  expect(done).toBe(CUSTOMERS);
  return waited_ms / (CUSTOMERS - warmUp);
}

function expectCovered(means_ms: readonly number[], exact_s: number): void {
  const mean_ms = means_ms.reduce((sum, value) => sum + value, 0) / means_ms.length;
  const variance = means_ms.reduce((sum, value) => sum + (value - mean_ms) ** 2, 0) / (means_ms.length - 1);
  const half_ms = T_999 * Math.sqrt(variance / means_ms.length);
  expect(Math.abs(mean_ms - 1000 * exact_s)).toBeLessThan(half_ms);
  // An interval that says nothing would hold everything.
  expect(half_ms).toBeLessThan(0.15 * 1000 * exact_s);
}

const replications = (run: (seed: number) => number) =>
  Array.from({ length: REPLICATIONS }, (_, seed) => run(seed));

const exponential_ms = (rate_per_s: number) => (uniform: () => number) =>
  (-1000 * Math.log(1 - uniform())) / rate_per_s;

describe('Station', () => {
  for (const queue of [
    { arrival_per_s: 80, service_per_s: 100, servers: 1 },
    { arrival_per_s: 9, service_per_s: 5, servers: 2 },
    { arrival_per_s: 70, service_per_s: 10, servers: 8 },
  ]) {
    it(`makes wait as M/M/${queue.servers} does at ${queue.arrival_per_s} arrivals a second`, () => {
      const means_ms = replications((seed) => meanWait_ms(seed, queue, exponential_ms(queue.service_per_s)));
      expectCovered(means_ms, mmc(queue).Wq_s);
    });
  }

  it('makes wait half as long when service takes the same time always: M/D/1', () => {
    const queue = { arrival_per_s: 70, servers: 1 };
    const exact = mg1({ arrival_per_s: 70, serviceMean_s: 0.01, serviceVariance_s2: 0 });
    expectCovered(
      replications((seed) => meanWait_ms(seed, queue, () => 10)),
      exact.Wq_s,
    );
  });
});
