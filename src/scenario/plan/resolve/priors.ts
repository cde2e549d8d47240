/** Published times, where a unit names them. */
import type { Reporter } from '../../reporter.ts';
import type { Path } from '../../yaml.ts';
import { PRIORS, type Prior } from '../priors.ts';
import type { UnitFile } from '../schema/infrastructure.ts';

/**
 * What a unit is to have of its prior; what is said twice is told.
 *
 * @param path of the unit
 * @returns undefined where it names none
 */
export function resolvePrior(
  file: UnitFile,
  path: Path,
  report: Reporter,
): (Prior & { readonly name: string }) | undefined {
  if (file.prior === undefined) return undefined;
  const prior = PRIORS[file.prior];
  for (const field of ['time_to_failure', 'time_to_repair'] as const) {
    if (prior[field] === undefined || file[field] === undefined) continue;
    report.atKey([...path, field], {
      message: `\`${field}\` is given, and prior ${file.prior} says it as well`,
      hint: 'leave one of them out',
    });
  }
  return { name: file.prior, ...prior };
}
