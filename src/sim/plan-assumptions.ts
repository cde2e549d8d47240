/** What a plan's prediction rests on, for people: every time and chance of it, in words, and who said so. */
import type { Distribution } from '../scenario/distribution.ts';
import { distributionText } from '../scenario/distribution-text.ts';
import type { Plan, UnitKind } from '../scenario/plan.ts';
import type { Position } from '../scenario/scenario.ts';
import type { PlanPrediction } from '../timeline/plan-prediction.ts';

export function planAssumptions(plan: Plan): PlanPrediction['assumptions'] {
  return [
    ...plan.units.map((kind) => ({
      name: kind.name,
      value: lifeText(plan, kind),
      source: kind.prior === undefined ? placeOf(kind) : `${kind.prior.name}: ${kind.prior.source}`,
    })),
    ...plan.units.flatMap(({ name, position, placed }) =>
      placed === undefined
        ? []
        : [
            {
              name: `${name}, where its unit is lost`,
              value: `replaced after ${distributionText(placed.time_to_replace)}`,
              source: placeOf({ position }),
            },
          ],
    ),
    ...plan.crews.map((crew) => ({
      name: crew.name,
      value: `${crew.size} at a time, ${ORDER[crew.order]}${inspectionText(crew.inspection)}`,
      source: placeOf(crew),
    })),
    ...plan.common_causes.map((cause) => ({
      name: cause.name,
      value: `every ${distributionText(cause.every)}, each unit with a chance of ${cause.share}`,
      source: placeOf(cause),
    })),
    ...plan.maintenance.map((maintenance) => ({
      name: maintenance.name,
      value: `every ${distributionText(maintenance.every)}, each unit for ${distributionText(maintenance.takes)}`,
      source: placeOf(maintenance),
    })),
    ...plan.deployments.map((deployments) => ({
      name: deployments.name,
      value:
        `every ${distributionText(deployments.every)}, bad with a chance of ${deployments.bad}, ` +
        `then rolled back after ${distributionText(deployments.time_to_roll_back)}`,
      source: placeOf(deployments),
    })),
    ...plan.episodes.map((episode) => ({
      name: `episode ${episode.name}`,
      value: 'what it costs beside, request by request',
      source: episode.file,
    })),
  ];
}

const ORDER = {
  'first-come': 'what failed first',
  random: 'any that has failed',
  priority: 'by kind in the order of the plan',
  'first-inspected': 'whichever is inspected first',
} as const;

function lifeText(plan: Plan, { time_to_failure, time_to_repair, crew }: UnitKind): string {
  const by = crew === undefined ? '' : ` by ${plan.crews[crew]!.name}`;
  const repair = `repaired${by} in ${distributionText(time_to_repair)}`;
  const isHit = time_to_failure === undefined ? 'never fails of itself' : undefined;
  return isHit ?? `fails after ${distributionText(time_to_failure!)}, ${repair}`;
}

function inspectionText(inspection: Distribution): string {
  const isNothing = inspection.kind === 'constant' && inspection.value_ms === 0;
  return isNothing ? '' : `, after an inspection of ${distributionText(inspection)}`;
}

const placeOf = ({ position: { file, line, column } }: { readonly position: Position }): string =>
  `${file}:${line}:${column}`;
