/** The timers and delays of the scenario. */
import type { KubernetesVersion } from '../kubernetes-version.ts';
import type { Reporter } from '../reporter.ts';
import type { ScenarioFile } from '../schema.ts';
import { type Timing, timing } from '../timing.ts';

/** @param version undefined where the cluster section is wrong */
export function resolveTiming(
  set: ScenarioFile['timing'],
  version: KubernetesVersion | undefined,
  report: Reporter,
): Timing {
  const { default_toleration } = set;
  if (default_toleration !== undefined && wholeSeconds(default_toleration) === undefined) {
    report.at(['timing', 'default_toleration'], {
      message: 'default_toleration is a flag of the API server, which has one value',
      expected: 'a duration of whole seconds, such as 300s',
    });
  }
  return timing(set, version);
}

/** Of the default toleration; where it is wrong any other will do to find what else is. */
export const defaultToleration_s = ({ default_toleration }: Timing): number =>
  wholeSeconds(default_toleration) ?? 0;

function wholeSeconds(value: Timing['default_toleration']): number | undefined {
  return value.kind === 'constant' && value.value_ms % 1000 === 0 ? value.value_ms / 1000 : undefined;
}
