/** What a common cause does to a state: all that may come of it, with its chance. */
import type { CommonCause, Plan } from '../../../scenario/plan.ts';
import { wrong } from '../input.ts';
import { binomial } from './binomial.ts';
import type { Classes } from './classes.ts';

/** So many units of a class that fail, out of one state of their lives. */
export interface Casualties {
  readonly unitClass: number;
  readonly state: number;
  readonly count: number;
}

export interface Blow {
  readonly chance: number;
  /** In the order in which they fail: kinds as the cause names them, units by number. */
  readonly casualties: readonly Casualties[];
}

/** Of one common cause in one state. */
const BLOWS_MAX = 50_000;

/**
 * It hits what works: has not failed, and is within what works.
 *
 * @param works whether the only unit of a class, which others are within, works
 */
export function blowsOf(
  { name, hits, within, share }: CommonCause,
  { all }: Classes,
  state: Int32Array,
  works: (unitClass: number) => boolean,
): Blow[] {
  const isHit = (unitClass: number, scope: number | undefined): boolean =>
    scope === undefined ||
    unitClass === scope ||
    (all[unitClass]!.parent >= 0 && isHit(all[unitClass]!.parent, scope));
  const scopes =
    within === undefined
      ? [undefined]
      : [...all.keys()].filter((unitClass) => all[unitClass]!.kind === within);
  const blows: Blow[] = [];
  for (const scope of scopes) {
    let so: Blow[] = [{ chance: 1 / scopes.length, casualties: [] }];
    for (const kind of hits) {
      for (const [unitClass, { kind: own, parent, life, at }] of all.entries()) {
        if (own !== kind || !isHit(unitClass, scope) || (parent >= 0 && !works(parent))) continue;
        for (let up = 0; up < life.up; up += 1) {
          so = so.flatMap((blow) => strike(blow, { unitClass, state: up, count: state[at + up]! }, share));
          if (blows.length + so.length > BLOWS_MAX) {
            throw wrong(`the common cause ${name} has too many outcomes to follow each`, 'simulate');
          }
        }
      }
    }
    blows.push(...so);
  }
  return blows;
}

function strike({ chance, casualties }: Blow, { count, ...who }: Casualties, share: number): Blow[] {
  if (count === 0) return [{ chance, casualties }];
  const chances = binomial(count, share, 1 - share);
  return [...chances.entries()].flatMap(([hit, ofThat]) => {
    if (ofThat === 0) return [];
    return [
      {
        chance: chance * ofThat,
        casualties: hit === 0 ? casualties : [...casualties, { ...who, count: hit }],
      },
    ];
  });
}

/** Kinds of unit that a cause strikes one unit of, which must be told apart. */
export const kindsStruckWithin = (plan: Plan): Set<number> =>
  new Set(plan.common_causes.flatMap(({ within }) => (within === undefined ? [] : [within])));
