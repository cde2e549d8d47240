import type { ContainerName, PodName } from '../cluster/container.ts';
import { type Options, options, usageError } from '../options.ts';

/** The verbs of `provider`: each fault and the one that undoes it. */

export const VERBS_USAGE = `    node-loss, node-return --node N          a power cut; power again, and the node boots
    node-partition, node-rejoin --node N     the cable out, while the node goes on; the cable in
    container-kill --namespace NS --pod POD [--container C]
    container-pause, container-resume (as container-kill)
                                             the application hangs: SIGSTOP, SIGCONT
    sandbox-kill --namespace NS --pod POD    SIGKILL to the pause process of a pod
    control-plane-pause, control-plane-resume --component api-server|controller-manager|scheduler|all
                                             it is gone as after a crash; it is started anew
    registry-down, registry-up               nothing can be pulled
`;

const NODE_VERBS = ['node-loss', 'node-return', 'node-partition', 'node-rejoin'] as const;
const CONTAINER_VERBS = ['container-kill', 'container-pause', 'container-resume'] as const;
const SANDBOX_VERBS = ['sandbox-kill'] as const;
const CONTROL_PLANE_VERBS = ['control-plane-pause', 'control-plane-resume'] as const;
const REGISTRY_VERBS = ['registry-down', 'registry-up'] as const;

/** What stands behind --component, in the order in which they can start. */
const CONTROL_PLANE_PARTS = {
  'api-server': ['kube-apiserver'],
  'controller-manager': ['kube-controller-manager'],
  scheduler: ['kube-scheduler'],
  all: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
} as const;

export type PausablePart = (typeof CONTROL_PLANE_PARTS)['all'][number];

export type Action =
  | { readonly verb: (typeof NODE_VERBS)[number]; readonly node: string }
  | { readonly verb: (typeof CONTAINER_VERBS)[number]; readonly container: ContainerName }
  | { readonly verb: (typeof SANDBOX_VERBS)[number]; readonly pod: PodName }
  | { readonly verb: (typeof CONTROL_PLANE_VERBS)[number]; readonly parts: readonly PausablePart[] }
  | { readonly verb: (typeof REGISTRY_VERBS)[number] };

/**
 * @param called what the person has typed, for complaints
 * @throws TestbedError where it is no verb, or not one's options
 */
export function parseAction(args: readonly string[], called = `provider ${args[0]}`): Action {
  const [verb, ...rest] = args;
  const given = <const Names extends readonly string[]>(names: Names) =>
    options(called, rest, Object.fromEntries(names.map((name) => [name, { type: 'string' }])) as Options)
      .values as { readonly [Name in Names[number]]?: string };

  if (isOneOf(NODE_VERBS, verb)) {
    const { node } = given(['node']);
    if (node === undefined) throw usageError(`${called} needs --node`);
    return { verb, node };
  }
  if (isOneOf(CONTAINER_VERBS, verb)) {
    const { namespace, pod, container } = given(['namespace', 'pod', 'container']);
    if (namespace === undefined || pod === undefined)
      throw usageError(`${called} needs --namespace and --pod`);
    return { verb, container: { namespace, pod, container } };
  }
  if (isOneOf(SANDBOX_VERBS, verb)) {
    const { namespace, pod } = given(['namespace', 'pod']);
    if (namespace === undefined || pod === undefined)
      throw usageError(`${called} needs --namespace and --pod`);
    return { verb, pod: { namespace, pod } };
  }
  if (isOneOf(CONTROL_PLANE_VERBS, verb)) {
    const { component } = given(['component']);
    const known = Object.keys(CONTROL_PLANE_PARTS) as (keyof typeof CONTROL_PLANE_PARTS)[];
    if (!isOneOf(known, component)) throw usageError(`${called} needs --component ${known.join('|')}`);
    return { verb, parts: CONTROL_PLANE_PARTS[component] };
  }
  if (isOneOf(REGISTRY_VERBS, verb)) {
    given([]);
    return { verb };
  }
  const verbs = [
    ...NODE_VERBS,
    ...CONTAINER_VERBS,
    ...SANDBOX_VERBS,
    ...CONTROL_PLANE_VERBS,
    ...REGISTRY_VERBS,
  ];
  throw usageError(
    `provider ${verb === undefined ? 'needs a verb' : `has no verb ${verb}`}: ${verbs.join(', ')}`,
  );
}

function isOneOf<T extends string>(names: readonly T[], name: string | undefined): name is T {
  return (names as readonly (string | undefined)[]).includes(name);
}
