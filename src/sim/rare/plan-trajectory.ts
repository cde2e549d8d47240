import type { PlanModel } from '../years/plan-model.ts';
import type { YearState } from '../years/year-state.ts';
import { type HastenedCause, logLikelihood } from './hastening.ts';
import { Importance } from './importance/importance.ts';
import { DOWNTIME_MS, LOST_MS, OUTAGES, type SplitModel } from './split-model.ts';

/** Place in the tallies of what is counted by cause: first time down, then outages. */
export const CAUSES = 3;

/** A copy, with all that is drawn again for it, in events: what was measured of some plans of 20 to 200 units. */
const COPY_EVENTS = 5;
const COPY_EVENTS_PER_UNIT = 1 / 4;

/** A root: each unit is made new, and draws when it fails. */
const ROOT_EVENTS_PER_UNIT = 1 / 10;

/** Differences in importance below this mean nothing, and would be levels of their own. */
export const GRAIN = 0.25;

/** One horizon of a plan, for splitting by how near a service is to being down. */
export class PlanTrajectory implements SplitModel<PlanTrajectory> {
  readonly copy_events: number;
  readonly root_events: number;
  readonly tallies: Float64Array;
  readonly #new: YearState;
  readonly #state: YearState;
  readonly #service: number;
  readonly #horizon_ms: number;
  readonly #importance: Importance;
  readonly #hastened: readonly HastenedCause[];
  #root = 0;

  /**
   * @param fresh where a horizon begins; it is not changed
   * @param make another such state
   * @param hastened common causes that come more often in the model than they should
   */
  constructor(
    model: PlanModel,
    service: number,
    fresh: YearState,
    make: () => YearState,
    hastened: readonly HastenedCause[] = [],
  ) {
    this.#new = fresh;
    this.#state = make();
    this.#service = service;
    this.#horizon_ms = model.plan.horizon_ms;
    this.#hastened = hastened;
    this.#importance = new Importance(
      model.plan,
      model.units,
      model.conditions,
      service,
      this.#state.working,
    );
    this.copy_events = COPY_EVENTS + COPY_EVENTS_PER_UNIT * model.units.count;
    this.root_events = ROOT_EVENTS_PER_UNIT * model.units.count;
    this.tallies = new Float64Array(CAUSES + 2 * model.causes.length);
  }

  begin(root: number): void {
    this.#root = root;
    this.#state.copyFrom(this.#new);
    this.#state.begin(root);
    this.tallies.fill(0);
  }

  step(): boolean {
    const state = this.#state;
    const goesOn = state.nextEvent_ms <= this.#horizon_ms;
    if (goesOn) state.step();
    else state.runUntil(this.#horizon_ms);
    state.downtime.advance(this.#service, state.now_ms);
    if (state.downtime.downtime_ms[this.#service] !== this.tallies[DOWNTIME_MS]) this.#tally();
    return goesOn;
  }

  get steps(): number {
    return this.#state.effort.steps;
  }

  get isDown(): boolean {
    return !this.#state.isUp(this.#service);
  }

  get likelihood(): number {
    return Math.exp(this.#logLikelihood());
  }

  /** What counts less is further from mattering: hastened causes do not bring on copies that count for nothing. */
  get importance(): number {
    return Math.round((this.#importance.ofNow() + this.#logLikelihood()) / GRAIN) * GRAIN;
  }

  #logLikelihood(): number {
    return logLikelihood(this.#hastened, this.#state.struck, this.#state.now_ms);
  }

  copyFrom(other: PlanTrajectory): void {
    this.#root = other.#root;
    this.#state.copyFrom(other.#state);
    this.tallies.set(other.tallies);
  }

  goOn(branch: number): void {
    this.#state.branch(this.#root, branch);
  }

  #tally(): void {
    const { downtime } = this.#state;
    const service = this.#service;
    const { causes } = downtime;
    this.tallies[DOWNTIME_MS] = downtime.downtime_ms[service]!;
    this.tallies[OUTAGES] = downtime.outages[service]!;
    this.tallies[LOST_MS] = downtime.lost_ms[service]!;
    for (let cause = 0; cause < causes; cause += 1) {
      const place = service * causes + cause;
      this.tallies[CAUSES + cause] = downtime.causeDowntime_ms[place]!;
      this.tallies[CAUSES + causes + cause] = downtime.causeOutages[place]!;
    }
  }
}
