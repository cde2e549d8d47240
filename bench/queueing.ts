/** Models that every simulator has for an example, raced and checked with theory. */
import { machineRepair, mmc } from '../src/sim/exact/queues.ts';
import { FORESHOCK, SIMULATORS } from './peers/contestants.ts';
import { race } from './race.ts';
import type { Benchmark } from './result.ts';

/** So many that compiling does not count; slow peers serve a share of them. */
const CUSTOMERS = 2_000_000;
/** Of the mean time: five standard deviations where it varies most, in M/M/1. */
const TOLERANCE = 0.15;

/** Poisson arrivals at a station of so many servers, each busy four fifths of the time; service takes 1 on average. */
export const station =
  (servers: number): Benchmark =>
  async () => {
    const arrivalRate = 0.8 * servers;
    const { W_s } = mmc({ servers, arrival_per_s: arrivalRate, service_per_s: 1 });
    return race(
      {
        name: `mm${servers}`,
        amount: CUSTOMERS,
        args: (customers) => ['station', `${servers}`, `${arrivalRate}`, `${customers}`],
        check: isMeanTime(W_s),
      },
      FORESHOCK.queueing,
      SIMULATORS,
    );
  };

/** Machines that fail once in 20, and four crews that repair one each in 1 on average. */
export const repair: Benchmark = async () => {
  const [machines, crews, failureRate] = [64, 4, 1 / 20];
  const { W_h } = machineRepair({ machines, crews, failure_per_h: failureRate, repair_per_h: 1 });
  return race(
    {
      name: 'repair',
      amount: CUSTOMERS,
      args: (repairs) => ['repair', `${crews}`, `${failureRate}`, `${repairs}`, `${machines}`],
      check: isMeanTime(W_h),
    },
    FORESHOCK.queueing,
    SIMULATORS,
  );
};

/** The answer is the mean time from coming (or failing) to leaving (or being repaired). */
function isMeanTime(exact: number): (answer: unknown) => void {
  return (answer) => {
    if (typeof answer !== 'number' || !(Math.abs(answer / exact - 1) < TOLERANCE)) {
      throw new Error(`a mean time of ${answer}, where theory has ${exact}`);
    }
  };
}
