/** Integrals of smooth functions over time. */
import { wrong } from '../input.ts';

/** Abscissae and weights of Kronrod's 15 points and, of every second one, Gauss's 7: QUADPACK's qk15 (1983). */
const POINT = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993945, 0.5860872354676911,
  0.4058451513773972, 0.2077849550078985, 0,
];
const KRONROD = [
  0.02293532201052922, 0.06309209262997856, 0.1047900103222502, 0.1406532597155259, 0.1690047266392679,
  0.1903505780647854, 0.2044329400752989, 0.2094821410847278,
];
const GAUSS = [0.1294849661688697, 0.2797053914892767, 0.3818300505051189, 0.4179591836734694];

/** What is left open of each integral, relative to itself. */
const ERROR_MAX = 1e-11;
const PANELS_MAX = 500;

interface Panel {
  readonly from: number;
  readonly to: number;
  readonly value: readonly number[];
  readonly error: readonly number[];
}

/**
 * The integrals from 0 of functions that begin with a change as fast as `scale` and have settled long before the end,
 * or not: panels that double in length, and halves of those that are not right yet.
 *
 * @param functions zero or above
 * @throws UserError where they do not become right
 */
export function integrate(
  functions: (at: number) => readonly number[],
  end: number,
  scale: number,
): number[] {
  const panels: Panel[] = [];
  for (let to = end; ; to /= 2) {
    const isFirst = to <= scale || to < end * 1e-12;
    panels.push(panelOf(functions, isFirst ? 0 : to / 2, to));
    if (isFirst) break;
  }
  for (;;) {
    const total = sums(panels.map(({ value }) => value));
    const isOpen = sums(panels.map(({ error }) => error)).map((error, at) => error > ERROR_MAX * total[at]!);
    if (!isOpen.includes(true)) return total;
    if (panels.length > PANELS_MAX) {
      throw wrong('the chances of the units swing too fast for a horizon so long', 'simulate');
    }
    const share = ({ error }: Panel): number =>
      Math.max(...error.map((each, at) => (isOpen[at] ? each / total[at]! : 0)));
    const worst = panels.reduce((most, panel) => (share(panel) > share(most) ? panel : most));
    const middle = (worst.from + worst.to) / 2;
    panels.splice(
      panels.indexOf(worst),
      1,
      panelOf(functions, worst.from, middle),
      panelOf(functions, middle, worst.to),
    );
  }
}

function panelOf(functions: (at: number) => readonly number[], from: number, to: number): Panel {
  const centre = (from + to) / 2;
  const half = (to - from) / 2;
  const samples = POINT.map((point) =>
    point === 0 ? [functions(centre)] : [functions(centre - half * point), functions(centre + half * point)],
  );
  const weigh = (weights: (place: number) => number): number[] =>
    sums(
      samples.flatMap((pair, place) =>
        pair.map((each) => each.map((value) => half * weights(place) * value)),
      ),
    );
  const value = weigh((place) => KRONROD[place]!);
  const coarse = weigh((place) => (place % 2 === 1 ? GAUSS[(place - 1) / 2]! : 0));
  // Kronrod's value is far better than Gauss's: QUADPACK's measure of how much.
  const error = value.map((fine, at) => {
    const off = Math.abs(fine - coarse[at]!);
    return fine === 0 ? off : fine * Math.min(1, (200 * off) / fine) ** 1.5;
  });
  return { from, to, value, error };
}

const sums = (rows: readonly (readonly number[])[]): number[] =>
  rows.reduce<number[]>((sum, row) => row.map((value, at) => value + (sum[at] ?? 0)), []);
