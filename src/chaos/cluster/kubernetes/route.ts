import { connect } from 'node:net';
import type { V1Node, V1Service } from '@kubernetes/client-node';
import { EXIT, UserError } from '../../../scenario/errors.ts';
import type { HttpTarget } from '../../load/http.ts';
import { ownAddresses } from '../../own-addresses.ts';
import type { LoadTarget } from '../cluster.ts';
import type { Api } from './api.ts';
import { isApiError } from './errors.ts';

/** Node ports are the same on all nodes; this many are tried. */
const NODES_TRIED_MAX = 3;
const CONNECT_TIMEOUT_MS = 1000;
/** Of new endpoints kube-proxy hears after a sync at most, of which it makes one a second. */
const PROXY_PATIENCE_MS = 3000;
const RETRY_PAUSE_MS = 100;

/**
 * The address at which load from here reaches a Service, the outermost first: its load balancer, a node port
 * (of the first node by name that answers), its cluster address.
 *
 * @param nodes of the cluster, as far as the account may see them: without, there is no node port
 * @param expectAnswer whether the Service has ready endpoints, so that a way that works can be told from one
 *   that does not; without, the first way is taken on trust
 * @throws UserError where none works; it says which were tried
 */
export async function findRoute(
  api: Api,
  target: LoadTarget,
  nodes: readonly V1Node[],
  expectAnswer: boolean,
): Promise<HttpTarget> {
  const service = await readService(api, target);
  const ways = [
    ...loadBalancerWays(service, nodes, target),
    ...nodePortWays(service, nodes, target),
    ...clusterAddressWays(service, nodes, target),
  ];
  const first = ways[0];
  if (first && !expectAnswer) return first;
  const found = new AbortController();
  const attempts = ways.map(async (way) => ({ way, failure: await keepTrying(way, found.signal) }));
  const tried: string[] = [];
  for (const attempt of attempts) {
    const { way, failure } = await attempt;
    if (failure === undefined) {
      found.abort();
      return way;
    }
    tried.push(`${way.route}: ${failure}`);
  }
  throw new UserError(
    `no way from here to Service ${target.namespace}/${target.service}, port ${target.port}` +
      (tried.length > 0 ? `; tried ${tried.join('; ')}` : '; it has no address'),
    {
      exitCode: EXIT.configuration,
      hint: 'run foreshock where the nodes can be reached (on a node, or in a pod), or make the Service a NodePort or LoadBalancer; a port-forward would pin one pod',
    },
  );
}

async function readService(api: Api, { namespace, service, port }: LoadTarget): Promise<V1Service> {
  const call = {
    verb: 'get',
    group: '',
    version: 'v1',
    resource: 'services',
    namespace,
    name: service,
  } as const;
  let found: V1Service;
  try {
    found = await api.read<V1Service>(call);
  } catch (error) {
    if (!isApiError(error, 404)) throw error;
    throw new UserError(`there is no Service ${namespace}/${service}`, {
      exitCode: EXIT.configuration,
      cause: error,
    });
  }
  const ports = found.spec?.ports ?? [];
  if (!ports.some((candidate) => candidate.port === port)) {
    throw new UserError(`Service ${namespace}/${service} has no port ${port}`, {
      exitCode: EXIT.configuration,
      hint: `it has ${ports.map((candidate) => candidate.port).join(', ') || 'none'}`,
    });
  }
  return found;
}

/** Some clusters have nodes for load balancers, as k3s. */
function loadBalancerWays(service: V1Service, nodes: readonly V1Node[], { port }: LoadTarget): HttpTarget[] {
  return (service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => {
    const host = ip ?? hostname;
    if (host === undefined) return [];
    const node = nodeWith(nodes, new Set([host]));
    return [{ host, port, node, route: `load balancer ${host}:${port}` }];
  });
}

function nodePortWays(service: V1Service, nodes: readonly V1Node[], { port }: LoadTarget): HttpTarget[] {
  const nodePort = service.spec?.ports?.find((candidate) => candidate.port === port)?.nodePort;
  if (nodePort === undefined) return [];
  return nodes
    .toSorted((a, b) => (a.metadata?.name ?? '').localeCompare(b.metadata?.name ?? ''))
    .slice(0, NODES_TRIED_MAX)
    .flatMap((node) => {
      const host = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
      const name = node.metadata?.name;
      const route = `NodePort ${nodePort} of ${name}, ${host}`;
      return host === undefined ? [] : [{ host, port: nodePort, node: name, route }];
    });
}

/** From a node, its own kube-proxy chooses the backend; from a pod, that of the pod's node (own-addresses.ts). */
function clusterAddressWays(
  service: V1Service,
  nodes: readonly V1Node[],
  { port }: LoadTarget,
): HttpTarget[] {
  const host = service.spec?.clusterIP;
  if (!host || host === 'None') return [];
  return [{ host, port, node: nodeWith(nodes, ownAddresses()), route: `ClusterIP ${host}:${port}` }];
}

function nodeWith(nodes: readonly V1Node[], wanted: ReadonlySet<string>): string | undefined {
  return nodes.find((node) => node.status?.addresses?.some(({ address }) => wanted.has(address)))?.metadata
    ?.name;
}

/** @returns why not; undefined where a connection was made before kube-proxy's time was up */
async function keepTrying(way: HttpTarget, enough: AbortSignal): Promise<string | undefined> {
  const deadline_ms = performance.now() + PROXY_PATIENCE_MS;
  for (;;) {
    const failure = await tryToConnect(way);
    if (failure === undefined || enough.aborted || performance.now() > deadline_ms) return failure;
    await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
  }
}

/** @returns why not; undefined where a connection was made */
function tryToConnect({ host, port }: HttpTarget): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const finish = (failure: string | undefined) => {
      socket.destroy();
      resolve(failure);
    };
    socket.on('connect', () => finish(undefined));
    socket.on('timeout', () => finish(`no answer within ${CONNECT_TIMEOUT_MS} ms`));
    socket.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  });
}
