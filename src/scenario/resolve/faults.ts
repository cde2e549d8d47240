/** Which pods each fault may hit, and when it acts. */
import type { ManifestWorkload } from '../manifest/workload.ts';
import { didYouMean } from '../nearest.ts';
import { expectedNames, type Reporter } from '../reporter.ts';
import type { Fault, FaultMode } from '../scenario.ts';
import type { ScenarioFile } from '../schema.ts';
import { ACTS_MAX, faultTimes, victimsMax } from '../selection.ts';
import type { Path } from '../yaml.ts';

/** Namespaces no fault may touch: the cluster itself lives there. */
export const PROTECTED_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease'] as const;

type FaultFile = ScenarioFile['faults'][number];

/** @param window_ms undefined where the load is wrong: then the times are not checked against it */
export function resolveFaults(
  faults: readonly FaultFile[],
  workloads: readonly ManifestWorkload[],
  window_ms: number | undefined,
  report: Reporter,
): readonly (Fault | undefined)[] {
  return faults.map((fault, index) => {
    const [type, fields] = Object.entries(fault)[0] as [string, NonNullable<FaultFile[keyof FaultFile]>];
    const path: Path = ['faults', index, type];
    const workload = resolveWorkload(fields.workload, workloads, path, report);
    const at_ms = resolveTimes(fields, window_ms, path, report);
    const value = resolveValue(fields, workload, path, report);
    const container =
      workload !== undefined && type === 'container-kill'
        ? resolveContainerName(fault['container-kill']?.container, workload, path, report)
        : undefined;
    if (workload === undefined || at_ms === undefined || value === undefined) return undefined;
    const base = {
      position: report.position(path),
      workload: workload.name,
      namespace: workload.namespace,
      mode: fields.mode,
      value: value === 'none' ? undefined : value,
      at_ms,
    };
    if (type === 'pod-kill') {
      return { ...base, type, grace_period_s: fault['pod-kill']?.grace_period };
    }
    return container === undefined ? undefined : { ...base, type: 'container-kill', container };
  });
}

function resolveWorkload(
  wanted: string | undefined,
  workloads: readonly ManifestWorkload[],
  path: Path,
  report: Reporter,
): ManifestWorkload | undefined {
  const known = workloads.map(({ name }) => name);
  const workload = wanted === undefined ? workloads[0] : workloads.find(({ name }) => name === wanted);
  if (workload === undefined || (wanted === undefined && workloads.length > 1)) {
    return report.at(wanted === undefined ? path : [...path, 'workload'], {
      message:
        wanted === undefined
          ? workload === undefined
            ? 'there is no Deployment whose pods could be hit'
            : 'several Deployments: `workload` must say which'
          : `there is no Deployment \`${wanted}\``,
      expected: expectedNames('Deployment', known),
      hint: wanted === undefined ? undefined : didYouMean(wanted, known),
    });
  }
  if ((PROTECTED_NAMESPACES as readonly string[]).includes(workload.namespace)) {
    return report.at([...path, 'workload'], {
      message: `Deployment ${workload.name} is in the protected namespace ${workload.namespace}`,
      expected: `a workload outside of ${PROTECTED_NAMESPACES.join(', ')}`,
    });
  }
  return workload;
}

function resolveTimes(
  fields: {
    readonly at: number;
    readonly repeat?: { every: number; times?: number | undefined } | undefined;
  },
  window_ms: number | undefined,
  path: Path,
  report: Reporter,
): readonly number[] | undefined {
  const { at, repeat } = fields;
  if (window_ms === undefined) return undefined;
  if (at >= window_ms) {
    return report.at([...path, 'at'], {
      message: `the fault would act at ${at / 1000} s, when the load has ended`,
      expected: `a time before ${window_ms / 1000} s (\`load.duration\`)`,
    });
  }
  const possible = repeat === undefined ? 1 : Math.ceil((window_ms - at) / repeat.every);
  if (repeat !== undefined && (repeat.times ?? 1) > possible) {
    return report.at([...path, 'repeat', 'times'], {
      message: `the last of ${repeat.times} acts would come when the load has ended, at ${window_ms / 1000} s`,
      expected: `at most ${possible}`,
    });
  }
  if (repeat !== undefined && repeat.times === undefined && possible > ACTS_MAX) {
    return report.at([...path, 'repeat', 'every'], {
      message: `the fault would act ${possible} times`,
      expected: `at most ${ACTS_MAX} acts`,
    });
  }
  return faultTimes(
    at,
    repeat === undefined ? undefined : { every_ms: repeat.every, times: repeat.times },
    window_ms,
  );
}

/** `value` as both arms use it: pods, or percent; 'none' where the mode takes none. */
function resolveValue(
  fields: { readonly mode: FaultMode; readonly value?: number | string | undefined },
  workload: ManifestWorkload | undefined,
  path: Path,
  report: Reporter,
): number | 'none' | undefined {
  const { mode, value } = fields;
  const valuePath = [...path, 'value'];
  if (mode === 'one' || mode === 'all') {
    if (value === undefined) {
      if (workload?.replicas !== 0) return 'none';
      return report.at([...path, 'workload'], {
        message: `Deployment ${workload.name} has no replicas to hit`,
      });
    }
    return report.atKey(valuePath, {
      message: `mode ${mode} takes no \`value\``,
      hint: 'leave it out, or use mode: fixed',
    });
  }
  const expected =
    mode === 'fixed' ? 'a number of pods, such as 2' : 'a whole percentage from 1% to 100%, such as 50%';
  if (value === undefined) return report.at(path, { message: `mode ${mode} needs a \`value\``, expected });
  if (mode === 'fixed' && typeof value === 'string') {
    return report.at(valuePath, {
      message: `mode fixed takes a number of pods, not ${value}`,
      expected,
      hint: 'or use mode: fixed-percent',
    });
  }
  const number = typeof value === 'string' ? Number(value.replace('%', '')) : value;
  if (mode !== 'fixed' && !(Number.isInteger(number) && number >= 1 && number <= 100)) {
    return report.at(valuePath, { message: `${number} % cannot be the share of the pods`, expected });
  }
  if (workload === undefined) return number;
  const { name, replicas } = workload;
  if (mode === 'fixed' && number > replicas) {
    return report.at(valuePath, {
      message: `${number} pods are more than the ${replicas} of Deployment ${name}`,
      expected: `at most ${replicas}`,
      hint: 'mode: all takes every pod there is',
    });
  }
  if (victimsMax(replicas, mode, number) === 0) {
    return report.at(valuePath, {
      message: `${number} % of ${replicas} pods are none: shares are rounded down`,
      expected: replicas === 0 ? 'a Deployment with replicas' : `at least ${Math.ceil(100 / replicas)}%`,
    });
  }
  return number;
}

function resolveContainerName(
  wanted: string | undefined,
  workload: ManifestWorkload,
  path: Path,
  report: Reporter,
): string | undefined {
  const known = workload.pod.containers.map(({ name }) => name);
  if (wanted === undefined ? known.length === 1 : known.includes(wanted)) return wanted ?? known[0];
  return report.at(wanted === undefined ? path : [...path, 'container'], {
    message:
      wanted === undefined
        ? `Deployment ${workload.name} has several containers: \`container\` must say which`
        : `Deployment ${workload.name} has no container \`${wanted}\``,
    expected: `one of ${known.join(', ')}`,
    hint: wanted === undefined ? undefined : didYouMean(wanted, known),
  });
}
