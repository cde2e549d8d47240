/** What a plan's prediction rests on, for people: every time and chance of it, in words, and who said so. */
import type { Distribution } from '../scenario/distribution.ts';
import { distributionText } from '../scenario/distribution-text.ts';
import type { KindIndex, Plan, UnitKind } from '../scenario/plan.ts';
import { applicationName } from '../scenario/said.ts';
import type { Position, Scenario } from '../scenario/scenario.ts';
import type { TimingName } from '../scenario/timing.ts';
import type { PlanPrediction } from '../timeline/plan-prediction.ts';

export function planAssumptions(plan: Plan): PlanPrediction['assumptions'] {
  return [
    ...plan.units.map((kind, index) => ({
      name: kind.name,
      value: lifeText(plan, kind, index),
      source: kind.prior === undefined ? placeOf(kind) : `${kind.prior.name}: ${kind.prior.source}`,
    })),
    ...plan.units.flatMap(({ name, position, placed }) =>
      placed === undefined
        ? []
        : [
            {
              name: `${name}, where its unit is lost`,
              value: `time to replace: ${distributionText(placed.time_to_replace)}`,
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
      value: `every: ${distributionText(cause.every)}; each unit with a chance of ${cause.share}`,
      source: placeOf(cause),
    })),
    ...plan.maintenance.map((maintenance) => ({
      name: maintenance.name,
      value: `every: ${distributionText(maintenance.every)}; each unit takes: ${distributionText(maintenance.takes)}`,
      source: placeOf(maintenance),
    })),
    ...plan.deployments.map((deployments) => ({
      name: deployments.name,
      value:
        `every: ${distributionText(deployments.every)}; bad with a chance of ${deployments.bad}; ` +
        `time to roll back: ${distributionText(deployments.time_to_roll_back)}`,
      source: placeOf(deployments),
    })),
    ...plan.episodes.flatMap((episode) => [
      {
        name: `episode ${episode.name}`,
        value: 'what it costs beside, request by request',
        source: episode.file,
      },
      ...measuredDelays(episode),
    ]),
  ];
}

/** What a calibration says instead of an episode's scenario and of the defaults. */
function measuredDelays(episode: Scenario): PlanPrediction['assumptions'] {
  const { file, said, workloads, timing } = episode;
  const measured = (name: string, delay: Distribution | undefined, source: string | undefined) =>
    delay === undefined || source === undefined || source === file
      ? []
      : [{ name: `episode ${episode.name}: ${name}`, value: distributionText(delay), source }];
  return [
    ...workloads.flatMap((workload) =>
      workload.pod.containers.flatMap((container) => {
        const name = applicationName(workload, container, (other) => Object.hasOwn(said.applications, other));
        const sources = said.applications[name] ?? {};
        const { start_time, service_time } = container.application;
        return [
          ...measured(`${name} start_time`, start_time, sources.start_time),
          ...measured(`${name} service_time`, service_time, sources.service_time),
        ];
      }),
    ),
    ...(Object.keys(said.timing) as TimingName[]).flatMap((name) =>
      measured(name, timing[name], said.timing[name]),
    ),
  ];
}

const ORDER = {
  'first-come': 'what failed first',
  random: 'any that has failed',
  priority: 'by kind in the order of the plan',
  'first-inspected': 'whichever is inspected first',
} as const;

function lifeText(plan: Plan, { time_to_failure, time_to_repair, crew }: UnitKind, kind: KindIndex): string {
  const isHit = plan.common_causes.some(({ hits }) => hits.includes(kind));
  if (time_to_failure === undefined && !isHit) return 'never fails';
  const failure =
    time_to_failure === undefined
      ? 'never fails of itself'
      : `time to failure: ${distributionText(time_to_failure)}`;
  const by = crew === undefined ? '' : `, by ${plan.crews[crew]!.name}`;
  return `${failure}; time to repair${by}: ${distributionText(time_to_repair)}`;
}

function inspectionText(inspection: Distribution): string {
  const isNothing = inspection.kind === 'constant' && inspection.value_ms === 0;
  return isNothing ? '' : `; inspection: ${distributionText(inspection)}`;
}

const placeOf = ({ position: { file, line, column } }: { readonly position: Position }): string =>
  `${file}:${line}:${column}`;
