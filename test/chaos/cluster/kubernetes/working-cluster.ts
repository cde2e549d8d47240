/**
 * An API server with what a run needs to come to its end: nodes, workloads whose pods are ready at once and come back
 * where they are deleted, a Service at this machine's port of the load. It lets an account do what it was granted, and refuses the rest.
 */

import { patched } from '../../../../src/chaos/cluster/json-patch.ts';
import type { Access } from '../../../../src/chaos/cluster/kubernetes/access-review.ts';
import type { ManifestObject, Scenario, Workload } from '../../../../src/scenario/scenario.ts';
import { accessOf, covers, reviewOf } from './authorizer.ts';
import { type FakeApiServer, type FakeRequest, fakeApiServer, status } from './fake-api-server.ts';

export interface WorkingCluster extends FakeApiServer {
  /** What was done, and allowed. */
  readonly done: readonly Access[];
  /** What was tried, and refused. */
  readonly refused: readonly Access[];
  /** What was asked about. */
  readonly asked: readonly Access[];
}

interface Item {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
  readonly spec?: {
    readonly nodeName?: string;
    readonly unschedulable?: boolean;
    readonly taints?: readonly object[];
  };
}

/** A pod, with the containers that were added to it. */
interface Stressed {
  readonly spec: { readonly ephemeralContainers?: readonly { readonly name: string }[] };
  readonly status: object;
}

const NODES = ['node-1', 'node-2'];
const READY = [{ type: 'Ready', status: 'True' }];
const KINDS: Readonly<Record<string, readonly string[]>> = {
  '/api/v1': ['Service', 'Node', 'Namespace', 'ConfigMap', 'Secret', 'Pod'],
  '/apis/apps/v1': ['Deployment', 'StatefulSet', 'DaemonSet'],
  '/apis/networking.k8s.io/v1': ['NetworkPolicy'],
  '/apis/networking.istio.io/v1': ['VirtualService'],
};
const CLUSTER_SCOPED = ['Node', 'Namespace'];

export interface WorkingOptions {
  /** Whether the scenario's objects are there before the run. */
  readonly deployed: boolean;
  /** Whether pods end by themselves while their node is cordoned. */
  readonly podsEndWhenCordoned?: boolean;
}

export async function workingCluster(
  scenario: Scenario,
  grants: readonly Access[],
  options: WorkingOptions,
): Promise<WorkingCluster> {
  const items = new Map<string, Item>();
  const done: Access[] = [];
  const refused: Access[] = [];
  const asked: Access[] = [];
  let count = 0;

  const isGranted = (access: Access) => grants.some((grant) => covers(grant, access));
  const under = (prefix: string) => [...items].filter(([path]) => path.startsWith(prefix));

  for (const [index, name] of NODES.entries()) {
    // The second is no address of this machine, so that a fault may hit it.
    const address = ['127.0.0.1', '203.0.113.2'][index];
    items.set(`/api/v1/nodes/${name}`, {
      metadata: {
        ...{ name, uid: `uid-${name}`, resourceVersion: '1' },
        ...{ labels: { 'topology.kubernetes.io/zone': `zone-${index + 1}` } },
      },
      spec: {},
      ...{ status: { conditions: READY, addresses: [{ type: 'InternalIP', address }] } },
    });
  }
  items.set('/api/v1/namespaces/kube-system', { metadata: { name: 'kube-system', uid: 'uid-cluster' } });
  if (options.deployed) for (const object of scenario.objects) create(object);

  function pathOf({ apiVersion, kind, namespace, name }: Omit<ManifestObject, 'position' | 'body'>): string {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const within = CLUSTER_SCOPED.includes(kind) ? '' : `/namespaces/${namespace}`;
    return `${root}${within}/${plural(kind)}/${name}`;
  }

  function create(object: ManifestObject, annotations?: Item['metadata']['annotations']): Item {
    const { name, namespace, kind } = object;
    const workload = scenario.workloads.find(
      (each) => each.kind === kind && each.name === name && each.namespace === namespace,
    );
    const spec =
      kind === 'Service'
        ? {
            selector: {},
            clusterIP: '127.0.0.1',
            ports: [{ port: scenario.load.port, nodePort: scenario.load.port }],
          }
        : workload === undefined
          ? {}
          : deploy(workload);
    const item = { metadata: { name, namespace, uid: `uid-${++count}`, annotations }, ...{ spec } };
    const replicas = workload?.replicas;
    const counts = {
      ...{ replicas, updatedReplicas: replicas, availableReplicas: replicas, readyReplicas: replicas },
      ...{ desiredNumberScheduled: replicas, numberAvailable: replicas, updatedNumberScheduled: replicas },
    };
    const whole = { ...item, status: counts };
    items.set(pathOf(object), whole);
    return whole;
  }

  function deploy({ kind, namespace, name, pod, replicas }: Workload): object {
    const containers = pod.containers.map((container) => ({ name: container.name, image: container.image }));
    const names = Array.from({ length: replicas }, (_, index) => `${name}-abc-${index + 1}`);
    const owner = kind === 'Deployment' ? { kind: 'ReplicaSet', name: `${name}-abc` } : { kind, name };
    for (const [index, podName] of names.entries()) {
      items.set(`/api/v1/namespaces/${namespace}/pods/${podName}`, {
        metadata: {
          ...{ namespace, name: podName, uid: `uid-${podName}` },
          ...{ labels: { ...pod.labels, 'pod-template-hash': 'abc' } },
          ...{ ownerReferences: [{ controller: true, uid: 'uid-owner', ...owner }] },
        },
        spec: { nodeName: NODES[index % NODES.length] as string },
        // As if every container had been restarted once.
        ...{ status: running(containers, 1) },
      });
    }
    items.set(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${name}`, {
      metadata: { name, namespace, uid: `uid-${name}` },
      ...{ endpoints: names.map((each) => ({ targetRef: { kind: 'Pod', name: each } })) },
    });
    return { replicas, template: { metadata: {}, spec: { containers } } };
  }

  function running(containers: readonly { readonly name: string }[], restartCount: number): object {
    const containerStatuses = containers.map(({ name }) => ({ name, ready: true, restartCount }));
    return { phase: 'Running', conditions: READY, containerStatuses };
  }

  /** Its controller creates another, on the emptier of the nodes that take pods. */
  function replace(path: string): void {
    const pod = items.get(path) as Item & { readonly status: { containerStatuses: { name: string }[] } };
    const open = NODES.filter((name) => takesPods(items.get(`/api/v1/nodes/${name}`)));
    const siblings = under(path.slice(0, path.lastIndexOf('-'))).filter(([other]) => other !== path);
    const load = (node: string) => siblings.filter(([, { spec }]) => spec?.nodeName === node).length;
    items.set(path, {
      ...pod,
      metadata: { ...pod.metadata, uid: `${pod.metadata.uid}-again` },
      spec: { nodeName: open.toSorted((a, b) => load(a) - load(b))[0] as string },
      ...{ status: running(pod.status.containerStatuses, 0) },
    });
  }

  function remove(path: string): void {
    if (path.includes('/pods/')) {
      replace(path);
      return;
    }
    const { name, namespace } = items.get(path)?.metadata ?? {};
    items.delete(path);
    if (!/\/(deployment|statefulset|daemonset)s\//.test(path)) return;
    for (const [pod] of under(`/api/v1/namespaces/${namespace}/pods/${name}-abc-`)) items.delete(pod);
  }

  const server = await fakeApiServer((request) => {
    const review = reviewOf(request);
    if (review !== undefined) {
      asked.push(review);
      return { body: { status: { allowed: isGranted(review) } } };
    }
    for (const access of accessesOf(request)) {
      (isGranted(access) ? done : refused).push(access);
      if (!isGranted(access)) return status(403, 'Forbidden', 'no');
    }
    return answer(request);
  });

  /** To apply what is not there is to create it, too; and so it is to run a command (pkg/registry/core/pod/rest/subresources.go). */
  function accessesOf(request: FakeRequest): readonly Access[] {
    const access = accessOf(request);
    if (access === undefined) return [];
    if (access.resource === 'pods/exec') return [access, { ...access, verb: 'create' }];
    const isNew = access.verb === 'patch' && !items.has(wholeOf(request.path));
    return isNew ? [access, { ...access, verb: 'create' }] : [access];
  }

  function answer(request: FakeRequest): ReturnType<Parameters<typeof fakeApiServer>[0]> {
    const { method, path, query, body } = request;
    if (path === '/version') return { body: { gitVersion: 'v1.35.4' } };
    const kinds = KINDS[path];
    if (kinds !== undefined) {
      const resources = kinds.map((kind) => ({
        ...{ kind, name: plural(kind), namespaced: !CLUSTER_SCOPED.includes(kind) },
      }));
      return { body: { resources } };
    }
    if (query.watch === 'true') return (response) => void response.writeHead(200).flushHeaders();
    const whole = wholeOf(path);
    const found = items.get(whole);
    // Whoever runs a command in a stressor ends it; the client is answered without a WebSocket.
    if (path.endsWith('/exec')) {
      ended(whole);
      return undefined;
    }
    if (path.endsWith('/ephemeralcontainers')) return { body: stressed(whole, body as never) };
    switch (method) {
      case 'POST':
        if (path.endsWith('/eviction')) replace(whole);
        return { body: path.endsWith('/leases') ? posted(path, body as Item) : {} };
      case 'DELETE':
        remove(path);
        return { body: {} };
      case 'PATCH':
        return { body: Array.isArray(body) ? change(whole, body) : applied(whole, body as object) };
    }
    if (accessOf(request)?.verb === 'get') return found && { body: found };
    const everywhere = path === '/api/v1/pods';
    const onNode = /^spec\.nodeName=(.+)$/.exec(query.fieldSelector ?? '')?.[1];
    const listed = [...items]
      .filter(([key]) => (everywhere ? /\/pods\/[^/]+$/.test(key) : key.startsWith(`${path}/`)))
      .filter(([key]) => everywhere || !key.slice(path.length + 1).includes('/'))
      .map(([, item]) => item)
      .filter(({ spec }) => onNode === undefined || spec?.nodeName === onNode);
    return { body: { metadata: { resourceVersion: '1' }, items: listed } };
  }

  function change(path: string, patch: readonly { readonly path: string }[]): Item {
    const item = patched(items.get(path) as Item, patch as Parameters<typeof patched>[1]);
    // Whoever changes a field owns it from then on.
    const annotations = Object.keys(item.metadata.annotations ?? {}).map((key) => [`f:${key}`, {}]);
    const fieldsV1 = { 'f:metadata': { 'f:annotations': Object.fromEntries(annotations) } };
    const managedFields = [{ manager: 'foreshock', operation: 'Update', fieldsV1 }];
    const isGivenUp = patch.some((operation) => operation.path === '/metadata/managedFields');
    const changed = {
      ...item,
      metadata: { ...item.metadata, managedFields: isGivenUp ? [] : managedFields },
    };
    items.set(path, changed);
    const isTainted = (changed.spec?.taints ?? []).length > 0;
    if (isTainted || (options.podsEndWhenCordoned && path.includes('/nodes/') && !takesPods(changed))) {
      for (const [pod, { spec }] of items) {
        if (pod.includes('/pods/') && spec?.nodeName === changed.metadata.name) replace(pod);
      }
    }
    return changed;
  }

  /** What is added runs at once, for as long as its command sleeps. */
  function stressed(path: string, patch: Parameters<typeof patched>[1]): Item {
    const pod = patched(items.get(path) as Item & Stressed, patch);
    const ephemeralContainerStatuses = (pod.spec.ephemeralContainers ?? []).map(({ name }) => ({
      ...{ name, state: { running: {} } },
    }));
    const changed = { ...pod, status: { ...pod.status, ephemeralContainerStatuses } };
    items.set(path, changed);
    const seconds = Number(/sleep (\d+)/.exec(JSON.stringify(patch))?.[1]);
    setTimeout(() => items.get(path) !== undefined && ended(path), seconds * 1000).unref();
    return changed;
  }

  function ended(path: string): void {
    const pod = items.get(path) as Item & Stressed;
    const ephemeralContainerStatuses = (pod.spec.ephemeralContainers ?? []).map(({ name }) => ({
      ...{ name, state: { terminated: { reason: 'Completed' } } },
    }));
    items.set(path, { ...pod, status: { ...pod.status, ephemeralContainerStatuses } } as Item);
  }

  function posted(path: string, body: Item): Item {
    const metadata = { ...body.metadata, uid: `uid-${++count}`, resourceVersion: '1' };
    const item = { ...body, metadata };
    items.set(`${path}/${metadata.name}`, item);
    return item;
  }

  function applied(path: string, body: object): Item {
    const object = scenario.objects.find((each) => pathOf(each) === path);
    const found = items.get(path);
    if (found !== undefined) return { ...found, ...body };
    if (object !== undefined) return create(object, (body as Item).metadata.annotations);
    const { metadata, ...rest } = body as Item;
    const item = { ...rest, metadata: { ...metadata, uid: `uid-${++count}` } };
    items.set(path, item);
    return item;
  }

  return { ...server, done, refused, asked };
}

const plural = (kind: string): string => `${kind.toLowerCase()}s`.replace(/ys$/, 'ies');

const takesPods = (node: Item | undefined): boolean =>
  node?.spec?.unschedulable !== true && (node?.spec?.taints ?? []).length === 0;

const wholeOf = (path: string): string => path.replace(/\/(scale|eviction|exec|ephemeralcontainers)$/, '');
