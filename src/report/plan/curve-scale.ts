/** The logarithmic scale of downtime, with ticks that people say: 10 s, 1 min, 10 min, 1 h. */
import { grouped } from '../number.ts';

export interface Tick {
  readonly downtime_s: number;
  readonly text: string;
}

const tick = (number: number, unit: string, seconds: number): Tick => ({
  downtime_s: number * seconds,
  text: `${grouped(String(number))} ${unit}`,
});

const COARSE: readonly Tick[] = [
  ...[-9, -8, -7, -6, -5, -4, -3, -2, -1].map((power) => tick(Number(`1e${power + 3}`), 'ms', 0.001)),
  ...[1, 10].map((number) => tick(number, 's', 1)),
  ...[1, 10].map((number) => tick(number, 'min', 60)),
  ...[1, 10, 100, 1000].map((number) => tick(number, 'h', 3600)),
  tick(1, 'year', 31_536_000),
];

const FINE: readonly Tick[] = [
  ...COARSE.slice(0, 9),
  ...[2, 5, 20, 50, 200, 500].map((number) => tick(number, 'ms', 0.001)),
  ...[1, 2, 5, 10, 20, 30].map((number) => tick(number, 's', 1)),
  ...[1, 2, 5, 10, 20, 30].map((number) => tick(number, 'min', 60)),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].map((number) => tick(number, 'h', 3600)),
  tick(1, 'year', 31_536_000),
].toSorted((a, b) => a.downtime_s - b.downtime_s);

export interface LogScale {
  readonly ticks: readonly Tick[];
  /** Share of the height, 0 at the bottom; what is below the scale is at the bottom. */
  readonly place: (downtime_s: number) => number;
}

/** With fewer of the coarse ones, the fine ones are shown; of more than the most, every second or third. */
const TICKS = { least: 3, most: 9 } as const;

/** @param values seconds, of which at least one is above 0 */
export function logScale(values: readonly number[]): LogScale {
  const positive = values.filter((value) => value > 0);
  const least = Math.min(...positive);
  const most = Math.max(...positive);
  const low = FINE.findLast(({ downtime_s }) => downtime_s < least) ?? FINE[0]!;
  const high = FINE.find(({ downtime_s }) => downtime_s > most) ?? FINE.at(-1)!;
  const within = ({ downtime_s }: Tick) => downtime_s >= low.downtime_s && downtime_s <= high.downtime_s;
  const coarse = COARSE.filter(within);
  const range = Math.log(high.downtime_s / low.downtime_s);
  return {
    ticks: thinned(coarse.length >= TICKS.least ? coarse : FINE.filter(within)),
    place: (downtime_s) =>
      downtime_s <= low.downtime_s ? 0 : Math.min(1, Math.log(downtime_s / low.downtime_s) / range),
  };
}

function thinned(ticks: readonly Tick[]): readonly Tick[] {
  const every = Math.ceil(ticks.length / TICKS.most);
  return ticks.filter((_, index) => index % every === 0);
}
