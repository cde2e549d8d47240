/** A plan in which something happens all the time would be simulated for days: it is refused before. */
import { type Distribution, mean_ms } from '../../scenario/distribution.ts';
import { distributionText } from '../../scenario/distribution-text.ts';
import { EXIT, UserError } from '../../scenario/errors.ts';
import type { KindIndex, Plan } from '../../scenario/plan.ts';
import type { Position } from '../../scenario/scenario.ts';
import { msToDuration } from '../../scenario/units.ts';

/** In one horizon, as Effort counts them: some minutes on one core. */
export const EVENTS_MAX = 200_000_000;

interface Source {
  readonly name: string;
  readonly position: Position;
  readonly text: string;
  /** Infinity where it comes back at once. */
  readonly events: number;
}

/** @throws UserError where a horizon is expected to have more events than can be simulated */
export function checkEvents(plan: Plan): void {
  if (expectedEvents(plan) <= EVENTS_MAX) return;
  const { name, position, text } = sourcesOf(plan).reduce((most, each) =>
    each.events > most.events ? each : most,
  );
  const { file, line, column } = position;
  throw tooManyEvents(plan, `${file}:${line}:${column}: ${name} (${text})`);
}

/** Of one horizon, with what each of them takes down and brings back, as far as times themselves tell. */
export const expectedEvents = (plan: Plan): number =>
  sourcesOf(plan).reduce((sum, source) => sum + source.events, 0);

export const tooManyEvents = (plan: Plan, because: string): UserError =>
  new UserError(
    `${because}: more than ${EVENTS_MAX.toLocaleString('en')} things happen in ${msToDuration(plan.horizon_ms)}`,
    { exitCode: EXIT.configuration, hint: 'shorten the horizon, or lengthen these times' },
  );

function sourcesOf(plan: Plan): Source[] {
  const units = unitCounts(plan);
  const held = heldBy(plan, units);
  /** Units of a kind that go down and come back, with what they hold. */
  const both = (kind: KindIndex, count: number) => 2 * count * (1 + held[kind]!);
  const times = (period_ms: number) => plan.horizon_ms / period_ms;
  const regular = (
    every: { readonly name: string; readonly position: Position; readonly every: Distribution },
    each: number,
  ): Source => ({
    name: every.name,
    position: every.position,
    text: `every: ${distributionText(every.every)}`,
    events: each * times(mean_ms(every.every)),
  });
  return [
    ...plan.units.map(({ name, position, time_to_failure, time_to_repair }, kind) => ({
      name,
      position,
      text: time_to_failure === undefined ? '' : `time to failure: ${distributionText(time_to_failure)}`,
      events:
        time_to_failure === undefined || units[kind] === 0
          ? 0
          : both(kind, units[kind]!) * times(mean_ms(time_to_failure) + mean_ms(time_to_repair)),
    })),
    ...plan.common_causes.map((cause) => {
      const { hits, within, share } = cause;
      const places = within === undefined ? 1 : Math.max(1, units[within]!);
      const struck = hits.map((kind) => units[kind]! + both(kind, (share * units[kind]!) / places));
      return regular(
        cause,
        struck.reduce((sum, each) => sum + each, 1),
      );
    }),
    ...plan.maintenance.map((each) => regular(each, 1 + both(each.of, units[each.of]!))),
    ...plan.deployments.map((deployments) => regular(deployments, 1)),
  ];
}

/** By kind: how many units are within one of it, or run on it, in the mean and at all depths. */
function heldBy(plan: Plan, units: readonly number[]): number[] {
  const held = plan.units.map(() => 0);
  // What holds others stands before them.
  for (let kind = plan.units.length - 1; kind >= 0; kind -= 1) {
    const { within, placed } = plan.units[kind]!;
    const holder = placed?.on ?? within;
    if (holder === undefined || units[holder] === 0) continue;
    held[holder]! += (units[kind]! / units[holder]!) * (1 + held[kind]!);
  }
  return held;
}

/** By kind. */
function unitCounts(plan: Plan): number[] {
  const counts: number[] = [];
  for (const { count, within, placed } of plan.units) {
    const parents = placed === undefined && within !== undefined ? counts[within]! : 1;
    counts.push(count * parents * (placed?.copies ?? 1));
  }
  return counts;
}
