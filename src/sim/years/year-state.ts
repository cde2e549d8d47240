/**
 * A plan's system at one moment, and how it goes on: what works, what is under repair, and when the next thing happens.
 * Everything that changes lies in typed arrays or in short lists, so that a state can be copied in the middle of a
 * horizon and gone on with several times (`copyFrom`, `branch`).
 *
 * What happens, where a plan leaves it open:
 * - A unit ages, and is repaired, while what it is within does not work. While it is out for maintenance its time to
 *   failure stands still.
 * - A replica that is replaced elsewhere is new: not failed, and its time to failure begins anew. It stays there.
 * - A common cause hits what works at that moment; what fails by it is repaired as after a failure of its own.
 * - Careful maintenance goes on only while every service that depends on the unit is up without it.
 * - An episode is set off by a failure of what worked, by a common cause that something failed by, by each unit that
 *   worked and is taken out, and by every deployment.
 */
import { type Cost, costsByCause, type EpisodeCost } from './costs.ts';
import { Dice, OF_UNIT } from './dice.ts';
import { Downtime } from './downtime.ts';
import { Effort, type GivesUp, LOOK_STEPS } from './effort.ts';
import { EVENTS_MAX, tooManyEvents } from './event-limit.ts';
import { Lives } from './lives.ts';
import type { PlanModel } from './plan-model.ts';
import { redraw } from './redraw.ts';
import { Releases } from './releases.ts';
import { Replacements } from './replacements.ts';
import { Rounds } from './rounds.ts';
import { Shocks } from './shocks.ts';
import { Timetable } from './timetable.ts';
import { Working } from './working.ts';

export class YearState {
  readonly model: PlanModel;
  readonly working: Working;
  readonly downtime: Downtime;
  /** Since `begin`; a copy has its own. */
  readonly effort = new Effort();
  readonly #timetable: Timetable;
  readonly #dice: Dice;
  readonly #replacements: Replacements;
  readonly #lives: Lives;
  readonly #rounds: Rounds;
  readonly #shocks: Shocks;
  readonly #releases: Releases;
  /** By cause. */
  readonly #costs: readonly (readonly Cost[])[];
  #events = 0;
  /** Steps at which it is asked next whether to give up. */
  #look = LOOK_STEPS;
  /** Of what happens now: place in `model.causes`. */
  #cause: number;

  /**
   * At time 0, when all works.
   *
   * @param episodes what each of the plan's costs, by their place there
   * @param like another state at time 0, of the same model: a large plan is made in less time
   */
  constructor(model: PlanModel, episodes: readonly EpisodeCost[], like?: YearState) {
    const { plan } = model;
    this.model = model;
    this.#timetable = new Timetable(model.ringing + model.rings.length);
    this.#dice = new Dice(model);
    this.#replacements = new Replacements(model, this.#timetable.alarms, this.effort);
    const following = {
      lost: (replica: number) => this.#lose(replica),
      found: (replica: number) => this.#replacements.settle(replica),
      needed: (kind: number, works: boolean) => {
        for (const moving of model.neededBy[kind]!)
          this.#replacements.needs(moving, works, this.#timetable.now_ms);
      },
    };
    this.working = new Working(model, following, like?.working, this.effort);
    this.downtime = new Downtime(plan.services.length, model.causes.length);
    this.#lives = new Lives(model, this.#dice, this.working, this.#timetable);
    this.#rounds = new Rounds(model, {
      wouldEnd: (unit) => this.endedWithout(unit).length > 0,
      takeOut: (unit, maintenance, slot) => this.#takeOut(unit, maintenance, slot),
      putBack: (unit) => this.#putBack(unit),
    });
    const { works, parent } = this.working;
    this.#shocks = new Shocks(model, this.#dice, works, parent, this.effort);
    this.#releases = new Releases(plan);
    this.#costs = costsByCause(model, episodes);
    this.#cause = model.causes.length - 1;
    this.#settle();
  }

  get now_ms(): number {
    return this.#timetable.now_ms;
  }

  /** How much has happened so far, by itself. */
  get events(): number {
    return this.#events;
  }

  /** That have ended. */
  get repairs(): number {
    return this.#lives.repairs;
  }

  /** By common cause: how often it has come. */
  get struck(): ArrayLike<number> {
    return this.#shocks.struck;
  }

  /** Infinity where nothing will ever happen. */
  get nextEvent_ms(): number {
    return this.#timetable.alarms.nextTime;
  }

  isUp(service: number): boolean {
    return this.#releases.areGood(service) && this.working.conditions.isUp(service);
  }

  /** Services that depend on a unit's kind and would be down without it; none where it does not work. */
  endedWithout(unit: number): readonly number[] {
    if (this.working.works[unit] === 0) return [];
    const kind = this.model.units.kindOf[unit]!;
    const { dependsOn } = this.model.conditions;
    return this.working.without(unit, () =>
      dependsOn.flatMap((kinds, service) => (kinds.has(kind) && !this.isUp(service) ? [service] : [])),
    );
  }

  /** Draws when everything happens first; of a state at time 0. */
  begin(trial: number): void {
    const { plan, units, ringOf } = this.model;
    this.#dice.begin(trial, 0);
    this.effort.steps = 0;
    this.#look = LOOK_STEPS;
    for (let unit = 0; unit < units.count; unit += 1) this.#lives.begin(unit);
    for (const [index, { every }] of plan.common_causes.entries()) {
      this.#timetable.begin(
        ringOf['common-cause'] + index,
        this.#dice.of_ms('common_causes', index, 'every', every),
      );
    }
    for (const [index, { every }] of plan.maintenance.entries()) {
      this.#timetable.begin(ringOf.round + index, this.#dice.of_ms('maintenance', index, 'every', every));
    }
    for (const [index, { every }] of plan.deployments.entries()) {
      this.#timetable.begin(
        ringOf.deployment + index,
        this.#dice.of_ms('deployments', index, 'every', every),
      );
    }
  }

  /**
   * Takes other luck from here on, and draws again when all that is under way will come; see `redraw`.
   *
   * @param branch from 1 on; 0 is the trial's own
   */
  branch(trial: number, branch: number): void {
    this.#dice.begin(trial, branch);
    const { alarms, since_ms, now_ms } = this.#timetable;
    redraw({ model: this.model, working: this.working, dice: this.#dice, alarms, since_ms, now_ms });
  }

  /** The next thing happens. There must be one. */
  step(): void {
    const alarm = this.#timetable.alarms.next;
    const { units, replacing, ringing } = this.model;
    this.#timetable.now_ms = this.#timetable.alarms.nextTime;
    this.#events += 1;
    this.effort.steps += 1;
    if (alarm < units.count) this.#unitRings(alarm);
    else if (alarm < ringing) this.#replacementRings(alarm - replacing);
    else this.#rings(alarm);
    this.#settle();
  }

  /**
   * All that happens up to and including `end_ms`, to which the accounts are brought.
   *
   * @param givesUp true ends it where it is
   * @returns false where it was given up on the way
   * @throws UserError where that is more than can be simulated
   */
  runUntil(end_ms: number, givesUp: GivesUp = () => false): boolean {
    const { plan } = this.model;
    while (this.#timetable.alarms.nextTime <= end_ms) {
      this.step();
      if (this.effort.steps < this.#look) continue;
      if (this.effort.steps > EVENTS_MAX) throw tooManyEvents(plan, plan.file);
      if (givesUp()) return false;
      this.#look = this.effort.steps + LOOK_STEPS;
    }
    this.#timetable.now_ms = Math.max(this.#timetable.now_ms, end_ms);
    for (let service = 0; service < this.downtime.services; service += 1) {
      this.downtime.advance(service, this.#timetable.now_ms);
    }
    return true;
  }

  /** Makes this the same as another state of the same model. */
  copyFrom(other: YearState): void {
    this.working.copyFrom(other.working);
    this.downtime.copyFrom(other.downtime);
    this.#timetable.copyFrom(other.#timetable);
    this.#dice.copyFrom(other.#dice);
    this.#replacements.copyFrom(other.#replacements);
    this.#lives.copyFrom(other.#lives);
    this.#rounds.copyFrom(other.#rounds);
    this.#shocks.copyFrom(other.#shocks);
    this.#releases.copyFrom(other.#releases);
    this.#events = other.#events;
    this.#cause = other.#cause;
  }

  #unitRings(unit: number): void {
    if (this.working.failed[unit] === 1) {
      this.#lives.repair(unit);
      return;
    }
    this.#cause = this.model.units.kindOf[unit]!;
    if (this.working.works[unit] === 1 && this.#costs[this.#cause]!.length > 0) {
      this.#cost(this.#dice.episodeOfUnit(unit));
    }
    this.#lives.fail(unit);
  }

  #replacementRings(replica: number): void {
    if (this.#replacements.isDue(replica, this.#timetable.now_ms)) this.#replace(replica);
  }

  #rings(alarm: number): void {
    const { type, of } = this.model.rings[alarm - this.model.ringing]!;
    switch (type) {
      case 'common-cause':
        this.#strike(alarm, of);
        break;
      case 'round': {
        const { every } = this.model.plan.maintenance[of]!;
        this.#timetable.begin(alarm, this.#dice.of_ms('maintenance', of, 'every', every));
        this.#rounds.begin(of);
        break;
      }
      case 'back':
        this.#timetable.alarms.clear(alarm);
        this.#rounds.back(of);
        break;
      case 'deployment':
        this.#deploy(alarm, of);
        break;
      case 'roll-back':
        this.#timetable.alarms.clear(alarm);
        this.#releases.rollBack(of);
        this.working.hasRisen = true;
        break;
      case 'inspection':
        this.#timetable.alarms.clear(alarm);
        this.#lives.inspected(of);
        break;
    }
  }

  /** After all that happens at once: who finds a place, whether maintenance goes on, which services are up. */
  #settle(): void {
    const { working } = this;
    if (working.hasOpened) {
      working.hasOpened = false;
      for (const replica of this.#replacements.takeStranded()) this.#replace(replica);
    }
    if (working.hasRisen) {
      working.hasRisen = false;
      this.#rounds.retry();
    }
    if (!working.conditions.hasChanged && !this.#releases.hasChanged) return;
    working.conditions.hasChanged = false;
    this.#releases.hasChanged = false;
    for (let service = 0; service < this.downtime.services; service += 1) {
      const isUp = this.isUp(service);
      if (isUp === this.downtime.isUp(service)) continue;
      if (isUp) this.downtime.rise(service, this.#timetable.now_ms);
      else this.downtime.fall(service, this.#timetable.now_ms, this.#cause);
    }
  }

  #strike(alarm: number, index: number): void {
    const { every } = this.model.plan.common_causes[index]!;
    this.#timetable.begin(alarm, this.#dice.of_ms('common_causes', index, 'every', every));
    const hit = this.#shocks.strike(index);
    if (hit.length === 0) return;
    this.#cause = this.model.causeOf.common_causes + index;
    if (this.#hasCost()) this.#cost(this.#dice.uniformOf('common_causes', index, 'episode'));
    for (const unit of hit) this.#lives.fail(unit);
  }

  #deploy(alarm: number, index: number): void {
    const { every, bad, time_to_roll_back } = this.model.plan.deployments[index]!;
    this.#timetable.begin(alarm, this.#dice.of_ms('deployments', index, 'every', every));
    this.#cause = this.model.causeOf.deployments + index;
    if (this.#hasCost()) this.#cost(this.#dice.uniformOf('deployments', index, 'episode'));
    if (this.#dice.uniformOf('deployments', index, 'bad') >= bad) return;
    const rollBack = this.model.ringOf['roll-back'] + index;
    const after_ms = this.#dice.of_ms('deployments', index, 'time-to-roll-back', time_to_roll_back);
    const before_ms = this.#releases.isBad(index) ? this.#timetable.alarms.timeOf(rollBack) : 0;
    this.#timetable.alarms.set(rollBack, Math.max(before_ms, this.#timetable.now_ms + after_ms));
    this.#releases.fail(index);
  }

  #lose(replica: number): void {
    const { plan, units } = this.model;
    const { time_to_replace } = plan.units[units.kindOf[replica]!]!.placed!;
    const after_ms = this.#dice.ofUnit_ms(replica, OF_UNIT.replacement, time_to_replace);
    this.#replacements.lose(replica, this.#timetable.now_ms, after_ms);
  }

  /** Puts a replica where something works, if there is such a place. */
  #replace(replica: number): void {
    const host = this.working.placements.choose(replica);
    if (host < 0) {
      this.#replacements.strand(replica);
      return;
    }
    this.#replacements.settle(replica);
    this.working.placements.move(replica, host);
    this.#lives.replace(replica);
    this.working.start(replica);
  }

  #takeOut(unit: number, maintenance: number, slot: number): void {
    const { takes } = this.model.plan.maintenance[maintenance]!;
    const { working } = this;
    this.#timetable.begin(
      this.model.ringOf.back + slot,
      this.#dice.of_ms('maintenance', maintenance, 'takes', takes),
    );
    working.out[unit]! += 1;
    if (working.out[unit] === 1 && working.failed[unit] === 0) this.#lives.pause(unit);
    if (working.works[unit] === 0) return;
    this.#cause = this.model.causeOf.maintenance + maintenance;
    if (this.#hasCost()) this.#cost(this.#dice.uniformOf('maintenance', maintenance, 'episode'));
    working.stop(unit);
  }

  #putBack(unit: number): void {
    this.working.out[unit]! -= 1;
    if (this.working.out[unit]! > 0 || this.working.failed[unit] === 1) return;
    this.#lives.resume(unit);
    this.working.start(unit);
  }

  #hasCost(): boolean {
    return this.#costs[this.#cause]!.length > 0;
  }

  /** The episode of what happens now. */
  #cost(uniform: number): void {
    for (const { service, episode } of this.#costs[this.#cause]!) {
      const trial = Math.floor(uniform * episode.trials);
      this.downtime.addEpisode(service, this.#timetable.now_ms, this.#cause, episode, trial);
    }
  }
}
