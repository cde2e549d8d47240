/** Downtime against the number of units, as every format shows it. */
import type { CurvePoint, PlanCurve, VariedCount } from '../../timeline/plan-curve.ts';
import type { ServicePrediction } from '../../timeline/plan-prediction.ts';
import { availability, type Shown, scaled, spanTarget, YEAR_S } from './figures.ts';
import { downtimeOf } from './words.ts';

export interface CurveReport {
  /** "Downtime a year, by zones and replicas of shop" */
  readonly title: string;
  readonly varied: readonly VariedCount[];
  readonly services: readonly ServiceCurve[];
  /** Whether the points were not all answered by the same method, so that it must be told of each. */
  readonly is_mixed: boolean;
  /** Of single points: "zones 2, replicas 3: ...". */
  readonly warnings: readonly string[];
}

export interface ServiceCurve {
  readonly name: string;
  readonly rows: readonly CurveRow[];
  /** The most downtime a year that the objectives allow, each with its words. */
  readonly bounds: readonly { readonly downtime_s: number; readonly what: string }[];
}

export interface CurveRow {
  /** In the order of what is varied. */
  readonly counts: readonly number[];
  /** The plan's own numbers. */
  readonly is_written: boolean;
  readonly downtime: Shown;
  readonly availability: string;
  /** Whether all objectives are met; undefined where there is none. */
  readonly met: boolean | undefined;
  readonly method: string;
  /** Seconds a year. */
  readonly values: { readonly mean: number; readonly ci95: readonly [number, number] };
}

export function curveReport(curve: PlanCurve): CurveReport {
  const { varied, points, horizon_s } = curve;
  const names = points[0]?.services.map(({ name }) => name) ?? [];
  const list = new Intl.ListFormat('en-GB').format(varied.map(({ what }) => what));
  return {
    title: `Downtime a year, by ${list}`,
    varied,
    services: names.map((name) => {
      const of = points.flatMap((point) => {
        const service = point.services.find((each) => each.name === name);
        return service === undefined ? [] : [{ point, service }];
      });
      return {
        name,
        rows: of.map(({ point, service }) => rowOf(point, service, varied)),
        bounds: of[0] === undefined ? [] : boundsOf(of[0].service, horizon_s),
      };
    }),
    is_mixed: new Set(points.map(({ method }) => method)).size > 1,
    warnings: warningsOf(curve),
  };
}

/** Each once, with the points that it is of. */
function warningsOf({ points, varied }: PlanCurve): string[] {
  const of = Map.groupBy(
    points.flatMap(({ counts, warnings }) => warnings.map((warning) => ({ counts, warning }))),
    ({ warning }) => warning,
  );
  return [...of].map(([warning, list]) => {
    const where = list.map(({ counts }) => countsText(counts, varied)).join('; ');
    return `${list.length === points.length ? 'at every point of the curve' : where}: ${warning}`;
  });
}

/** "count of zone 3, replicas of shop 2" */
const countsText = (counts: readonly number[], varied: readonly VariedCount[]): string =>
  counts.map((count, index) => `${varied[index]?.what} ${count}`).join(', ');

function rowOf(point: CurvePoint, service: ServicePrediction, varied: readonly VariedCount[]): CurveRow {
  const a_year = scaled(service.downtime_min_per_year, 60);
  const { objectives } = service;
  return {
    counts: point.counts,
    is_written: point.counts.every((count, index) => count === varied[index]?.written),
    downtime: downtimeOf(service, point.method),
    availability: availability(service.unavailability.mean),
    met: objectives.length === 0 ? undefined : objectives.every(({ met }) => met),
    method: point.method,
    values: a_year,
  };
}

function boundsOf({ objectives }: ServicePrediction, horizon_s: number): ServiceCurve['bounds'] {
  return objectives.map(({ metric, target }) =>
    metric === 'availability'
      ? { downtime_s: (1 - target) * YEAR_S, what: `${Number((target * 100).toPrecision(12))} %` }
      : {
          downtime_s: target * (YEAR_S / horizon_s),
          what: `at most ${spanTarget(target * (YEAR_S / horizon_s))}`,
        },
  );
}
