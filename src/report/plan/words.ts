/** What a plan's prediction says of a service, in sentences and in rows. */
import type { Estimate, PlanPrediction, ServicePrediction } from '../../timeline/plan-prediction.ts';
import {
  availability,
  chance,
  horizon,
  number,
  roughSpan,
  type Shown,
  scaled,
  span,
  unavailability,
  YEAR_S,
} from './figures.ts';

/** A figure with its name. */
export interface FigureRow extends Shown {
  readonly label: string;
}

type Simulated = Pick<PlanPrediction, 'method' | 'trials' | 'horizon_s'>;

/** The least that must be said: "shop: 52 min of downtime a year". */
export function headingOf(service: ServicePrediction, { method, trials, horizon_s }: Simulated): string {
  const { name, downtime_min_per_year } = service;
  if (downtime_min_per_year.mean > 0)
    return `${name}: ${downtimeOf(service, method).value} of downtime a year`;
  return `${name}: no downtime${method === 'exact' ? '' : ` in ${horizon(horizon_s).count(trials)}`}`;
}

/** The one line to remember: "shop: 52 min of downtime a year (95 %: 48 to 56), 99.990 %". */
export function answerOf(service: ServicePrediction, simulated: Simulated): string {
  const heading = headingOf(service, simulated);
  const { mean, ci95 } = scaled(service.downtime_min_per_year, 60);
  if (mean <= 0) return ci95[1] > 0 ? `${heading}; ${roughSpan(ci95[1])} a year at most (95 %)` : heading;
  const { interval } = downtimeOf(service, simulated.method);
  const sure = interval === undefined ? '' : ` (95 %: ${interval})`;
  return `${heading}${sure}, ${availability(service.unavailability.mean)}`;
}

/** What to expect of a single year; empty where the method does not know. */
export function leadOf(service: ServicePrediction, { horizon_s }: Simulated): string {
  const { many } = horizon(horizon_s);
  const { pi90 } = service.downtime_s;
  const calm = yearsWithoutOutage(service);
  const sentences = [
    ...(pi90 === undefined || service.downtime_s.mean <= 0 ? [] : [singleSentence(pi90, many)]),
    ...(calm === undefined ? [] : [calmSentence(calm, many)]),
  ];
  return sentences.join(' ');
}

function singleSentence(pi90: readonly [number, number], many: string): string {
  return pi90[1] <= 0
    ? `Nineteen in twenty ${many} lose nothing: the mean is what the others lose.`
    : `Nine in ten ${many} lose between ${rangeText(pi90, 'and')}.`;
}

function calmSentence({ value, interval }: Shown, many: string): string {
  const isNever = Number.parseFloat(value) === 0;
  return `${isNever ? 'None of the' : `${value} of`} ${many}${interval === undefined ? '' : ` (95 %: ${interval})`} pass without an outage.`;
}

/** "nothing to 3.1 h" */
export function rangeText([low, high]: readonly [number, number], to = 'to'): string {
  const [from, until] = [roughSpan(low), roughSpan(high)];
  return from === until ? from : `${from} ${to} ${until}`;
}

/** The chance of a horizon without outage; undefined where the method does not know. */
export function yearsWithoutOutage({ outage_chance }: ServicePrediction): Shown | undefined {
  if (outage_chance === undefined) return undefined;
  const [low, high] = outage_chance.ci95;
  return chance({ mean: 1 - outage_chance.mean, ci95: [1 - high, 1 - low] });
}

/** Downtime a year. What no simulated horizon had is not known to be none. */
export function downtimeOf(service: ServicePrediction, method: PlanPrediction['method']): Shown {
  const a_year = scaled(service.downtime_min_per_year, 60);
  const { value, interval } = span(a_year);
  return { value: method !== 'exact' && a_year.mean <= 0 ? 'none seen' : value, interval };
}

/** Every figure of a service, those of a horizon as a year's. */
export function figureRows(service: ServicePrediction, { method, horizon_s }: Simulated): FigureRow[] {
  const { one, many } = horizon(horizon_s);
  const { downtime_s, outages, lost_requests_s: lost, long_run_unavailability: long_run } = service;
  const a_year = (estimate: Estimate) => scaled(estimate, YEAR_S / horizon_s);
  const calm = yearsWithoutOutage(service);
  const down = scaled(service.downtime_min_per_year, 60);
  return [
    { label: 'downtime a year', ...downtimeOf(service, method) },
    ...(horizon_s === YEAR_S || down.mean <= 0 ? [] : [{ label: `downtime in ${one}`, ...span(downtime_s) }]),
    { label: 'availability', ...certain(availability(service.unavailability.mean)) },
    ...(down.mean <= 0 ? [] : [{ label: 'unavailability', ...unavailability(service.unavailability) }]),
    ...(downtime_s.pi90 === undefined
      ? []
      : [{ label: `nine in ten ${many} lose`, ...certain(rangeText(downtime_s.pi90)) }]),
    ...(calm === undefined ? [] : [{ label: `${many} without an outage`, ...calm }]),
    ...(outages === undefined ? [] : [{ label: 'outages a year', ...number(a_year(outages)) }]),
    ...(outages === undefined || outages.mean <= 0
      ? []
      : [{ label: 'an outage, on average', ...certain(roughSpan(downtime_s.mean / outages.mean)) }]),
    ...(lost === undefined ? [] : [{ label: 'requests lost a year', ...requestsOf(span(a_year(lost))) }]),
    ...(long_run === undefined
      ? []
      : [{ label: 'downtime a year, in the long run', ...span(scaled(long_run, YEAR_S), down) }]),
  ];
}

/** As seconds of all of them. */
const requestsOf = ({ value, interval }: Shown): Shown => ({ value: `those of ${value}`, interval });

const certain = (value: string): Shown => ({ value, interval: undefined });
