/** Whom a fault may hit. */
import type { ReadService } from '../manifest/service.ts';
import type { ManifestWorkload } from '../manifest/workload.ts';
import { didYouMean } from '../nearest.ts';
import { expectedNames, type Reporter } from '../reporter.ts';
import { PROTECTED_NAMESPACES } from '../safety.ts';
import type { FaultMode, Node, Service } from '../scenario.ts';
import { admits } from '../toleration.ts';
import type { Path } from '../yaml.ts';

/** @param path of the fault, for the report */
export function resolveWorkload(
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
            ? 'there is no workload whose pods could be hit'
            : 'several workloads: `workload` must say which'
          : `there is no workload \`${wanted}\``,
      expected: expectedNames('workload', known),
      hint: wanted === undefined ? undefined : didYouMean(wanted, known),
    });
  }
  const { kind, name, namespace } = workload;
  if (!isProtected(namespace)) return workload;
  return report.at([...path, 'workload'], {
    message: `${kind} ${name} is in the protected namespace ${namespace}`,
    expected: `a workload outside of ${PROTECTED_NAMESPACES.join(', ')}`,
  });
}

/**
 * A Service that selects its pods.
 *
 * @param ofLoad the one that is meant where none is named; undefined where that is wrong, which is told elsewhere
 * @param path of the fault, for the report
 */
export function resolveSelectingService(
  wanted: string | undefined,
  services: readonly ReadService[],
  ofLoad: Service | undefined,
  path: Path,
  report: Reporter,
): Service | undefined {
  const known = services.map(({ object }) => object.name);
  const found = services.find(({ object }) => object.name === wanted);
  if (wanted !== undefined && found === undefined) {
    return report.at([...path, 'service'], {
      message: `there is no Service \`${wanted}\``,
      expected: expectedNames('Service', known),
      hint: didYouMean(wanted, known),
    });
  }
  if (found?.unusable !== undefined) return report.elsewhere(found.unusable);
  const service = wanted === undefined ? ofLoad : found?.service;
  if (service === undefined) return undefined;
  const { name, namespace, selector } = service;
  const place = wanted === undefined ? path : [...path, 'service'];
  if (isProtected(namespace)) {
    return report.at(place, {
      message: `Service ${name} is in the protected namespace ${namespace}`,
      expected: `a Service outside of ${PROTECTED_NAMESPACES.join(', ')}`,
    });
  }
  if (Object.keys(selector).length > 0) return service;
  return report.at(place, {
    message: `Service ${name} has no selector: Kubernetes does not write its endpoints`,
    expected: 'a Service that selects its pods',
  });
}

const isProtected = (namespace: string): boolean => PROTECTED_NAMESPACES.includes(namespace);

/** How many candidates a fault has at most, in words too. */
export interface Candidates {
  readonly count: number;
  readonly what: 'pods' | 'nodes';
  /** As in "5 pods are more than the 4 of Deployment web". */
  readonly of: string;
}

export const podsOf = ({ kind, name, replicas }: ManifestWorkload): Candidates => ({
  count: replicas,
  what: 'pods',
  of: `${replicas} of ${kind} ${name}`,
});

/**
 * The nodes but the first that may run pods of the workload, and no more of them than it has pods.
 *
 * @returns undefined where there are none
 */
export function nodesUnder(
  workload: ManifestWorkload,
  [entry, ...others]: readonly Node[],
  path: Path,
  report: Reporter,
): Candidates | undefined {
  const { kind, name, replicas, pod } = workload;
  const spared = `${entry?.name ?? 'the first node'}, where the load enters and which is spared`;
  if (others.length === 0) {
    return report.at(path, {
      message: `the cluster has no node but ${spared}`,
      expected: '`cluster.nodes` of at least 2',
    });
  }
  const able = others.filter((node) => admits(node, pod));
  if (able.length === 0) {
    return report.at(path, {
      message: `pods of ${kind} ${name} can run on no node but ${spared}`,
      expected: 'another node that they may run on, under `cluster.nodes`',
    });
  }
  const count = Math.min(able.length, replicas);
  return { count, what: 'nodes', of: `${count} that may run pods of ${kind} ${name} beside the first` };
}

/** Whether the cluster has such a zone, which is not the one where the load enters. */
export function checkZone(
  zone: string,
  { kind, name, pod }: ManifestWorkload,
  [entry, ...others]: readonly Node[],
  path: Path,
  report: Reporter,
): boolean {
  const able = others.filter((node) => node.zone !== entry?.zone && admits(node, pod));
  if (zone === 'any' && able.length > 0) return true;
  if (zone === 'any') {
    report.at(path, {
      message: `pods of ${kind} ${name} can run in no zone but ${entry?.zone}, where the load enters and which is spared`,
      expected: 'nodes of another zone that they may run on, under `cluster.nodes`',
    });
    return false;
  }
  if (zone === entry?.zone) {
    report.at([...path, 'zone'], {
      message: `the load enters in zone ${zone}, which is spared`,
      expected: 'another zone',
    });
    return false;
  }
  const known = [...new Set(others.map((node) => node.zone))].filter((each) => each !== entry?.zone);
  if (known.includes(zone)) return true;
  report.at([...path, 'zone'], {
    message: `no node of the cluster is in zone \`${zone}\``,
    expected: expectedNames('zone', known),
    hint: didYouMean(zone, known),
  });
  return false;
}

/**
 * `value` as both arms use it: a number, or percent; 'none' where the mode takes none.
 *
 * @param candidates undefined where it is not known whom the fault may hit
 */
export function resolveValue(
  { mode, value }: { readonly mode: FaultMode; readonly value?: number | string | undefined },
  candidates: Candidates | undefined,
  path: Path,
  report: Reporter,
): number | 'none' | undefined {
  const what = candidates?.what ?? 'victims';
  const valuePath = [...path, 'value'];
  if (mode === 'one' || mode === 'all') {
    if (value === undefined) return 'none';
    return report.atKey(valuePath, {
      message: `mode ${mode} takes no \`value\``,
      hint: 'leave it out, or use mode: fixed',
    });
  }
  const expected =
    mode === 'fixed' ? `a number of ${what}, such as 2` : 'a whole percentage from 1% to 100%, such as 50%';
  if (value === undefined) return report.at(path, { message: `mode ${mode} needs a \`value\``, expected });
  if (mode === 'fixed' && typeof value === 'string') {
    return report.at(valuePath, {
      message: `mode fixed takes a number of ${what}, not ${value}`,
      expected,
      hint: 'or use mode: fixed-percent',
    });
  }
  const number = typeof value === 'string' ? Number(value.replace('%', '')) : value;
  if (mode !== 'fixed' && !(Number.isInteger(number) && number >= 1 && number <= 100)) {
    return report.at(valuePath, { message: `${number} % cannot be the share of the ${what}`, expected });
  }
  if (candidates === undefined) return number;
  const { count, of } = candidates;
  if (mode === 'fixed' && number > count) {
    return report.at(valuePath, {
      message: `${number} ${what} are more than the ${of}`,
      expected: `at most ${count}`,
      hint: `mode: all takes all ${what} there are`,
    });
  }
  return number;
}

/** @param path of the fault, for the report */
export function resolveContainer(
  wanted: string | undefined,
  { kind, name, pod }: ManifestWorkload,
  path: Path,
  report: Reporter,
): string | undefined {
  const known = pod.containers.map((container) => container.name);
  if (wanted === undefined ? known.length === 1 : known.includes(wanted)) return wanted ?? known[0];
  return report.at(wanted === undefined ? path : [...path, 'container'], {
    message:
      wanted === undefined
        ? `${kind} ${name} has several containers: \`container\` must say which`
        : `${kind} ${name} has no container \`${wanted}\``,
    expected: `one of ${known.join(', ')}`,
    hint: wanted === undefined ? undefined : didYouMean(wanted, known),
  });
}
