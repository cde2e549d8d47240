/** The accounts of a horizon: how long each service was down, how often, and because of what. */
import type { EpisodeCost } from './costs.ts';

interface Stretch {
  readonly from_ms: number;
  readonly to_ms: number;
  /** Share of the requests that is lost. */
  readonly loss: number;
  /** It belongs to an outage that ended so little before. */
  readonly same_ms: number;
}

/** Stretches of episodes that lie ahead, in the order in which they begin. */
interface Ahead {
  begin_ms: number[];
  end_ms: number[];
  loss: number[];
  cause: number[];
}

const NEVER = -1;

/**
 * While half of the requests are lost an episode has hundreds of outages of a request or two. Of those that follow upon
 * each other within a minute people speak as of one.
 */
const SAME_OUTAGE_MS = 60_000;

/**
 * Down is when `up` does not hold, or some episode has an outage; never counted twice. While `up` does not hold, what
 * made it so is the cause; else it is the episode's outage that began first. Outages that touch are one, and so are those
 * of episodes less than a minute apart; they have the cause that they began with, and each second has its own.
 */
export class Downtime {
  readonly services: number;
  readonly causes: number;
  /** By service. */
  readonly downtime_ms: Float64Array;
  readonly outages: Float64Array;
  /** Requests lost, as the time in which all of them would be. */
  readonly lost_ms: Float64Array;
  /** By service and cause. */
  readonly causeDowntime_ms: Float64Array;
  readonly causeOutages: Float64Array;
  /** Until when all is accounted for. */
  readonly #until_ms: Float64Array;
  /** What made `up` false; NEVER while it holds. */
  readonly #downBy: Int32Array;
  /** End of the last stretch down. */
  readonly #downUntil_ms: Float64Array;
  readonly #ahead: Ahead[];

  constructor(services: number, causes: number) {
    this.services = services;
    this.causes = causes;
    this.downtime_ms = new Float64Array(services);
    this.outages = new Float64Array(services);
    this.lost_ms = new Float64Array(services);
    this.causeDowntime_ms = new Float64Array(services * causes);
    this.causeOutages = new Float64Array(services * causes);
    this.#until_ms = new Float64Array(services);
    this.#downBy = new Int32Array(services).fill(NEVER);
    this.#downUntil_ms = new Float64Array(services).fill(NEVER);
    this.#ahead = Array.from({ length: services }, () => ({ begin_ms: [], end_ms: [], loss: [], cause: [] }));
  }

  /** Whether `up` holds, as it was last said. */
  isUp(service: number): boolean {
    return this.#downBy[service] === NEVER;
  }

  /** `up` holds no longer. */
  fall(service: number, now_ms: number, cause: number): void {
    this.advance(service, now_ms);
    this.#downBy[service] = cause;
  }

  /** `up` holds again. */
  rise(service: number, now_ms: number): void {
    this.advance(service, now_ms);
    this.#downBy[service] = NEVER;
  }

  /** A failure that sets off an episode, of which this trial is what happens. */
  addEpisode(service: number, now_ms: number, cause: number, cost: EpisodeCost, trial: number): void {
    this.advance(service, now_ms);
    for (let at = cost.first[trial]!; at < cost.first[trial + 1]!; at += 1) {
      const begin_ms = now_ms + cost.begin_ms[at]!;
      const end_ms = now_ms + cost.end_ms[at]!;
      const ahead = this.#ahead[service]!;
      let place = ahead.begin_ms.length;
      while (place > 0 && ahead.begin_ms[place - 1]! > begin_ms) place -= 1;
      ahead.begin_ms.splice(place, 0, begin_ms);
      ahead.end_ms.splice(place, 0, end_ms);
      ahead.loss.splice(place, 0, cost.loss[at]!);
      ahead.cause.splice(place, 0, cause);
    }
  }

  /** Accounts for all until now. */
  advance(service: number, now_ms: number): void {
    const from_ms = this.#until_ms[service]!;
    if (now_ms <= from_ms) return;
    this.#until_ms[service] = now_ms;
    const downBy = this.#downBy[service]!;
    if (downBy !== NEVER) this.#charge(service, downBy, { from_ms, to_ms: now_ms, loss: 1, same_ms: 0 });
    if (this.#ahead[service]!.begin_ms.length > 0)
      this.#passAhead(service, from_ms, now_ms, downBy === NEVER);
  }

  copyFrom(other: Downtime): void {
    this.downtime_ms.set(other.downtime_ms);
    this.outages.set(other.outages);
    this.lost_ms.set(other.lost_ms);
    this.causeDowntime_ms.set(other.causeDowntime_ms);
    this.causeOutages.set(other.causeOutages);
    this.#until_ms.set(other.#until_ms);
    this.#downBy.set(other.#downBy);
    this.#downUntil_ms.set(other.#downUntil_ms);
    for (let service = 0; service < this.services; service += 1) {
      const { begin_ms, end_ms, loss, cause } = other.#ahead[service]!;
      if (begin_ms.length === 0 && this.#ahead[service]!.begin_ms.length === 0) continue;
      this.#ahead[service] = {
        begin_ms: begin_ms.slice(),
        end_ms: end_ms.slice(),
        loss: loss.slice(),
        cause: cause.slice(),
      };
    }
  }

  /** What of the episodes lies before now counts where `up` held, and is dropped. */
  #passAhead(service: number, from_ms: number, now_ms: number, counts: boolean): void {
    const ahead = this.#ahead[service]!;
    const count = ahead.begin_ms.length;
    let at_ms = from_ms;
    let kept = 0;
    for (let index = 0; index < count; index += 1) {
      const begin_ms = ahead.begin_ms[index]!;
      const end_ms = ahead.end_ms[index]!;
      if (counts && begin_ms < now_ms) {
        const to_ms = Math.min(end_ms, now_ms);
        const since_ms = Math.max(begin_ms, at_ms);
        if (to_ms > since_ms) {
          this.#charge(service, ahead.cause[index]!, {
            from_ms: since_ms,
            to_ms,
            loss: ahead.loss[index]!,
            same_ms: SAME_OUTAGE_MS,
          });
          at_ms = to_ms;
        }
      }
      if (end_ms <= now_ms) continue;
      ahead.begin_ms[kept] = begin_ms;
      ahead.end_ms[kept] = end_ms;
      ahead.loss[kept] = ahead.loss[index]!;
      ahead.cause[kept] = ahead.cause[index]!;
      kept += 1;
    }
    ahead.begin_ms.length = kept;
    ahead.end_ms.length = kept;
    ahead.loss.length = kept;
    ahead.cause.length = kept;
  }

  #charge(service: number, cause: number, { from_ms, to_ms, loss, same_ms }: Stretch): void {
    const place = service * this.causes + cause;
    const last_ms = this.#downUntil_ms[service]!;
    if (last_ms === NEVER || from_ms > last_ms + same_ms) {
      this.outages[service]! += 1;
      this.causeOutages[place]! += 1;
    }
    this.#downUntil_ms[service] = to_ms;
    this.downtime_ms[service]! += to_ms - from_ms;
    this.causeDowntime_ms[place]! += to_ms - from_ms;
    this.lost_ms[service]! += loss * (to_ms - from_ms);
  }
}
