/**
 * Faults that Istio injects into requests to a Service: the rules of its VirtualService get one each, or, where it has
 * none, a VirtualService of the run's own says no more than that. Whoever sends the requests has the fault injected, in
 * the Envoy beside it or in a gateway; the pods of the Service are not touched.
 */
import { isDeepStrictEqual } from 'node:util';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { HttpAbort, HttpDelay } from '../scenario/scenario.ts';
import { RUN_ANNOTATION } from './cluster/annotations.ts';
import { ChangedError, type Cluster, type ClusterReader, type Operation } from './cluster/cluster.ts';
import {
  type HttpRule,
  VIRTUAL_SERVICES,
  type VirtualService,
  virtualServiceRef,
} from './cluster/virtual-service.ts';
import type { Caused, Undone } from './fault-action.ts';
import type { Target } from './safety/journal.ts';
import { marking, unmarking } from './safety/marks.ts';
import type { Right } from './safety/rights.ts';
import { isTheSame, serviceRefOf } from './target.ts';

export type HttpFault = HttpDelay | HttpAbort;

/** What an act remembers: which VirtualService, and what its rules get. */
interface Memory {
  readonly virtual_service: string;
  /** UID of one that was there; none of the run's own. */
  readonly virtual_service_uid?: string;
  /** As the API has it, as JSON. */
  readonly injected: string;
}

const of = (verb: string): Right => ({ verb, resource: 'virtualservices', group: VIRTUAL_SERVICES.group });

/** To see the Service, and to mark it. */
const SERVICE_RIGHTS: readonly Right[] = ['get', 'patch'].map((verb) => ({
  ...{ verb, resource: 'services', group: '' },
  on: 'service',
}));

/** Of the two ways back each takes its own, and which it is shows when it is caused. */
const UNDO_RIGHTS: readonly Right[] = [...SERVICE_RIGHTS, ...['get', 'list', 'patch', 'delete'].map(of)];

const RIGHTS: readonly Right[] = [
  ...SERVICE_RIGHTS,
  ...['get', 'list', 'create', 'patch', 'delete'].map(of),
  {
    ...of('list'),
    scope: 'cluster',
    to: 'to see VirtualServices of other namespaces for the same host',
    without: 'those of other namespaces for the same host are not seen',
  },
];

/**
 * How such a fault is caused and undone. Its mark is on the Service, set before and removed after: runs look there, and
 * not every cluster has VirtualServices to look through.
 *
 * @param injected what a rule gets as its `fault` (istio/api 1.30 networking/v1alpha3/virtual_service.proto
 *   HTTPFaultInjection: without a percentage no request is hit)
 */
export function injecting<F extends HttpFault>(type: F['type'], injected: (fault: F) => object) {
  return {
    on: 'service',
    rights: () => RIGHTS,
    undoRights: () => UNDO_RIGHTS,
    byHand,
    async remember(cluster: ClusterReader, fault: F, service_uid: string) {
      const ruling = await rulingOf(cluster, fault, EXIT.aborted);
      const what = { injected: JSON.stringify(injected(fault)) };
      // Of this Service, and of no other that may have its name later.
      if (ruling === undefined) return { virtual_service: `foreshock-${service_uid}`, ...what };
      return { virtual_service: ruling.name, virtual_service_uid: ruling.uid, ...what };
    },
    async apply(cluster: Cluster, fault: F, target: Target): Promise<Caused> {
      await mark(cluster, type, target);
      if (memoryOf(target).virtual_service_uid === undefined) await create(cluster, fault, target);
      else await inject(cluster, target);
      return {};
    },
    async undo(cluster: Cluster, target: Target): Promise<Undone> {
      const isCreated = memoryOf(target).virtual_service_uid === undefined;
      const undone = isCreated ? await remove(cluster, target) : await eject(cluster, target);
      await unmark(cluster, type, target);
      return undone;
    },
  } as const;
}

/**
 * The VirtualService that rules where requests to a Service go; undefined where there is none.
 *
 * Of two for one host nobody knows which counts (Istio 1.30 pkg/config/analysis/msg/messages.yaml IST0109), so that one
 * of the run's own must be the only one, and one that rules other hosts as well is left alone unless it was named.
 *
 * @throws UserError where one stands in the way
 */
export async function rulingOf(
  cluster: ClusterReader,
  fault: HttpFault,
  exitCode: UserError['exitCode'],
): Promise<VirtualService | undefined> {
  const { type, service, namespace, virtual_service: wanted } = fault;
  const refused = (why: string, hint: string) => new UserError(`${type}: ${why}`, { exitCode, hint });
  const own = await cluster.virtualServices(namespace);
  if (wanted !== undefined) {
    const found = own.find(({ name }) => name === wanted);
    if (found !== undefined) return injectable(found, refused);
    throw refused(
      `there is no VirtualService ${namespace}/${wanted}`,
      'leave `virtual_service` out, and that of the Service is taken, or a new one',
    );
  }
  const { group } = VIRTUAL_SERVICES;
  const seesAll = await cluster.may('list', 'virtualservices', undefined, group);
  const all = seesAll ? await cluster.virtualServices(undefined) : own;
  const meant = all.filter(
    (each) => isForSidecars(each) && each.hosts.some((host) => isHostOf(host, each, fault)),
  );
  const [first, ...others] = meant;
  if (first === undefined) return undefined;
  const names = meant.map((each) => `${each.namespace}/${each.name}`).join(', ');
  if (
    others.length > 0 ||
    first.namespace !== namespace ||
    first.hosts.length > 1 ||
    isWild(first.hosts[0])
  ) {
    throw refused(
      `VirtualService ${names} rules requests to Service ${namespace}/${service}, and ${others.length > 0 ? 'there is more than one' : 'not those alone'}`,
      `name one of namespace ${namespace} as \`virtual_service\`: all its hosts meet the fault`,
    );
  }
  return injectable(first, refused);
}

type Refused = (why: string, hint: string) => UserError;

/** @throws UserError where it cannot take the fault */
function injectable(found: VirtualService, refused: Refused): VirtualService {
  const name = `VirtualService ${found.namespace}/${found.name}`;
  const rules = forwarding(found);
  if (found.http.some(({ delegate }) => delegate !== undefined)) {
    throw refused(
      `${name} leaves requests to other VirtualServices (\`delegate\`)`,
      'name one of those as `virtual_service`',
    );
  }
  if (rules.length === 0) {
    throw refused(
      `${name} has no rule that sends HTTP requests on`,
      'Istio injects faults into HTTP requests that are sent on, and into nothing else',
    );
  }
  if (rules.some(({ rule }) => rule.fault !== undefined)) {
    throw refused(`${name} injects a fault already`, 'take it off first: nothing of it is overwritten');
  }
  return found;
}

/**
 * Rules that may have a fault: it does not go with a redirect, a direct response or a delegate (Istio 1.30
 * pkg/config/validation/virtualservice.go validateHTTPRouteConflict).
 */
function forwarding({ http }: VirtualService): readonly { readonly rule: HttpRule; readonly path: string }[] {
  return http
    .map((rule, index) => ({ rule, path: `/spec/http/${index}` }))
    .filter(({ rule }) => (rule.route ?? []).length > 0);
}

const isForSidecars = ({ gateways }: VirtualService): boolean =>
  gateways.length === 0 || gateways.includes('mesh');

const isWild = (host: string | undefined): boolean => host?.startsWith('*') === true;

/**
 * Whether a host is that of the Service: a short name is one of the VirtualService's own namespace (Istio 1.30
 * pilot/pkg/model/config.go ResolveShortnameToFQDN), others are matched as they stand, by all the names that the
 * Service has in DNS.
 */
function isHostOf(host: string, ruling: VirtualService, { service, namespace }: HttpFault): boolean {
  if (isWild(host)) {
    const suffix = host.slice(1);
    const isWithin = [`.${namespace}.svc.`, '.svc.'].some((part) => suffix.startsWith(part));
    return isWithin || `${service}.${namespace}.svc.cluster.local`.endsWith(suffix);
  }
  const [name, where, svc] = host.split('.');
  if (name !== service) return false;
  return where === undefined
    ? ruling.namespace === namespace
    : where === namespace && (svc === undefined || svc === 'svc');
}

/** @throws ChangedError where the Service is not the one that was chosen any more */
async function mark(cluster: Cluster, type: HttpFault['type'], target: Target): Promise<void> {
  if (target.run === undefined) return;
  const service = serviceRefOf(target);
  const found = await cluster.find(service);
  await cluster.patch(service, [isTheSame(target), ...marking(type, target, found?.annotated)]);
}

async function unmark(cluster: Cluster, type: HttpFault['type'], target: Target): Promise<void> {
  if (target.run === undefined) return;
  const service = serviceRefOf(target);
  const found = await cluster.find(service);
  const steps = found?.uid === target.uid ? unmarking(type, found?.annotated) : [];
  if (steps.length === 0) return;
  await cluster.patch(service, [isTheSame(target), ...steps]);
  await cluster.disown(service);
}

async function create(cluster: Cluster, { service, position }: HttpFault, target: Target): Promise<void> {
  const { namespace, uid, run } = target;
  const { virtual_service, injected } = memoryOf(target);
  const ref = virtualServiceRef(namespace, virtual_service);
  const route = [{ destination: { host: service } }];
  await cluster.apply({
    ...ref,
    position,
    body: {
      apiVersion: ref.apiVersion,
      kind: ref.kind,
      metadata: {
        name: ref.name,
        namespace,
        labels: { 'app.kubernetes.io/managed-by': 'foreshock' },
        ...(run === undefined ? {} : { annotations: { [RUN_ANNOTATION]: run } }),
        // It goes with the Service, should nobody undo it.
        ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: service, uid }],
      },
      spec: { hosts: [service], http: [{ fault: JSON.parse(injected), route }] },
    },
  });
}

async function remove(cluster: Cluster, target: Target): Promise<Undone> {
  const ref = virtualServiceRef(target.namespace, memoryOf(target).virtual_service);
  const found = await cluster.find(ref);
  if (found !== undefined) await cluster.remove(ref, found.uid);
  return {};
}

async function inject(cluster: Cluster, target: Target): Promise<void> {
  const { virtual_service, injected } = memoryOf(target);
  const found = await rememberedIn(cluster, target);
  if (found === undefined)
    throw new ChangedError(`VirtualService ${virtual_service} is not the one that it was`);
  const value = JSON.parse(injected);
  await cluster.patch(virtualServiceRef(found.namespace, found.name), [
    isThis(found),
    ...forwarding(found).flatMap(({ rule, path }): readonly Operation[] => [
      { op: 'test', path: `${path}/route`, value: rule.route },
      { op: 'test', path: `${path}/fault`, value: null },
      { op: 'add', path: `${path}/fault`, value },
    ]),
  ]);
}

/** From every rule that has it, wherever it stands by now, and from no other. */
async function eject(cluster: Cluster, target: Target): Promise<Undone> {
  const { virtual_service, injected } = memoryOf(target);
  const found = await rememberedIn(cluster, target);
  if (found === undefined) return { note: `VirtualService ${virtual_service} is gone` };
  const value = JSON.parse(injected);
  const standing = forwarding(found).filter(({ rule }) => isDeepStrictEqual(rule.fault, value));
  if (standing.length === 0) return {};
  const ref = virtualServiceRef(found.namespace, found.name);
  await cluster.patch(ref, [
    isThis(found),
    ...standing.flatMap(({ path }): readonly Operation[] => [
      { op: 'test', path: `${path}/fault`, value },
      { op: 'remove', path: `${path}/fault` },
    ]),
  ]);
  await cluster.disown(ref);
  return {};
}

async function rememberedIn(cluster: ClusterReader, target: Target): Promise<VirtualService | undefined> {
  const { virtual_service_uid } = memoryOf(target);
  return (await cluster.virtualServices(target.namespace)).find(({ uid }) => uid === virtual_service_uid);
}

const isThis = ({ uid }: VirtualService): Operation => ({ op: 'test', path: '/metadata/uid', value: uid });

const memoryOf = ({ before }: Target): Memory => before as unknown as Memory;

function byHand(target: Target): string {
  const { virtual_service, virtual_service_uid } = memoryOf(target);
  const what = `virtualservice -n ${target.namespace} ${virtual_service}`;
  return virtual_service_uid === undefined
    ? `kubectl delete ${what}`
    : `kubectl edit ${what}, and take \`fault\` off its rules`;
}
