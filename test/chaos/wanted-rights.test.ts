/** Every call of a run in a cluster is one that was asked for before anything was touched. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/chaos/cluster/cluster.ts';
import { patched } from '../../src/chaos/cluster/json-patch.ts';
import { connectKubernetes } from '../../src/chaos/cluster/kubernetes.ts';
import { dryRun } from '../../src/chaos/dry-run.ts';
import { measure } from '../../src/chaos/measure.ts';
import { rightsToApply } from '../../src/chaos/wanted-rights.ts';
import type { Fault, Scenario, Workload } from '../../src/scenario/scenario.ts';
import type { DryRun } from '../../src/timeline/dry-run.ts';
import { type FakeRequest, fakeApiServer } from './cluster/kubernetes/fake-api-server.ts';
import { FakeCluster } from './fake-cluster.ts';
import { temporaryJournal } from './run.ts';
import { containerKill, lasting, podKill, shortScenario } from './scenario.ts';

/** As a rule of RBAC has it, and where. */
interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string | undefined;
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PATCH: 'patch', DELETE: 'delete' };

/** What a request does; undefined for what is no resource. */
function accessOf({ method, path, query }: FakeRequest): (Access & { readonly name?: string }) | undefined {
  const found =
    /^\/(?:api|apis\/(?<group>[^/]+))\/v\d(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<resource>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<sub>[^/]+))?)?$/.exec(
      path,
    )?.groups;
  if (found === undefined) return undefined;
  const { group = '', namespace, resource, name, sub } = found;
  const reading = name !== undefined ? 'get' : query.watch === 'true' ? 'watch' : 'list';
  return {
    verb: method === 'GET' ? reading : VERBS[method]!,
    group,
    resource: sub === undefined ? resource! : `${resource}/${sub}`,
    namespace,
    ...(name === undefined ? {} : { name }),
  };
}

/** What the run has asked whether it may. */
function askedOf(requests: readonly FakeRequest[]): readonly Access[] {
  return requests.filter(isReview).map(({ body }) => {
    const { spec } = body as { spec: { resourceAttributes: Access & { subresource?: string } } };
    const { verb, group, resource, subresource, namespace } = spec.resourceAttributes;
    return { verb, group, resource: subresource ? `${resource}/${subresource}` : resource, namespace };
  });
}

const isReview = ({ path }: FakeRequest) => path.endsWith('/selfsubjectaccessreviews');

/** Two workloads of two replicas, in two namespaces; what is written is there, and pods that are deleted come back. */
async function cluster(scenario: Scenario) {
  const application = createServer((_, response) => response.end('ok'));
  await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
  const nodePort = (application.address() as AddressInfo).port;
  const objects = new Map<string, object>();
  const ready = [{ type: 'Ready', status: 'True' }];
  const put = (path: string, name: string, namespace: string | undefined, rest: object) =>
    objects.set(`${path}/${name}`, {
      metadata: { name, namespace, uid: `uid-${name}`, resourceVersion: '1' },
      ...rest,
    });
  for (const [index, address] of ['127.0.0.1', '203.0.113.2'].entries()) {
    const status = { conditions: ready, addresses: [{ type: 'InternalIP', address }] };
    const name = `node-${index + 1}`;
    const labels = { 'topology.kubernetes.io/zone': `zone-${index + 1}` };
    const metadata = { name, uid: `uid-${name}`, resourceVersion: '1', labels };
    objects.set(`/api/v1/nodes/${name}`, { metadata, spec: {}, status });
  }
  for (const { namespace, name, pod, replicas } of scenario.workloads) {
    const containers = pod.containers.map(({ name, image }) => ({ name, image }));
    put(`/apis/apps/v1/namespaces/${namespace}/deployments`, name, namespace, {
      spec: { replicas, template: { metadata: {}, spec: { containers } } },
      status: { replicas, updatedReplicas: replicas, availableReplicas: replicas },
    });
    const names = Array.from({ length: replicas }, (_, index) => `${name}-abc-${index + 1}`);
    for (const [index, podName] of names.entries()) {
      objects.set(`/api/v1/namespaces/${namespace}/pods/${podName}`, {
        metadata: {
          ...{ namespace, name: podName, uid: `uid-${podName}` },
          labels: { ...pod.labels, 'pod-template-hash': 'abc' },
          ownerReferences: [{ controller: true, kind: 'ReplicaSet', name: `${name}-abc`, uid: 'uid-rs' }],
        },
        spec: { nodeName: `node-${index + 1}` },
        status: {
          phase: 'Running',
          conditions: ready,
          containerStatuses: containers.map((each) => ({ name: each.name, ready: true, restartCount: 1 })),
        },
      });
    }
    put(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, name, namespace, {
      endpoints: names.map((each) => ({ targetRef: { kind: 'Pod', name: each } })),
    });
  }
  const kinds: Readonly<Record<string, readonly string[]>> = {
    '/api/v1': ['Service', 'Node', 'Pod'],
    '/apis/apps/v1': ['Deployment'],
    '/apis/networking.k8s.io/v1': ['NetworkPolicy'],
  };
  const server = await fakeApiServer((request) => {
    const { method, path, query, body } = request;
    if (isReview(request)) return { body: { status: { allowed: true } } };
    if (path === '/version') return { body: { gitVersion: 'v1.35.4' } };
    if (kinds[path] !== undefined) {
      const resources = kinds[path].map((kind) => ({
        ...{
          kind,
          name: kind === 'NetworkPolicy' ? 'networkpolicies' : `${kind.toLowerCase()}s`,
          namespaced: kind !== 'Node',
        },
      }));
      return { body: { resources } };
    }
    if (query.watch === 'true') return (response) => void response.writeHead(200).flushHeaders();
    const whole = path.replace(/\/(scale|eviction)$/, '');
    const object = objects.get(whole);
    if (method === 'POST' && path.endsWith('/leases')) {
      const lease = body as { readonly metadata: { readonly name: string } };
      const metadata = { ...lease.metadata, uid: 'uid-lease', resourceVersion: '1' };
      objects.set(`${path}/${metadata.name}`, { ...lease, metadata });
      return { body: { ...lease, metadata } };
    }
    if (method === 'POST') return { body: {} };
    if (method === 'DELETE') {
      if (path.includes('/pods/')) objects.set(path, replaced(object as ReplacedPod));
      else objects.delete(path);
      return { body: {} };
    }
    if (method === 'PATCH') {
      const { spec } = (Array.isArray(body) ? {} : body) as { spec?: object };
      const service = { spec: { ...spec, ports: [{ port: scenario.load.port, nodePort }] } };
      if (Array.isArray(body)) objects.set(whole, patched(object!, body));
      else put(whole.slice(0, whole.lastIndexOf('/')), whole.split('/').at(-1)!, 'default', service);
      return { body: objects.get(whole) };
    }
    if (accessOf(request)?.name !== undefined) return object && { body: object };
    const within = path.replace(/\/api\/v1\/pods$/, '');
    const items = [...objects].filter(
      ([key]) => key.startsWith(`${within}/`) && key.includes('/pods') === path.endsWith('/pods'),
    );
    const onNode = query.fieldSelector?.split('=')[1];
    const listed = items
      .map(([, each]) => each)
      .filter((each) => onNode === undefined || (each as ReplacedPod).spec?.nodeName === onNode);
    return { body: { metadata: { resourceVersion: '1' }, items: listed } };
  });
  const close = async () => {
    application.closeAllConnections();
    application.close();
    await server.close();
  };
  return { ...server, close };
}

interface ReplacedPod {
  readonly metadata: { readonly uid: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status: { readonly containerStatuses: readonly object[] };
}

function replaced(pod: ReplacedPod): object {
  const containerStatuses = pod.status.containerStatuses.map((each) => ({ ...each, restartCount: 0 }));
  const metadata = { ...pod.metadata, uid: `${pod.metadata.uid}-again` };
  return { ...pod, metadata, status: { ...pod.status, containerStatuses } };
}

/** All that is asked of the API server while a cluster like the scenario's is worked with. */
async function requestsDuring(
  fault: Fault,
  work: (scenario: Scenario, cluster: Cluster) => Promise<unknown>,
): Promise<readonly FakeRequest[]> {
  const one = shortScenario([fault]);
  const first = one.workloads[0] as Workload & { readonly kind: 'Deployment' };
  const other: Workload = { ...first, namespace: 'shop', name: 'other' };
  const scenario: Scenario = {
    ...one,
    workloads: [first, other],
    load: { ...one.load, source_ports: 'kernel' },
  };
  const server = await cluster(scenario);
  const options = { kubeconfig: server.kubeconfig, containerKillCommand: 'true', providerCommand: 'true' };
  try {
    await work(scenario, connectKubernetes(options));
    return server.requests;
  } finally {
    await server.close();
  }
}

async function runOf(fault: Fault): Promise<readonly FakeRequest[]> {
  const place = await temporaryJournal();
  try {
    return await requestsDuring(fault, (scenario, cluster) =>
      measure(scenario, cluster, {
        journal: place.journal,
        wander_ms: 0,
        trials: 1,
        recorder: () => ({ record: () => {} }),
      }),
    );
  } finally {
    await place.journal.close();
    await place.remove();
  }
}

const FAULTS: readonly Fault[] = [
  podKill(),
  containerKill(),
  lasting('container-pause'),
  lasting('sandbox-kill'),
  lasting('pod-eviction'),
  lasting('network-partition'),
  lasting('node-cordon'),
  lasting('node-drain'),
  lasting('node-taint'),
  lasting('node-loss'),
  lasting('node-partition'),
  lasting('zone-outage', { zone: 'zone-2' }),
  lasting('rollout-restart'),
  lasting('bad-image'),
  lasting('bad-readiness'),
  lasting('scale'),
  lasting('endpoint-removal'),
  lasting('control-plane-outage'),
  lasting('registry-outage'),
];

describe.concurrent('what a run does it has asked for before', { timeout: 30_000 }, () => {
  test.each(FAULTS.map((fault) => [fault.type, fault] as const))('%s', async (type, fault) => {
    const requests = await runOf(fault);
    const asked = askedOf(requests);
    const isAsked = (done: Access) =>
      asked.some(
        ({ verb, group, resource, namespace }) =>
          verb === done.verb &&
          group === done.group &&
          resource === done.resource &&
          (namespace === undefined || namespace === done.namespace),
      );
    const done = requests
      .filter((request) => !isReview(request))
      .flatMap((request) => accessOf(request) ?? []);
    // Whoever may not see it knows the cluster by its address.
    const needed = done.filter(({ name }) => name !== 'kube-system');
    expect(needed.filter((each) => !isAsked(each))).toEqual([]);
    const texts = new Set(needed.map(({ verb, resource, namespace }) => `${verb} ${resource} ${namespace}`));
    expect(texts).toContain('watch pods default');
    expect(texts).toContain('delete services default');
    if (type === 'endpoint-removal') expect(texts).toContain('patch services default');
    for (const verb of ['create', 'patch', 'get', 'delete']) {
      for (const namespace of ['default', 'shop']) expect(texts).toContain(`${verb} leases ${namespace}`);
    }
    if (type === 'node-drain') expect(texts).toContain('create pods/eviction shop');
    else if (['node-loss', 'node-partition'].includes(type)) expect(texts).toContain('delete pods shop');
    if (type.startsWith('container-') || type === 'sandbox-kill') expect(texts).toContain('get pods default');
  });
});

describe.concurrent('a dry run', { timeout: 30_000 }, () => {
  test.each(FAULTS.map((fault) => [fault.type, fault] as const))(
    'of %s only reads, but for the question what the account may',
    async (_type, fault) => {
      let planned: DryRun | undefined;
      const requests = await requestsDuring(fault, async (scenario, cluster) => {
        planned = await dryRun(scenario, cluster, { journal: '' });
      });
      expect(requests.filter((request) => request.method !== 'GET' && !isReview(request))).toEqual([]);
      expect(requests.some(isReview)).toBe(true);
      expect(planned!.acts).toHaveLength(1);
      expect(planned!.rights.missing).toEqual([]);
    },
  );
});

describe('what it takes to apply manifests', () => {
  const verbs = async (cluster: FakeCluster) => {
    const rights = await rightsToApply(cluster, shortScenario([]));
    return rights.map(({ verb, group, resource, namespace }) => `${verb} ${group}/${resource} ${namespace}`);
  };

  test('is nothing for what is there', async () => {
    const cluster = new FakeCluster(shortScenario([]));
    for (const object of shortScenario([]).objects.filter(({ kind }) => kind === 'Deployment')) {
      await cluster.apply(object);
    }
    expect(await verbs(cluster)).toEqual([
      'create /services default',
      'patch /services default',
      'delete /services default',
    ]);
  });

  test('is not known of a kind that another manifest may bring', async () => {
    const cluster = new FakeCluster(shortScenario([]));
    const none = Object.assign(cluster, {
      resourceOf: async () => undefined,
      find: async () => {
        throw new Error('no such kind');
      },
    });
    expect(await verbs(none)).toEqual([]);
  });
});
