/** A plan with other numbers of units or replicas than its file says, to compare it with. */
import { EXIT, UserError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { PlanParts } from './parts.ts';
import { UNITS_MAX } from './schema/infrastructure.ts';

/** By name of a kind of units, whose `count` it stands for, or of a workload, whose `replicas`. */
export type Counts = Readonly<Record<string, number>>;

/**
 * The plan's parts with these counts instead. What is told as a share, or as all of them, follows.
 *
 * @throws UserError of a name that is neither, and of a count that no plan can have
 */
export function withCounts(parts: PlanParts, counts: Counts): PlanParts {
  const units = new Map(parts.units);
  const replicas = new Map(parts.replicas);
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 1 || count > UNITS_MAX) {
      throw new UserError(
        `the count of ${name} cannot be ${count}; expected a whole number from 1 to ${UNITS_MAX}`,
        {
          exitCode: EXIT.configuration,
        },
      );
    }
    const unit = units.get(name);
    const workload = replicas.get(name);
    if (!units.has(name) && !replicas.has(name)) throw unknown(name, [...units.keys(), ...replicas.keys()]);
    if (unit !== undefined) units.set(name, { ...unit, count });
    if (workload !== undefined) replicas.set(name, { ...workload, replicas: count });
  }
  return { ...parts, units, replicas };
}

function unknown(name: string, known: readonly string[]): UserError {
  const meant = nearest(name, known);
  return new UserError(`the plan has no units and no workload \`${name}\` to be counted`, {
    exitCode: EXIT.configuration,
    hint: meant === undefined ? `it has ${known.join(', ')}` : `did you mean ${meant}?`,
  });
}
