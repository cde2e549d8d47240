/** `--vary NAME=1,2,3`: numbers of units, or of replicas, to predict a plan with. */
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Plan, UnitKind } from '../scenario/plan.ts';
import type { VariedCount } from '../timeline/plan-curve.ts';

export interface Vary {
  readonly name: string;
  /** In rising order, each once. */
  readonly counts: readonly number[];
}

/** Of "zones=1,2,3"; undefined of anything else. */
export function readVary(text: string): Vary | undefined {
  const [, name, list] = /^([^=,]+)=([\d,]+)$/.exec(text) ?? [];
  if (name === undefined || list === undefined) return undefined;
  const counts = list.split(',').map(Number);
  if (counts.some((count) => !Number.isSafeInteger(count) || count < 1)) return undefined;
  return { name, counts: [...new Set(counts)].sort((a, b) => a - b) };
}

export const varyText = ({ name, counts }: Vary): string => `${name}=${counts.join(',')}`;

/** More axes than a picture has, and more predictions than anybody waits for. */
const VARIED_MOST = 2;

/** @throws UserError where there are too many, or one twice */
export function checkVaried(varied: readonly Vary[]): void {
  const names = varied.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UserError(`--vary ${twice} is given twice`, {
      exitCode: EXIT.configuration,
      hint: `give all its counts at once: --vary ${twice}=1,2,3`,
    });
  }
  if (varied.length > VARIED_MOST) {
    throw new UserError(`--vary can be given ${VARIED_MOST} times, not ${varied.length}`, {
      exitCode: EXIT.configuration,
      hint: 'every combination is predicted; vary the others in a run of their own',
    });
  }
}

/** Every combination by name, the counts of the last rising fastest. */
export function combinationsOf(varied: readonly Vary[]): Readonly<Record<string, number>>[] {
  return varied.reduce<Readonly<Record<string, number>>[]>(
    (combinations, { name, counts }) =>
      combinations.flatMap((combination) => counts.map((count) => ({ ...combination, [name]: count }))),
    [{}],
  );
}

/** What is varied, in the words of reports. @throws UserError of a name that the plan does not have */
export function variedCounts(varied: readonly Vary[], plan: Plan): VariedCount[] {
  return varied.map(({ name, counts }) => {
    const kind = plan.units.find((each) => each.name === name);
    if (kind === undefined) throw new Error(`the plan was loaded with a count of ${name}, and has none`);
    return { name, what: countOf(kind, plan), written: kind.count, counts };
  });
}

/** "replicas of shop", "count of node in each zone" */
function countOf({ name, placed, within }: UnitKind, plan: Plan): string {
  if (placed !== undefined) return `replicas of ${name}`;
  const parent = within === undefined ? undefined : plan.units[within];
  return parent === undefined ? `count of ${name}` : `count of ${name} in each ${parent.name}`;
}
