/**
 * The minimum of a smooth function of one or two variables, without derivatives (Nelder and Mead 1965, with the
 * usual coefficients). Points where the function is not a number or infinite are walked away from.
 *
 * @param start where to begin; `step` is how far the other corners of the first simplex lie, for each variable
 */
export function minimise(
  f: (point: readonly number[]) => number,
  start: readonly number[],
  step: readonly number[],
): { readonly point: readonly number[]; readonly value: number } {
  const at = (point: readonly number[]) => {
    const value = f(point);
    return { point, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
  };
  const corners = [start, ...start.map((_, i) => start.map((x, j) => (i === j ? x + step[i]! : x)))].map(at);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    corners.sort((a, b) => a.value - b.value);
    const best = corners[0]!;
    const worst = corners.at(-1)!;
    if (isSmall(corners, step)) break;
    const others = corners.slice(0, -1);
    const centre = start.map((_, i) => others.reduce((sum, { point }) => sum + point[i]!, 0) / others.length);
    const along = (share: number) => at(centre.map((x, i) => x + share * (worst.point[i]! - x)));

    const reflected = along(-1);
    let next = reflected;
    if (reflected.value < best.value) {
      const expanded = along(-2);
      if (expanded.value < reflected.value) next = expanded;
    } else if (reflected.value >= others.at(-1)!.value) {
      next = along(reflected.value < worst.value ? -0.5 : 0.5);
      if (next.value >= Math.min(reflected.value, worst.value)) {
        for (let i = 1; i < corners.length; i += 1) {
          corners[i] = at(corners[i]!.point.map((x, j) => (x + best.point[j]!) / 2));
        }
        continue;
      }
    }
    corners[corners.length - 1] = next;
  }
  corners.sort((a, b) => a.value - b.value);
  return corners[0]!;
}

const ROUNDS_MAX = 400;
/** The simplex is small when no corner is further from the best than this share of the first step. */
const TOLERANCE = 1e-4;

function isSmall(
  corners: readonly { readonly point: readonly number[] }[],
  step: readonly number[],
): boolean {
  const [best, ...others] = corners;
  return others.every(({ point }) =>
    point.every((x, i) => Math.abs(x - best!.point[i]!) <= TOLERANCE * Math.abs(step[i]!)),
  );
}
