/** As much of an API server as a run asks for: objects with uids and versions, patches, preconditions, Leases. */
import { ChangedError, type Operation } from '../../../src/chaos/cluster/cluster.ts';
import { patched } from '../../../src/chaos/cluster/json-patch.ts';
import type { Scenario, Workload } from '../../../src/scenario/scenario.ts';
import { type FakeRequest, status } from '../cluster/kubernetes/fake-api-server.ts';

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly object[];
  readonly creationTimestamp: string;
}

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind
type Stored = { metadata: Metadata } & Record<string, any>;

const KINDS: Readonly<Record<string, readonly string[]>> = {
  '/api/v1': ['Service', 'Node', 'Namespace', 'Pod'],
  '/apis/apps/v1': ['Deployment', 'StatefulSet', 'DaemonSet'],
  '/apis/networking.k8s.io/v1': ['NetworkPolicy'],
};
const CLUSTER_WIDE = ['Node', 'Namespace'];
const READY = [{ type: 'Ready', status: 'True' }];

export class KubernetesState {
  readonly #objects = new Map<string, Stored>();
  #version = 0;

  constructor({ workloads }: Scenario) {
    this.#put('/api/v1/namespaces/kube-system', {});
    for (const namespace of new Set(workloads.map((workload) => workload.namespace))) {
      this.#put(`/api/v1/namespaces/${namespace}`, {});
    }
    for (const index of [1, 2]) {
      const addresses = [{ type: 'InternalIP', address: `203.0.113.${index}` }];
      this.#put(`/api/v1/nodes/node-${index}`, { spec: {}, status: { conditions: READY, addresses } });
    }
    for (const workload of workloads) this.#add(workload);
  }

  /** All that a run may change, without what the server counts; what is left out is false or empty. */
  get content(): unknown {
    return (
      [...this.#objects]
        // Events stay on purpose, for whoever asks who did it; the API server forgets them by itself.
        .filter(([path]) => !path.startsWith('/apis/events.k8s.io/'))
        .map(([path, { metadata, ...rest }]) => {
          // Pods come and go; each comes with the labels of its template.
          if (path.includes('/pods/')) return [path, metadata.labels];
          const { resourceVersion, managedFields, annotations = {}, ...kept } = metadata;
          const { unschedulable = false, taints = [], ...spec } = rest.spec ?? {};
          return [
            path,
            { ...rest, spec: { ...spec, unschedulable, taints }, metadata: { ...kept, annotations } },
          ];
        })
        .sort()
    );
  }

  answer(request: FakeRequest): Answer | undefined {
    const { method, path } = request;
    if (path.endsWith('/selfsubjectaccessreviews')) return { body: { status: { allowed: true } } };
    if (path === '/version') return { body: { gitVersion: 'v1.35.4' } };
    const kinds = KINDS[path];
    if (kinds !== undefined) {
      const resources = kinds.map((kind) => ({
        ...{ kind, name: kind === 'NetworkPolicy' ? 'networkpolicies' : `${kind.toLowerCase()}s` },
        ...{ namespaced: !CLUSTER_WIDE.includes(kind) },
      }));
      return { body: { resources } };
    }
    if (method === 'POST') return this.#create(request);
    if (method === 'PATCH') return this.#patch(request);
    if (method === 'DELETE') return this.#delete(request);
    const found = this.#objects.get(path);
    if (found !== undefined) return { body: found };
    return isCollection(path) ? this.#list(request) : undefined;
  }

  #list({ path, query }: FakeRequest): Answer {
    const [group, resource] = [path.replace(/\/[^/]+$/, ''), path.split('/').at(-1)];
    const labels = (query.labelSelector ?? '').split(',').filter((part) => part !== '');
    const node = query.fieldSelector?.split('=')[1];
    const items = [...this.#objects].flatMap(([key, object]) => {
      const parts = key.split('/');
      if (parts.at(-2) !== resource || !key.startsWith(group)) return [];
      const own = object.metadata.labels ?? {};
      const isSelected = labels.every((label) => own[label.split('=')[0]!] === label.split('=')[1]);
      return isSelected && (node === undefined || object.spec.nodeName === node) ? [object] : [];
    });
    return { body: { metadata: { resourceVersion: String(this.#version) }, items } };
  }

  #create({ path, body }: FakeRequest): Answer | undefined {
    if (path.endsWith('/eviction')) return this.#replacePod(path.replace('/eviction', ''));
    const object = body as Stored;
    const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
    if (!this.#objects.has(`/api/v1/namespaces/${namespace}`)) return undefined;
    const key = `${path}/${object.metadata.name}`;
    if (this.#objects.has(key)) return status(409, 'AlreadyExists', `${key} is there`);
    return { status: 201, body: this.#put(key, object) };
  }

  #patch({ path, query, body }: FakeRequest): Answer | undefined {
    if (!Array.isArray(body)) {
      const fields = managed('Apply', (body as Stored).metadata.annotations ?? {});
      return { body: this.#put(path, body as Stored, [fields]) };
    }
    const isScale = path.endsWith('/scale');
    const key = path.replace(/\/scale$/, '');
    const object = this.#objects.get(key);
    if (object === undefined) return undefined;
    try {
      const after = isScale ? scaled(object, body) : patched(object, body);
      const before = object.metadata.annotations ?? {};
      const set = Object.entries(after.metadata.annotations ?? {}).filter(([name]) => !(name in before));
      const fields =
        query.fieldManager === undefined || isScale ? [] : [managed('Update', Object.fromEntries(set))];
      const stored = this.#put(key, after, [...(after.metadata.managedFields ?? []), ...fields]);
      if (key.includes('/deployments/')) this.#fill(stored);
      return { body: stored };
    } catch (error) {
      if (!(error instanceof ChangedError)) throw error;
      return status(422, 'Invalid', error.message);
    }
  }

  #delete({ path, body }: FakeRequest): Answer | undefined {
    const object = this.#objects.get(path);
    if (object === undefined) return undefined;
    const { uid, resourceVersion } = (body as { preconditions?: Partial<Metadata> }).preconditions ?? {};
    const { metadata } = object;
    const isMet =
      (uid ?? metadata.uid) === metadata.uid &&
      (resourceVersion ?? metadata.resourceVersion) === metadata.resourceVersion;
    if (!isMet) return status(409, 'Conflict', `${path} is another one`);
    if (path.includes('/pods/')) return this.#replacePod(path);
    this.#objects.delete(path);
    return { body: {} };
  }

  #replacePod(path: string): Answer | undefined {
    const pod = this.#objects.get(path);
    if (pod === undefined) return undefined;
    this.#objects.delete(path);
    this.#put(path, { ...pod, metadata: { ...pod.metadata, uid: undefined } as never });
    return { body: {} };
  }

  #add({ namespace, name, pod, replicas }: Workload): void {
    const containers = pod.containers.map((each) => ({ name: each.name, image: each.image }));
    const stored = this.#put(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`, {
      metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } },
      spec: { replicas, template: { metadata: { labels: pod.labels }, spec: { containers } } },
    });
    this.#fill(stored);
    this.#put(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${name}`, {
      metadata: { labels: { 'kubernetes.io/service-name': name } },
      endpoints: [1, 2].map((index) => ({ targetRef: { kind: 'Pod', name: `${name}-abc-${index}` } })),
    });
  }

  /** Its controller is quick: every pod that is wanted is ready, unless its image is nowhere, then the old ones stay. */
  #fill(deployment: Stored): void {
    const { namespace, name, uid } = deployment.metadata;
    const { replicas, template } = deployment.spec;
    const at = `/api/v1/namespaces/${namespace}/pods/${name}-abc-`;
    for (const path of this.#objects.keys()) {
      if (path.startsWith(at) && Number(path.slice(at.length)) > replicas) this.#objects.delete(path);
    }
    for (let index = 1; index <= replicas; index += 1) {
      if (this.#objects.has(`${at}${index}`)) continue;
      this.#put(`${at}${index}`, {
        metadata: {
          labels: { ...template.metadata.labels, 'pod-template-hash': 'abc' },
          ownerReferences: [{ controller: true, kind: 'ReplicaSet', name: `${name}-abc`, uid }],
        },
        spec: { nodeName: `node-${index}` },
        status: {
          phase: 'Running',
          conditions: READY,
          containerStatuses: template.spec.containers.map((each: { name: string }) => ({
            ...{ name: each.name, ready: true, restartCount: 0 },
          })),
        },
      });
    }
    deployment.status = { replicas, updatedReplicas: replicas, availableReplicas: replicas };
  }

  #put(path: string, object: object, managedFields?: readonly object[]): Stored {
    const { metadata, ...rest } = object as Stored;
    const before = this.#objects.get(path)?.metadata;
    this.#version += 1;
    const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
    const stored: Stored = {
      ...rest,
      metadata: {
        ...metadata,
        name: path.split('/').at(-1)!,
        ...(namespace === undefined ? {} : { namespace }),
        uid: metadata?.uid ?? before?.uid ?? `uid-${this.#version}`,
        resourceVersion: String(this.#version),
        creationTimestamp: '2026-11-21T08:00:00Z',
        ...(managedFields === undefined ? {} : { managedFields }),
      },
    };
    this.#objects.set(path, stored);
    return stored;
  }
}

/** It leaves 0 replicas out, as Kubernetes does. */
function scaled(object: Stored, patch: readonly Operation[]): Stored {
  const { replicas } = object.spec;
  const { uid } = object.metadata;
  const { spec } = patched({ metadata: { uid }, spec: replicas === 0 ? {} : { replicas } }, patch);
  return { ...object, spec: { ...object.spec, replicas: (spec as { replicas?: number }).replicas ?? 0 } };
}

function managed(operation: 'Apply' | 'Update', annotations: object): object {
  const fields = Object.fromEntries(Object.keys(annotations).map((key) => [`f:${key}`, {}]));
  return { manager: 'foreshock', operation, fieldsV1: { 'f:metadata': { 'f:annotations': fields } } };
}

const isCollection = (path: string): boolean =>
  /\/(pods|nodes|namespaces|deployments|statefulsets|daemonsets|endpointslices|leases|poddisruptionbudgets)$/.test(
    path,
  );
