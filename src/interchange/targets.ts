/** Which workload of the manifests a selector of another tool means. */
import { behaviourOf, KNOWN_VERSION } from '../scenario/kubernetes-version.ts';
import { readManifests } from '../scenario/manifest/manifests.ts';
import type { ManifestWorkload } from '../scenario/manifest/workload.ts';
import type { Problems } from '../scenario/problem.ts';
import { quote } from '../scenario/problem.ts';
import { somewhere } from '../scenario/resolve/cluster.ts';
import { defaultToleration_s } from '../scenario/resolve/timing.ts';
import type { Position, Selector } from '../scenario/scenario.ts';
import { selectorText, selects } from '../scenario/selector.ts';
import { timing } from '../scenario/timing.ts';
import type { Path } from '../scenario/yaml.ts';
import type { Reading } from './reading.ts';

/** The workloads of manifests, with Kubernetes' defaults; what is wrong with them goes to `problems`. */
export function workloadsOf(
  files: readonly string[],
  from: Position,
  problems: Problems,
): readonly ManifestWorkload[] {
  const references = files.map((path) => ({ path, from }));
  return readManifests(references, {
    behaviour: behaviourOf(KNOWN_VERSION),
    nodes: somewhere(),
    default_toleration_s: defaultToleration_s(timing()),
    problems,
  }).workloads;
}

const listed = (workloads: readonly ManifestWorkload[]): string =>
  workloads.length === 0
    ? 'a workload of the manifests; they have none'
    : `a workload of the manifests: ${workloads.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`;

/** The only workload whose pods are selected; undefined where there is none or several, which is then told at `path`. */
export function selectedWorkload(
  selector: Selector,
  namespace: string,
  workloads: readonly ManifestWorkload[],
  reading: Reading,
  path: Path,
): ManifestWorkload | undefined {
  const text = selectorText(selector);
  if (text === '') {
    return reading.refuse(path, {
      message: `every pod of namespace ${namespace} is selected`,
      expected: 'labels that select the pods of one workload',
    });
  }
  const found = workloads.filter(
    (workload) => workload.namespace === namespace && selects(selector, workload.pod.labels),
  );
  if (found.length === 1) return found[0];
  if (found.length > 1) {
    return reading.refuse(path, {
      message: `${text} selects pods of ${found.map(({ name }) => name).join(' and ')}`,
      expected: 'pods of one workload',
      hint: 'a fault of a scenario hits one workload: write one for each',
    });
  }
  return reading.refuse(path, {
    message: `no workload of the manifests has pods with ${text} in namespace ${namespace}`,
    expected: listed(workloads),
  });
}

/** The workload of that name; undefined where there is none, which is then told at `path`. */
export function namedWorkload(
  { name, namespace, kind }: { readonly name: string; readonly namespace: string; readonly kind?: string },
  workloads: readonly ManifestWorkload[],
  reading: Reading,
  path: Path,
): ManifestWorkload | undefined {
  const found = workloads.find(
    (workload) =>
      workload.name === name &&
      workload.namespace === namespace &&
      (kind === undefined || workload.kind.toLowerCase() === kind.toLowerCase()),
  );
  if (found !== undefined) return found;
  return reading.refuse(path, {
    message: `there is no ${kind ?? 'workload'} ${quote(name)} in namespace ${namespace}`,
    expected: listed(workloads),
  });
}

const REQUIREMENT =
  /^\s*(?:(?<absent>!)\s*(?<without>[^\s!=(),]+)|(?<key>[^\s!=(),]+)\s*(?:(?<equals>==|=|!=)\s*(?<value>[^\s!=(),]*)|\s(?<set>in|notin)\s*\((?<values>[^()]*)\))?)\s*$/;

/**
 * A label selector as kubectl takes it with -l: "app=web,tier in (a,b),!old".
 * Kubernetes 1.35 apimachinery/pkg/labels/selector.go Parse.
 *
 * @returns undefined where it is none
 */
export function parseSelector(text: string): Selector | undefined {
  // Commas within parentheses stand between the values of a set.
  const parts = text.split(/,(?![^(]*\))/);
  const requirements = parts.map((part) => {
    const { absent, without, key, equals, value, set, values } = REQUIREMENT.exec(part)?.groups ?? {};
    if (absent !== undefined && without !== undefined)
      return { key: without, operator: 'DoesNotExist' as const, values: [] };
    if (key === undefined) return undefined;
    if (set !== undefined) {
      const list = (values ?? '').split(',').map((each) => each.trim());
      return { key, operator: set === 'in' ? ('In' as const) : ('NotIn' as const), values: list };
    }
    if (equals === undefined) return { key, operator: 'Exists' as const, values: [] };
    return { key, operator: equals === '!=' ? ('NotIn' as const) : ('In' as const), values: [value ?? ''] };
  });
  const known = requirements.filter((each) => each !== undefined);
  if (known.length < requirements.length) return undefined;
  const keys = new Set(known.map(({ key }) => key));
  const isPlain = known.every(({ operator, values }) => operator === 'In' && values.length === 1);
  if (!isPlain || keys.size < known.length) return known;
  return Object.fromEntries(known.map(({ key, values }) => [key, values[0] ?? '']));
}
