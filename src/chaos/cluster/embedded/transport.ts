import type { LoadTarget, Transport, TransportRequest, TransportResult } from '../cluster.ts';
import { CONNECTION_BROKEN } from './application.ts';
import type { WebernetesCluster } from './webernetes.ts';

/** Requests enter at the first node's port of the Service where it has one, else at its cluster address. */
export async function embeddedTransport(cluster: WebernetesCluster, target: LoadTarget): Promise<Transport> {
  const { namespace, service: name } = target;
  const service = await cluster.api.corev1.readNamespacedService({ namespace, name });
  const nodePort = service.spec?.ports?.find(({ port }) => port === target.port)?.nodePort;
  const first = nodePort === undefined ? undefined : await firstNode(cluster);
  const origin = first
    ? `http://${first.address}:${nodePort}`
    : `http://${service.spec?.clusterIP}:${target.port}`;
  const via = first ? `node port ${nodePort} of the first node` : `cluster address ${origin}`;
  return {
    route: `${via}, in this process`,
    entry_node: first?.name,
    send: (request) => send(cluster, origin, request),
    close: async () => {},
  };
}

async function send(
  cluster: WebernetesCluster,
  origin: string,
  { path, timeout_ms }: TransportRequest,
): Promise<TransportResult> {
  const { promise: timeout, resolve } = Promise.withResolvers<TransportResult>();
  const timer = setTimeout(resolve, timeout_ms, { outcome: 'timeout', status: undefined });
  const answer = cluster.fetch(origin + path).then(
    ({ status }): TransportResult =>
      status === CONNECTION_BROKEN
        ? { outcome: 'reset', status: undefined }
        : { outcome: 'answered', status },
    (error: unknown): TransportResult => ({ outcome: outcomeOf(error), status: undefined }),
  );
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Webernetes rejects as Node's fetch does: with the system's or undici's error code in the cause. */
function outcomeOf(error: unknown): TransportResult['outcome'] {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ENOTFOUND':
      return 'unreachable';
    default:
      return 'reset';
  }
}

async function firstNode(cluster: WebernetesCluster): Promise<{ name: string; address: string } | undefined> {
  const { items } = await cluster.api.corev1.listNode();
  const nodes = items.map(({ metadata, status }) => ({
    name: metadata?.name ?? '',
    address: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
  }));
  return nodes.toSorted((a, b) => a.name.localeCompare(b.name))[0];
}
