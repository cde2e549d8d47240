import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant } from '../../../../src/scenario/distribution.ts';
import { loadPlan } from '../../../../src/scenario/plan/load.ts';
import type { Condition, Plan } from '../../../../src/scenario/plan.ts';
import { binomialTail } from '../../../../src/sim/rare/importance/binomial.ts';
import { groupLoss } from '../../../../src/sim/rare/importance/group-loss.ts';
import { Importance } from '../../../../src/sim/rare/importance/importance.ts';
import { GRAIN } from '../../../../src/sim/rare/plan-trajectory.ts';
import { compilePlan, type PlanModel } from '../../../../src/sim/years/plan-model.ts';
import { Working } from '../../../../src/sim/years/working.ts';
import { atLeast, hours, kind, maintenance, placement, planOf, service } from '../../years/plans.ts';

/** A state in which units can be taken down by hand. */
class Standing {
  readonly model: PlanModel;
  readonly working: Working;
  readonly #importance: Importance;

  constructor(plan: Plan, service = 0) {
    this.model = compilePlan(plan);
    this.working = new Working(this.model, { lost() {}, found() {}, needed() {} });
    const { units, conditions } = this.model;
    this.#importance = new Importance(plan, units, conditions, service, this.working);
  }

  fail(name: string, index = 0): this {
    const kind = this.model.plan.units.findIndex((unit) => unit.name === name);
    return this.failUnit(this.model.units.first[kind]! + index);
  }

  /** A replica moves to another unit. */
  move(name: string, index: number, host: number): this {
    const { plan, units } = this.model;
    const replica = units.first[plan.units.findIndex((unit) => unit.name === name)]! + index;
    this.working.stop(replica);
    this.working.placements.move(replica, host);
    this.working.start(replica);
    return this;
  }

  failUnit(unit: number): this {
    this.working.failed[unit] = 1;
    this.working.stop(unit);
    return this;
  }

  get isUp(): boolean {
    return this.working.conditions.isUp(0);
  }

  get importance(): number {
    return this.#importance.ofNow();
  }
}

const SHIPPED = ['database', 'oil-pipeline', 'prism-cluster', 'edge-and-clouds'].map((name) =>
  loadPlan(`scenarios/plans/${name}.yaml`),
);

const FAILURES = fc.array(fc.nat(1000), { maxLength: 25 });

describe('importance', () => {
  it('is the chance of too many failures, for units that fail each by itself', () => {
    const units = [kind('node', { count: 5, time_to_failure: hours(99), time_to_repair: hours(1) })];
    const standing = new Standing(planOf({ units, services: [service(atLeast(3, [0]))] }));
    expect(standing.importance).toBeCloseTo(Math.log(binomialTail(5, 3, 0.01)), 9);
    standing.fail('node', 2);
    expect(standing.importance).toBeCloseTo(Math.log(binomialTail(4, 2, 0.01)), 9);
    standing.fail('node', 4);
    expect(standing.importance).toBeCloseTo(Math.log(binomialTail(3, 1, 0.01)), 9);
    standing.fail('node', 0);
    expect(standing.isUp).toBe(false);
    expect(standing.importance).toBe(0);
  });

  it('knows what fails together, and that zones are lost with all they hold', () => {
    const plan = planOf({
      units: [
        kind('zone', { count: 3, time_to_failure: hours(999), time_to_repair: hours(1) }),
        kind('node', { count: 4, within: 0, time_to_failure: hours(99), time_to_repair: hours(1) }),
      ],
      services: [service(atLeast(5, [1]))],
    });
    // Two zones out of three are enough for an outage; four nodes in one are not, and leave any zone to be enough.
    const all = new Standing(plan).importance;
    expect(all).toBeGreaterThan(Math.log(3e-6));
    expect(all).toBeLessThan(Math.log(6e-6));
    const zoneGone = new Standing(plan).fail('zone', 1).importance;
    expect(zoneGone).toBeGreaterThan(Math.log(1.9e-3));
    expect(zoneGone).toBeLessThan(Math.log(3e-3));
  });

  it('looks into each unit that counts only while something holds in it', () => {
    const [database] = SHIPPED;
    const two = (index: number) => new Standing(database!).fail('disk', 0).fail('disk', index).importance;
    // Two disks of one cluster are nearer an outage than two of different ones.
    expect(two(1)).toBeGreaterThan(two(6) + 1);
  });

  it('is the chance of too many units in which not all holds that must', () => {
    const units = [
      kind('site', { count: 10 }),
      kind('router', { within: 0, time_to_failure: hours(99), time_to_repair: hours(1) }),
      kind('machine', { count: 2, within: 0, time_to_failure: hours(49), time_to_repair: hours(1) }),
    ];
    const where: Condition = { kind: 'conditions', at_least: 2, of: [atLeast(1, [1]), atLeast(1, [2])] };
    const standing = new Standing(planOf({ units, services: [service(atLeast(8, [0], { where }))] }));
    const site = 1 - (1 - 0.01) * (1 - 0.02 ** 2);
    expect(standing.importance).toBeCloseTo(Math.log(binomialTail(10, 3, site)), 9);
    standing.fail('router', 4);
    expect(standing.importance).toBeCloseTo(Math.log(binomialTail(9, 2, site)), 9);
    // The last site, so that nothing comes after it.
    standing.fail('machine', 19);
    const half = 1 - (1 - 0.01) * (1 - 0.02);
    const both = binomialTail(8, 2, site) * (1 - half) + binomialTail(8, 1, site) * half;
    expect(standing.importance).toBeCloseTo(Math.log(both), 9);
  });

  it('sees a switch in what must be connected, and the neighbours in a row', () => {
    const [, pipeline, cluster] = SHIPPED;
    const near = (plan: Plan, ...failures: [string, number][]) =>
      failures.reduce((standing, [name, index]) => standing.fail(name, index), new Standing(plan)).importance;
    expect(near(pipeline!, ['pump', 3], ['pump', 4])).toBeGreaterThan(
      near(pipeline!, ['pump', 3], ['pump', 12]) + 1,
    );
    const names = cluster!.units.map(({ name }) => name);
    const workstation = names.find((name) => /workstation/.test(name))!;
    const between = names.find((name) => /switch/.test(name))!;
    expect(near(cluster!, [between, 0])).toBeGreaterThan(near(cluster!, [workstation, 0]));
  });

  it('knows where replicas run: all in one zone they are lost with it', () => {
    const plan = planOf({
      units: [
        kind('zone', { count: 3, time_to_failure: hours(999), time_to_repair: hours(1) }),
        kind('node', { count: 2, within: 0 }),
        kind('web', { count: 3, placed: placement(1, 0, { time_to_replace: constant(1e9) }) }),
      ],
      services: [service(atLeast(1, [2]))],
    });
    const [, node] = new Standing(plan).model.units.first;
    expect(new Standing(plan).importance).toBeCloseTo(3 * Math.log(1e-3), 9);
    const crowded = new Standing(plan);
    for (const [replica, host] of [0, 1, 0].entries()) crowded.move('web', replica, node! + host);
    expect(crowded.importance).toBeCloseTo(Math.log(1e-3), 9);
    const paired = new Standing(plan)
      .move('web', 0, node!)
      .move('web', 1, node!)
      .move('web', 2, node! + 5);
    expect(paired.importance).toBeCloseTo(2 * Math.log(1e-3), 9);
  });

  it('is a number where what holds replicas is maintained only, and they are replaced at once', () => {
    const plan = planOf({
      units: [
        kind('node', { count: 2 }),
        kind('web', { count: 2, placed: placement(0, 0, { time_to_replace: constant(0) }) }),
      ],
      maintenance: [maintenance('patches', { of: 0, every: hours(700), takes: hours(7) })],
      services: [service(atLeast(1, [1]))],
    });
    expect(new Standing(plan).importance).toBeCloseTo(2 * Math.log(0.01), 9);
  });

  it('never falls with a failure by more than it is rounded to', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SHIPPED), FAILURES, (plan, failures) => {
        const standing = new Standing(plan);
        let before = standing.importance;
        for (const failure of failures) {
          standing.failUnit(failure % standing.model.units.count);
          const now = standing.importance;
          if (standing.isUp) expect(now).toBeGreaterThanOrEqual(before - GRAIN);
          before = now;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is never more than certain, and never not a number', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SHIPPED), FAILURES, (plan, failures) => {
        const standing = new Standing(plan);
        for (const failure of failures) {
          standing.failUnit(failure % standing.model.units.count);
          expect(standing.importance).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the loss of a group', () => {
  it('is the chance of its own units where nothing holds them, and grows with what does', () => {
    expect(groupLoss(10, 4, 0.01, [])).toBe(binomialTail(10, 4, 0.01));
    const held = groupLoss(10, 4, 0.01, [{ count: 5, chance: 0.001 }]);
    expect(held).toBeGreaterThan(binomialTail(10, 4, 0.01) + binomialTail(5, 2, 0.001) * 0.9);
  });

  it('is quick where holders are many, and takes any size', () => {
    const holders = [
      { count: 10, chance: 1e-4 },
      { count: 5000, chance: 1e-3 },
    ];
    const begin_ms = performance.now();
    const chance = groupLoss(150_000, 20_000, 1e-3, holders);
    expect(performance.now() - begin_ms).toBeLessThan(100);
    expect(chance).toBeGreaterThan(1e-8);
    expect(chance).toBeLessThan(1e-5);
  });
});
