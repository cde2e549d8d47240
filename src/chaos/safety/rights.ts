import { EXIT, UserError } from '../../scenario/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';

/** A rule as a Role has it. */
export interface Right {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
}

/** What it takes to see what happens. */
export const OBSERVER_RIGHTS: readonly Right[] = [
  { verb: 'list', resource: 'pods', group: '' },
  { verb: 'watch', resource: 'pods', group: '' },
  { verb: 'list', resource: 'endpointslices', group: 'discovery.k8s.io' },
  { verb: 'watch', resource: 'endpointslices', group: 'discovery.k8s.io' },
];

/** @throws UserError that names every right that is missing, and the rules that grant them */
export async function checkRights(
  cluster: Cluster,
  namespaces: Iterable<string>,
  rights: readonly Right[],
): Promise<void> {
  const missing: (Right & { namespace: string })[] = [];
  for (const namespace of new Set(namespaces)) {
    for (const right of new Map(rights.map((right) => [JSON.stringify(right), right])).values()) {
      const { verb, resource, group } = right;
      if (!(await cluster.may(verb, resource, namespace, group))) missing.push({ ...right, namespace });
    }
  }
  if (missing.length === 0) return;
  const names = missing.map(
    ({ verb, resource, namespace }) => `${verb} ${resource} in namespace ${namespace}`,
  );
  const rules = missing.map(
    ({ verb, resource, group }) =>
      `{apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"]}`,
  );
  throw new UserError(`the account in use may not ${names.join(', nor ')}`, {
    exitCode: EXIT.configuration,
    hint: `a Role with these rules allows it: ${[...new Set(rules)].join(', ')}`,
  });
}
