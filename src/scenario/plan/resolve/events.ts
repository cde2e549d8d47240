/** What happens to units from outside: common causes, maintenance, deployments. */
import { constant, mean_ms } from '../../distribution.ts';
import type { CommonCause, Crew, Deployments, KindIndex, Maintenance } from '../../plan.ts';
import type { Path } from '../../yaml.ts';
import type {
  CommonCauseFile,
  CrewFile,
  DeploymentsFile,
  MaintenanceFile,
} from '../schema/infrastructure.ts';
import type { Context } from './context.ts';
import { checkRounds } from './limits.ts';
import { pathTo } from './names.ts';

export function resolveCrew(name: string, file: CrewFile, { report }: Context): Crew {
  const { size, inspection = constant(0), order } = file;
  return { name, position: report.keyPosition(pathTo('crews', name)), size, inspection, order };
}

/** @returns undefined where an end leads nowhere, which is told */
export function resolveLink(
  ends: readonly string[],
  index: number,
  { names, structure, report }: Context,
): readonly [KindIndex, KindIndex] | undefined {
  const path: Path = ['infrastructure', 'links', index];
  const [from = '', to = ''] = ends;
  const found = ends.filter((end, place) => names.find(end, ['units'], [...path, place]) !== undefined);
  if (found.length < 2) return undefined;
  if (from === to) {
    return report.at(path, { message: `${from} is linked with itself`, expected: 'two kinds of unit' });
  }
  return [structure.indexOf(from), structure.indexOf(to)];
}

export function resolveCommonCause(
  name: string,
  { every, hits, within, share = 1, episode }: CommonCauseFile,
  { parts, names, structure, episodes, report }: Context,
  horizon_ms: number | undefined,
): CommonCause | undefined {
  const path = pathTo('common_causes', name);
  checkRounds(
    { what: `${name} would strike`, every_ms: mean_ms(every), path: [...path, 'every'] },
    horizon_ms,
    report,
  );
  const isWithin = within === undefined || names.find(within, ['units'], [...path, 'within']) !== undefined;
  const hit = hits.flatMap((kind, index) => {
    const at: Path = [...path, 'hits', index];
    const section = names.find(kind, ['units', 'replicas'], at);
    if (section === undefined) return [];
    if (hits.indexOf(kind) !== index) return report.at(at, { message: `\`${kind}\` is named twice` }) ?? [];
    const file = parts.units.get(kind) ?? parts.replicas.get(kind);
    const isPrior = file !== undefined && 'prior' in file && file.prior !== undefined;
    if (
      file !== undefined &&
      file.time_to_repair === undefined &&
      file.time_to_failure === undefined &&
      !isPrior
    ) {
      report.at(at, {
        message: `nothing says how long a repair of ${kind} takes`,
        expected: `\`time_to_repair\` of ${kind}`,
      });
    }
    if (within !== undefined && isWithin && structure.isNotWithin(kind, within)) {
      report.at(at, {
        message: `${kind} is not within \`${within}\`, so this cannot hit it`,
        expected: `units within ${within}`,
        hint: kind === within ? `failures of one ${kind} are its time_to_failure` : undefined,
      });
    }
    return [structure.indexOf(kind)];
  });
  if (share === 0) {
    report.at([...path, 'share'], { message: 'a share of 0 hits nothing', expected: 'a share above 0' });
  }
  return {
    name,
    position: report.keyPosition(path),
    every,
    hits: hit,
    within: within !== undefined && isWithin ? structure.indexOf(within) : undefined,
    share,
    episodes: episodes.resolve(episode, [...path, 'episode']),
  };
}

export function resolveMaintenance(
  name: string,
  { of, every, takes, at_once, careful, episode }: MaintenanceFile,
  { names, structure, episodes, report }: Context,
  horizon_ms: number | undefined,
): Maintenance | undefined {
  const path = pathTo('maintenance', name);
  const costs = episodes.resolve(episode, [...path, 'episode']);
  if (names.find(of, ['units'], [...path, 'of']) === undefined) return undefined;
  const units = structure.number(of);
  const every_ms = mean_ms(every);
  checkRounds(
    { what: `${of} would be maintained`, every_ms, at_a_time: units, path: [...path, 'every'] },
    horizon_ms,
    report,
  );
  if (units !== undefined && at_once > units) {
    report.at([...path, 'at_once'], {
      message: `${at_once} are more than there are of ${of}`,
      expected: `at most ${units}`,
    });
  } else if (units !== undefined && Math.ceil(units / at_once) * mean_ms(takes) >= every_ms) {
    // Turns that a round has time for, one after the other.
    const turns = Math.ceil(every_ms / mean_ms(takes)) - 1;
    report.at([...path, 'takes'], {
      message: `a round through all ${units} of ${of}, ${at_once} at a time, does not end before the next begins`,
      hint: turns > 0 ? `with \`at_once: ${Math.ceil(units / turns)}\` it would` : undefined,
    });
  }
  return {
    name,
    position: report.keyPosition(path),
    of: structure.indexOf(of),
    every,
    takes,
    at_once,
    careful,
    episodes: costs,
  };
}

export function resolveDeployments(
  name: string,
  { services, every, bad, time_to_roll_back, episode }: DeploymentsFile,
  { parts, names, episodes, report }: Context,
  horizon_ms: number | undefined,
): Deployments | undefined {
  const path = pathTo('deployments', name);
  checkRounds(
    { what: `${name} would come`, every_ms: mean_ms(every), path: [...path, 'every'] },
    horizon_ms,
    report,
  );
  if (bad > 0 && time_to_roll_back === undefined) {
    report.at([...path, 'time_to_roll_back'], {
      message: 'some deployments are bad, and nothing says how long these last',
      expected: '`time_to_roll_back`',
    });
  }
  const known = [...parts.services.keys()];
  const deployed = services?.filter((service, index) => {
    const at: Path = [...path, 'services', index];
    if (services.indexOf(service) !== index) report.at(at, { message: `\`${service}\` is named twice` });
    return names.find(service, ['services'], at) !== undefined;
  });
  return {
    name,
    position: report.keyPosition(path),
    services: (deployed ?? known).map((service) => known.indexOf(service)),
    every,
    bad,
    time_to_roll_back: time_to_roll_back ?? constant(0),
    episodes: episodes.resolve(episode, [...path, 'episode'], deployed),
  };
}
