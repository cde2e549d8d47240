/** How the predictions did over all configurations, and what they were to reach. Pure. */
import { median } from 'simple-statistics';
import { BOUNDS, type Check, type CheckId, checkOf, type Figures } from './criteria.ts';

/** From the defaults as they come, or with the delays fitted to this cluster on trials of their own. */
export type Basis = 'defaults' | 'calibrated';

export type SuiteId =
  | 'configurations'
  | 'trials'
  | `${Basis}-downtime-median`
  | `${Basis}-downtime-worst`
  | `${Basis}-failed-requests-worst`
  | `${Basis}-inside`
  | `${Basis}-availability-time`
  | `${Basis}-availability-requests`
  | `${Basis}-throughput`
  | `${Basis}-distributions`;

export interface SuiteLine {
  readonly id: SuiteId;
  readonly what: string;
  readonly unit: 'share' | 'requests' | 'points' | 'count';
  readonly value: number;
  /** Undefined where nothing is demanded of this basis: the figure is for information. */
  readonly target: { readonly min?: number; readonly max?: number } | undefined;
  readonly held: boolean;
  /** Where it is the worst of the configurations, whose own misses carry their explanations: how many are well. */
  readonly configurations: { readonly held: number; readonly of: number } | undefined;
}

export const SUITE_TARGETS = {
  configurations_min: 12,
  trials_min: 20,
  defaults_downtime_median: 0.25,
  calibrated_downtime_median: 0.1,
  inside: { min: 0.85, max: 0.95 },
  distributions_share_min: 0.8,
} as const;

/** What does not depend on the basis. */
export function breadthOf(figures: readonly Figures[]): readonly SuiteLine[] {
  const { configurations_min, trials_min } = SUITE_TARGETS;
  const fewest = figures.length === 0 ? 0 : Math.min(...figures.map(({ trials }) => trials));
  return [
    line('configurations', 'configurations', 'count', figures.length, { min: configurations_min }),
    line('trials', 'trials of each configuration, at the least', 'count', fewest, { min: trials_min }),
  ];
}

/**
 * @param figures one for each configuration, at least one
 * @param isJudged whether the predictions are held to all targets: the calibrated ones, and the defaults as long as
 * nothing is calibrated; the defaults are always held to their own
 */
export function suiteOf(figures: readonly Figures[], basis: Basis, isJudged: boolean): readonly SuiteLine[] {
  const long = figures.filter(({ metric }) => metric === 'downtime_s');
  const short = figures.filter(({ metric }) => metric === 'failed_requests');
  const checks = (of: readonly Figures[], id: CheckId) => of.map((each) => checkOf(each, id));
  const target = (value: SuiteLine['target']) => (isJudged ? value : undefined);
  const inside = sum(figures.map((each) => each.inside)) / sum(figures.map(({ trials }) => trials));
  const same = figures.filter(
    (each) => checkOf(each, 'outage-count').held && checkOf(each, 'outage-duration').held,
  );
  const errors = long.map((each) => Math.abs(checkOf(each, 'downtime').value));
  const most =
    basis === 'defaults' ? SUITE_TARGETS.defaults_downtime_median : SUITE_TARGETS.calibrated_downtime_median;
  return [
    ...(long.length === 0
      ? []
      : [
          line(`${basis}-downtime-median`, 'error of the mean downtime, median', 'share', median(errors), {
            max: most,
          }),
          worstLine(
            `${basis}-downtime-worst`,
            'error of the mean downtime, worst',
            'share',
            checks(long, 'downtime'),
            basis === 'calibrated' ? { max: BOUNDS.downtime_share } : undefined,
          ),
        ]),
    ...(short.length === 0
      ? []
      : [
          worstLine(
            `${basis}-failed-requests-worst`,
            `error in failed requests, worst, where downtime is under ${BOUNDS.short_downtime_s} s`,
            'requests',
            checks(short, 'downtime'),
            target({ max: BOUNDS.failed_requests }),
          ),
        ]),
    line(
      `${basis}-inside`,
      'trials within their 90 % prediction interval',
      'share',
      inside,
      target(SUITE_TARGETS.inside),
    ),
    worstLine(
      `${basis}-availability-time`,
      'error of availability by time, worst',
      'points',
      checks(figures, 'availability-time'),
      target({ max: BOUNDS.availability_points }),
    ),
    worstLine(
      `${basis}-availability-requests`,
      'error of availability by requests, worst',
      'points',
      checks(figures, 'availability-requests'),
      target({ max: BOUNDS.availability_points }),
    ),
    worstLine(
      `${basis}-throughput`,
      'error of throughput, worst',
      'share',
      checks(figures, 'throughput'),
      target({ max: BOUNDS.throughput_share }),
    ),
    line(
      `${basis}-distributions`,
      `configurations whose outages are alike in number and in duration (KS, p > ${BOUNDS.ks_p})`,
      'share',
      same.length / figures.length,
      target({ min: SUITE_TARGETS.distributions_share_min }),
      { held: same.length, of: figures.length },
    ),
  ];
}

function line(
  id: SuiteId,
  what: string,
  unit: SuiteLine['unit'],
  value: number,
  target: SuiteLine['target'],
  configurations?: SuiteLine['configurations'],
): SuiteLine {
  const held =
    value >= (target?.min ?? -Infinity) - ROUNDING && value <= (target?.max ?? Infinity) + ROUNDING;
  return { id, what, unit, value, target, held, configurations };
}

/** The worst of the configurations in one of their checks. */
function worstLine(
  id: SuiteId,
  what: string,
  unit: SuiteLine['unit'],
  checks: readonly Check[],
  target: SuiteLine['target'],
): SuiteLine {
  const worst = Math.max(...checks.map(({ value }) => Math.abs(value)));
  return line(id, what, unit, worst, target, {
    held: checks.filter(({ held }) => held).length,
    of: checks.length,
  });
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const ROUNDING = 1e-9;
