/** Units and replicas as kinds, in the order of the structure. */
import { constant, type Distribution, mean_ms } from '../../distribution.ts';
import type { Placement, UnitKind } from '../../plan.ts';
import type { Path } from '../../yaml.ts';
import type { Prior } from '../priors.ts';
import { type ReplicasFile, UNITS_MAX, type UnitFile } from '../schema/infrastructure.ts';
import type { Context } from './context.ts';
import { checkRounds } from './limits.ts';
import { pathTo } from './names.ts';
import { resolvePrior } from './priors.ts';

/** @returns kinds without those that are wrong, which is told */
export function resolveKinds(context: Context, horizon_ms: number | undefined): readonly UnitKind[] {
  const { parts, structure } = context;
  checkWithin(context);
  const kinds = structure.order.flatMap((name) => {
    const unit = parts.units.get(name);
    if (unit !== undefined) return resolveUnit(name, unit, context) ?? [];
    const replicas = parts.units.has(name) ? undefined : parts.replicas.get(name);
    return (replicas && resolveReplicas(name, replicas, context)) ?? [];
  });
  for (const { name, time_to_failure, time_to_repair } of kinds) {
    if (time_to_failure === undefined) continue;
    const section = parts.units.has(name) ? 'units' : 'replicas';
    checkRounds(
      {
        what: `${name} would fail`,
        every_ms: mean_ms(time_to_failure) + mean_ms(time_to_repair),
        at_a_time: structure.number(name),
        path: [...pathTo(section, name), 'time_to_failure'],
      },
      horizon_ms,
      context.report,
    );
  }
  checkNumber(context);
  return kinds;
}

function checkWithin({ parts, names, structure, report }: Context): void {
  const told = new Set<string>();
  for (const [name, file] of parts.units) {
    if (file?.within === undefined) continue;
    const path: Path = [...pathTo('units', name), 'within'];
    if (names.find(file.within, ['units'], path) === undefined) continue;
    const circle = structure.circle(name);
    if (circle === undefined || told.has(name)) continue;
    for (const each of circle) told.add(each);
    report.at(path, { message: `${name} is within itself: ${[...circle, name].join(' within ')}` });
  }
}

function checkNumber({ parts, structure, report }: Context): void {
  let total = 0;
  for (const name of structure.order) {
    total += structure.number(name) ?? 0;
    if (total <= UNITS_MAX) continue;
    const path = parts.units.has(name)
      ? [...pathTo('units', name), 'count']
      : [...pathTo('replicas', name), 'replicas'];
    report.at(path, {
      message: `with ${structure.number(name)} of ${name} there are ${total} units in all`,
      expected: `at most ${UNITS_MAX}`,
    });
    return;
  }
}

function resolveUnit(name: string, file: UnitFile, context: Context): UnitKind | undefined {
  const { structure, report } = context;
  const path = pathTo('units', name);
  const prior = resolvePrior(file, path, report);
  const time_to_failure = file.time_to_failure ?? prior?.time_to_failure;
  const time_to_repair = file.time_to_repair ?? prior?.time_to_repair;
  const common = resolveFailing(file, { time_to_failure, time_to_repair }, path, context);
  return {
    name,
    position: report.keyPosition(path),
    count: file.count,
    within:
      file.within !== undefined && structure.order.includes(file.within)
        ? structure.indexOf(file.within)
        : undefined,
    prior: prior && { name: prior.name, source: sourceOf(prior) },
    placed: undefined,
    ...common,
  };
}

/** Who says the times of a unit. */
const sourceOf = ({ time_to_repair, counts, source }: Prior): string =>
  `${counts}; ${source}${time_to_repair === undefined ? "; its time to repair is the plan's own" : ''}`;

function resolveReplicas(name: string, file: ReplicasFile, context: Context): UnitKind | undefined {
  const { report } = context;
  const path = pathTo('replicas', name);
  const common = resolveFailing(file, file, path, context);
  const placed = resolvePlacement(file, path, context);
  return (
    placed && {
      name,
      position: report.keyPosition(path),
      count: file.replicas,
      within: undefined,
      prior: undefined,
      placed,
      ...common,
    }
  );
}

/** What units and replicas have in common. */
function resolveFailing(
  file: UnitFile | ReplicasFile,
  times: { readonly [time in 'time_to_failure' | 'time_to_repair']?: Distribution | undefined },
  path: Path,
  { parts, names, episodes, report }: Context,
) {
  const { time_to_failure, time_to_repair } = times;
  if (time_to_failure !== undefined && time_to_repair === undefined) {
    report.at([...path, 'time_to_repair'], {
      message: `it can fail, and nothing says how long a repair takes${'prior' in file && file.prior !== undefined ? `: prior ${file.prior} does not` : ''}`,
      expected: '`time_to_repair`',
    });
  }
  const { crew } = file;
  const isCrew = crew !== undefined && names.find(crew, ['crews'], [...path, 'crew']) !== undefined;
  return {
    time_to_failure,
    // Of what never fails it is never asked; what a common cause hits is checked there.
    time_to_repair: time_to_repair ?? constant(0),
    crew: isCrew ? [...parts.crews.keys()].indexOf(crew) : undefined,
    episodes: episodes.resolve(file.episode, [...path, 'episode']),
  };
}

function resolvePlacement(
  { on, spread = on, copies, time_to_replace, needs }: ReplicasFile,
  path: Path,
  { names, structure, report }: Context,
): Placement | undefined {
  const isOn = names.find(on, ['units'], [...path, 'on']) !== undefined;
  const isSpread = spread === on || names.find(spread, ['units'], [...path, 'spread']) !== undefined;
  if (isOn && isSpread && spread !== on && structure.isNotWithin(on, spread)) {
    const possible = structure.outwards(on);
    report.at([...path, 'spread'], {
      message: `${on} is not within \`${spread}\`, so nothing can be spread over that`,
      expected: possible.length === 1 ? on : `one of ${possible.join(', ')}`,
    });
  }
  const needed = needs.flatMap((name, index) =>
    names.find(name, ['units'], [...path, 'needs', index]) === undefined ? [] : [structure.indexOf(name)],
  );
  if (!isOn || !isSpread) return undefined;
  return {
    on: structure.indexOf(on),
    spread: structure.indexOf(spread),
    copies,
    time_to_replace,
    needs: needed,
  };
}
