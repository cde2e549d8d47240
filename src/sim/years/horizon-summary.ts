import type { Plan } from '../../scenario/plan.ts';
import { wilsonInterval, withinRange } from '../../timeline/interval.ts';
import type { Estimate, ServicePrediction } from '../../timeline/plan-prediction.ts';
import { quantile } from '../../timeline/quantile.ts';
import { RunningMean } from '../estimate/running-mean.ts';
import { judgeService, orderedCauses, rates } from '../service-prediction.ts';
import type { Horizon } from './horizon.ts';
import { causesOf } from './plan-model.ts';

/** What horizons show together. */
export class HorizonSummary {
  readonly #plan: Plan;
  readonly #causes: readonly string[];
  /** By service, of each horizon. */
  readonly #downtime_s: number[][];
  readonly #outages: number[][];
  readonly #lost_s: number[][];
  readonly #worst: RunningMean[];
  /** Horizons with an outage. */
  readonly #down: number[];
  readonly #repairs: number[] = [];
  /** By service and cause, over all horizons. */
  readonly #causeDowntime_s: Float64Array;
  readonly #causeOutages: Float64Array;
  #steps = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#causes = causesOf(plan);
    this.#downtime_s = plan.services.map(() => []);
    this.#outages = plan.services.map(() => []);
    this.#lost_s = plan.services.map(() => []);
    this.#worst = plan.services.map(() => new RunningMean());
    this.#down = plan.services.map(() => 0);
    this.#causeDowntime_s = new Float64Array(plan.services.length * this.#causes.length);
    this.#causeOutages = new Float64Array(plan.services.length * this.#causes.length);
  }

  /** The next horizon; the figures are the same to the last bit where they come in the same order. */
  add(horizon: Horizon): void {
    for (let service = 0; service < this.#plan.services.length; service += 1) {
      const downtime_s = horizon.downtime_ms[service]! / 1000;
      this.#downtime_s[service]!.push(downtime_s);
      this.#outages[service]!.push(horizon.outages[service]!);
      this.#lost_s[service]!.push(horizon.lost_ms[service]! / 1000);
      this.#worst[service]!.add(downtime_s);
      if (horizon.outages[service]! > 0) this.#down[service]! += 1;
    }
    for (let place = 0; place < this.#causeDowntime_s.length; place += 1) {
      this.#causeDowntime_s[place]! += horizon.causeDowntime_ms[place]! / 1000;
      this.#causeOutages[place]! += horizon.causeOutages[place]!;
    }
    this.#repairs.push(horizon.repairs);
    this.#steps += horizon.steps;
  }

  get trials(): number {
    return this.#repairs.length;
  }

  /** What it took to simulate one horizon, in the mean. */
  get steps(): number {
    return this.#steps / this.trials;
  }

  /** Horizons with an outage of the service that has the fewest. */
  get fewestDown(): number {
    return Math.min(...this.#down);
  }

  get repairs(): Estimate {
    return estimate(this.#repairs);
  }

  /** Downtime, in seconds, of the service whose mean is known worst: as a share of it, or not at all. */
  get worst(): RunningMean {
    const badness = ({ precision }: RunningMean) => precision ?? Number.POSITIVE_INFINITY;
    return this.#worst.reduce((worst, each) => (badness(each) > badness(worst) ? each : worst));
  }

  /** @param longRun by service, where it is known */
  services(longRun: readonly (Estimate | undefined)[]): ServicePrediction[] {
    return this.#plan.services.map((service, index) => {
      const downtimes_s = this.#downtime_s[index]!;
      const horizon_s = this.#plan.horizon_ms / 1000;
      const downtime_s = estimate(downtimes_s, horizon_s);
      const sorted = Float64Array.from(downtimes_s).sort();
      const outages = this.#outages[index]!;
      const withOutage = this.#down[index]!;
      return {
        name: service.name,
        ...rates(downtime_s, horizon_s),
        long_run_unavailability: longRun[index],
        downtime_s: { ...downtime_s, pi90: [quantile(sorted, 0.05), quantile(sorted, 0.95)] },
        outages: estimate(outages),
        outage_chance: { mean: withOutage / this.trials, ci95: wilsonInterval(withOutage, this.trials) },
        lost_requests_s:
          this.#plan.episodes.length === 0 ? undefined : estimate(this.#lost_s[index]!, horizon_s),
        causes: this.#causesOf(index),
        objectives: judgeService(service, downtime_s.mean, horizon_s, downtimes_s),
      };
    });
  }

  #causesOf(service: number): ServicePrediction['causes'] {
    return orderedCauses(
      this.#causes.map((cause, index) => {
        const place = service * this.#causes.length + index;
        return {
          cause,
          downtime_s: this.#causeDowntime_s[place]! / this.trials,
          outages: this.#causeOutages[place]! / this.trials,
        };
      }),
    );
  }
}

/**
 * @param most that no horizon can exceed; where there is no such bound, and none was seen of what is counted, one is the
 *   most that is thought of
 */
function estimate(values: readonly number[], most?: number): Estimate {
  const moments = RunningMean.of(values);
  const { count, mean } = moments;
  // One horizon has no spread to tell of: the mean is anywhere up to the bound, where there is one.
  if (count < 2 && most === undefined) return { mean, ci95: [mean, mean] };
  const bound = most ?? (mean === 0 ? 1 : Number.POSITIVE_INFINITY);
  return { mean, ci95: withinRange(moments.ci95, moments, [0, bound]) };
}
