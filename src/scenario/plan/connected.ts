/** Which kinds are connected with each other when all works. */
import type { Context } from './resolve/context.ts';

/**
 * The most units of these kinds that are connected with each other while everything works.
 *
 * @returns undefined where that is not known
 */
export function largestConnected(
  named: readonly string[],
  { parts, structure }: Pick<Context, 'parts' | 'structure'>,
): number | undefined {
  let most = 0;
  for (const name of named) {
    const reached = connectedWith(name, parts.links);
    // Without a link each unit is connected with itself alone.
    if (reached.size === 1) {
      most = Math.max(most, 1);
      continue;
    }
    let units = 0;
    for (const each of named) {
      if (!reached.has(each)) continue;
      const number = structure.number(each);
      if (number === undefined) return undefined;
      units += number;
    }
    most = Math.max(most, units);
  }
  return most;
}

function connectedWith(name: string, links: Context['parts']['links']): ReadonlySet<string> {
  const reached = new Set([name]);
  // A set goes through what is added to it on the way.
  for (const at of reached) {
    for (const ends of links) {
      if (ends?.includes(at)) for (const end of ends) reached.add(end);
    }
  }
  return reached;
}
