/** As much of an API server as a run asks for: objects with uids and versions, patches, preconditions, Leases. */
import { ChangedError, type Operation } from '../../../src/chaos/cluster/cluster.ts';
import { patched } from '../../../src/chaos/cluster/json-patch.ts';
import { NO_IMAGE } from '../../../src/scenario/no-image.ts';
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
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  readonly managedFields?: readonly object[];
  readonly generation?: number;
  readonly creationTimestamp: string;
}

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind
type Stored = { metadata: Metadata } & Record<string, any>;

interface Change {
  readonly key: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Stored;
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  '/api/v1': ['Service', 'Node', 'Namespace', 'Pod'],
  '/apis/apps/v1': ['Deployment', 'StatefulSet', 'DaemonSet'],
  '/apis/networking.k8s.io/v1': ['NetworkPolicy'],
  '/apis/networking.istio.io/v1': ['VirtualService'],
};
const CLUSTER_WIDE = ['Node', 'Namespace'];
const READY = [{ type: 'Ready', status: 'True' }];
/** Until a StatefulSet's controller has seen a change of it. */
const SEEN_AFTER_MS = 50;

export class KubernetesState {
  /** Deletions that would have hit whatever has the name: by path. */
  readonly unconditional: string[] = [];
  /** Pods that were ready and were deleted or evicted: by path. */
  readonly killed: string[] = [];
  readonly #objects = new Map<string, Stored>();
  /** All that was ever changed, in order. */
  readonly #changes: Change[] = [];
  readonly #watchers = new Set<(change: Change) => void>();
  #version = 0;

  constructor({ workloads, faults }: Scenario) {
    this.#put('/api/v1/namespaces/kube-system', {});
    for (const namespace of new Set(workloads.map((workload) => workload.namespace))) {
      this.#put(`/api/v1/namespaces/${namespace}`, {});
    }
    for (const index of [1, 2]) {
      const addresses = [{ type: 'InternalIP', address: `203.0.113.${index}` }];
      this.#put(`/api/v1/nodes/node-${index}`, {
        metadata: { labels: { 'topology.kubernetes.io/zone': `zone-${index}` } },
        spec: { providerID: `fake://zone-${index}/machine-${index}` },
        status: { conditions: READY, addresses },
      });
    }
    for (const workload of workloads) {
      if (workload.kind === 'StatefulSet') this.#addSet(workload);
      else this.#add(workload);
    }
    // One of the two finds a VirtualService to change, the other makes its own.
    const ruled = faults.find((fault) => fault.type === 'http-abort');
    if (ruled === undefined) return;
    const { namespace, service } = ruled;
    const route = [{ destination: { host: service } }];
    const canary = { match: [{ headers: { canary: { exact: 'yes' } } }], route };
    this.#put(`/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices/routes`, {
      spec: { hosts: [service], http: [canary, { route }] },
    });
  }

  /** All that a run may change, without what the server counts; what is left out is false or empty. */
  get content(): unknown {
    return (
      [...this.#objects]
        // Events stay, to tell what was done.
        .filter(([path]) => !path.includes('/events/'))
        .map(([path, { metadata, ...rest }]) => {
          // Pods come and go; each comes with the labels of its template. What was added to it stays, and has ended.
          if (path.includes('/pods/')) return [path, metadata.labels, stressorsOf(rest).filter(isRunning)];
          const { resourceVersion, managedFields, generation, annotations = {}, ...kept } = metadata;
          const { unschedulable = false, taints = [], ...spec } = rest.spec ?? {};
          return [
            path,
            {
              ...{ ...rest, status: { ...rest.status, observedGeneration: undefined } },
              ...{ spec: { ...settled(spec), unschedulable, taints }, metadata: { ...kept, annotations } },
            },
          ];
        })
        .sort()
    );
  }

  /** How often a pod was taken away. */
  get podsGone(): number {
    return this.#changes.filter(({ key, type }) => type === 'DELETED' && key.includes('/pods/')).length;
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
    // Whoever runs a command in a stressor ends it; the client is answered without a WebSocket.
    if (path.endsWith('/exec')) return this.#endStressors(path.replace(/\/exec$/, ''));
    const found = this.#objects.get(path);
    if (found !== undefined) return { body: found };
    return isCollection(path) ? this.#list(request) : undefined;
  }

  /**
   * Tells of each change since the version that is asked for, and of those to come, until the caller has enough.
   *
   * @returns says that
   */
  watch(request: FakeRequest, tell: (event: object) => void): () => void {
    const say = ({ key, type, object }: Change) => {
      if (isSelected(request, key, object)) tell({ type, object });
    };
    const since = Number(request.query.resourceVersion);
    for (const change of this.#changes)
      if (Number(change.object.metadata.resourceVersion) > since) say(change);
    this.#watchers.add(say);
    return () => this.#watchers.delete(say);
  }

  #list(request: FakeRequest): Answer {
    const items = [...this.#objects]
      .filter(([key, object]) => isSelected(request, key, object))
      .map(([, object]) => object);
    return { body: { metadata: { resourceVersion: String(this.#version) }, items } };
  }

  /** Somebody else has deleted it, and it was made anew. @returns as `objectAt` */
  replace(path: string): unknown {
    const object = this.#objects.get(path);
    if (object !== undefined)
      this.#put(path, { ...object, metadata: { ...object.metadata, uid: `uid-other-${this.#version}` } });
    return this.objectAt(path);
  }

  /** As it stands, without what the server and its controllers count. */
  objectAt(path: string): unknown {
    const object = this.#objects.get(path);
    return (
      object && {
        ...object,
        status: undefined,
        metadata: { ...object.metadata, resourceVersion: '', managedFields: [] },
      }
    );
  }

  #tell(change: Change): void {
    this.#changes.push(change);
    for (const say of this.#watchers) say(change);
  }

  #remove(key: string): void {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    this.#tell({ key, type: 'DELETED', object: { ...object, metadata } });
  }

  #create({ path, body }: FakeRequest): Answer | undefined {
    if (path.endsWith('/eviction')) {
      const { deleteOptions } = body as { deleteOptions?: object };
      return this.#delete({
        method: 'DELETE',
        path: path.replace('/eviction', ''),
        query: {},
        body: deleteOptions,
      });
    }
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
    const key = path.replace(/\/(scale|ephemeralcontainers)$/, '');
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
      if (key.includes('/statefulsets/')) this.#changeSet(key, object, stored);
      if (path.endsWith('/ephemeralcontainers')) setStates(stored, { running: {} });
      return { body: stored };
    } catch (error) {
      if (!(error instanceof ChangedError)) throw error;
      return status(422, 'Invalid', error.message);
    }
  }

  #delete({ path, body }: FakeRequest): Answer | undefined {
    const object = this.#objects.get(path);
    if (object === undefined) return undefined;
    const { uid, resourceVersion } =
      (body as { preconditions?: Partial<Metadata> } | undefined)?.preconditions ?? {};
    if (uid === undefined) this.unconditional.push(path);
    const { metadata } = object;
    const isMet =
      (uid ?? metadata.uid) === metadata.uid &&
      (resourceVersion ?? metadata.resourceVersion) === metadata.resourceVersion;
    if (!isMet) return status(409, 'Conflict', `${path} is another one`);
    if (path.includes('/pods/')) return this.#replacePod(path);
    this.#remove(path);
    return { body: {} };
  }

  #replacePod(path: string): Answer | undefined {
    const pod = this.#objects.get(path);
    if (pod === undefined) return undefined;
    if (pod.status.conditions.length > 0) this.killed.push(path);
    this.#remove(path);
    const [owner] = pod.metadata.ownerReferences ?? [];
    if (owner?.kind === 'StatefulSet') {
      this.#putPodOf(
        path.replace(/\/api\/v1(.*)\/pods\/.*$/, `/apis/apps/v1$1/statefulsets/${owner.name}`),
        path,
      );
    } else {
      const { ephemeralContainers: _, ...spec } = pod.spec;
      const { ephemeralContainerStatuses: __, ...state } = pod.status;
      this.#put(path, {
        ...pod,
        spec,
        status: state,
        metadata: { ...pod.metadata, uid: undefined } as never,
      });
    }
    return { body: {} };
  }

  #endStressors(path: string): undefined {
    const pod = this.#objects.get(path);
    if (pod !== undefined) setStates(pod, { terminated: { reason: 'Completed' } });
  }

  /** What its controller does when it has seen it: with a bad template the last pod is one that never gets ready. */
  #changeSet(path: string, before: Stored, { spec, metadata }: Stored): void {
    if (JSON.stringify(before.spec) === JSON.stringify(spec)) return;
    const generation = (before.metadata.generation ?? 1) + 1;
    this.#put(path, { ...this.#objects.get(path), metadata: { ...metadata, generation } });
    setTimeout(() => {
      const set = this.#objects.get(path);
      if (set?.metadata.generation !== generation) return;
      this.#seen.set(path, set.spec.template);
      const last = `/api/v1/namespaces/${set.metadata.namespace}/pods/${set.metadata.name}-${set.spec.replicas - 1}`;
      const wasReady = this.#objects.get(last)?.status.conditions.length > 0;
      if (wasReady && isBad(set.spec.template)) this.#putPodOf(path, last);
      this.#count(path);
    }, SEEN_AFTER_MS);
  }

  /** The template that its controller knows, by path of the set. */
  readonly #seen = new Map<string, Stored['template']>();

  #putPodOf(path: string, at: string): void {
    const { metadata } = this.#objects.get(path)!;
    const template = this.#seen.get(path)!;
    const isReady = !isBad(template);
    const uid = `uid-${this.#version}-of-set`;
    const ordinal = Number(at.split('-').at(-1));
    this.#put(at, {
      metadata: {
        ...{ uid, labels: template.metadata.labels },
        ownerReferences: [{ controller: true, kind: 'StatefulSet', name: metadata.name, uid: metadata.uid }],
      },
      spec: { nodeName: `node-${ordinal + 1}`, ...template.spec },
      status: {
        phase: 'Running',
        conditions: isReady ? READY : [],
        containerStatuses: template.spec.containers.map(({ name }: { name: string }) => ({
          ...{ name, ready: isReady, restartCount: 0 },
        })),
      },
    } as never);
    this.#count(path);
  }

  #count(path: string): void {
    const set = this.#objects.get(path)!;
    const at = `/api/v1/namespaces/${set.metadata.namespace}/pods/${set.metadata.name}-`;
    const pods = [...this.#objects].filter(([key]) => key.startsWith(at)).map(([, pod]) => pod);
    const ready = pods.filter(({ status }) => status.conditions.length > 0).length;
    set.status = {
      ...{ replicas: pods.length, readyReplicas: ready, updatedReplicas: ready },
      observedGeneration: set.metadata.generation,
    };
  }

  #addSet({ namespace, name, pod, replicas }: Workload): void {
    const containers = pod.containers.map((each) => ({ name: each.name, image: each.image }));
    const path = `/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}`;
    const template = { metadata: { labels: pod.labels }, spec: { containers } };
    this.#put(path, {
      metadata: { generation: 1 },
      spec: { replicas, selector: { matchLabels: pod.labels }, template },
    } as never);
    this.#seen.set(path, template);
    const names = Array.from({ length: replicas }, (_, ordinal) => `${name}-${ordinal}`);
    for (const each of names) this.#putPodOf(path, `/api/v1/namespaces/${namespace}/pods/${each}`);
    this.#put(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${name}`, {
      metadata: { labels: { 'kubernetes.io/service-name': name } },
      endpoints: names.map((each) => ({ targetRef: { kind: 'Pod', name: each } })),
    });
  }

  #add(workload: Workload): void {
    const { namespace, name, pod, replicas } = workload;
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
      if (path.startsWith(at) && Number(path.slice(at.length)) > replicas) this.#remove(path);
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
    this.#tell({ key: path, type: before === undefined ? 'ADDED' : 'MODIFIED', object: stored });
    return stored;
  }
}

/** That a rollout was restarted stays in the template, as kubectl leaves it. */
function settled({ template, ...spec }: { readonly template?: Stored }): object {
  if (template === undefined) return spec;
  return { ...spec, template: { ...template, metadata: { labels: template.metadata.labels } } };
}

/** Its image is nowhere, or nobody serves what its readiness probe asks. */
const isBad = ({ spec }: Stored['template']): boolean =>
  spec.containers.some(
    (each: { image: string; readinessProbe?: { tcpSocket?: object } }) =>
      each.image === NO_IMAGE || each.readinessProbe?.tcpSocket !== undefined,
  );

/** By its path, its labels and the one field that is asked for. */
function isSelected({ path, query }: FakeRequest, key: string, object: Stored): boolean {
  const [group, resource] = [path.replace(/\/[^/]+$/, ''), path.split('/').at(-1)];
  if (key.split('/').at(-2) !== resource || !key.startsWith(group)) return false;
  const labels = (query.labelSelector ?? '').split(',').filter((part) => part !== '');
  const own = object.metadata.labels ?? {};
  if (!labels.every((label) => own[label.split('=')[0]!] === label.split('=')[1])) return false;
  const [field, value] = query.fieldSelector?.split('=') ?? [];
  if (field === 'metadata.name') return object.metadata.name === value;
  return field === undefined || object.spec.nodeName === value;
}

interface StressorStatus {
  readonly name: string;
  readonly state: { readonly running?: object; readonly terminated?: object };
}

const stressorsOf = ({
  status,
}: Record<string, { ephemeralContainerStatuses?: StressorStatus[] } | undefined>) =>
  status?.ephemeralContainerStatuses ?? [];

const isRunning = ({ state }: StressorStatus): boolean => state.running !== undefined;

/** Of those whose state is not known yet, or of all where they have ended. */
function setStates(pod: Stored, state: StressorStatus['state']): void {
  const added: readonly { readonly name: string }[] = pod.spec.ephemeralContainers ?? [];
  const before = stressorsOf(pod as never);
  pod.status = {
    ...pod.status,
    ephemeralContainerStatuses: added.map(
      ({ name }) => (isEnd(state) ? undefined : before.find((each) => each.name === name)) ?? { name, state },
    ),
  };
}

const isEnd = ({ terminated }: StressorStatus['state']): boolean => terminated !== undefined;

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
  /\/(pods|nodes|namespaces|services|deployments|statefulsets|daemonsets|endpointslices|networkpolicies|leases|poddisruptionbudgets|virtualservices)$/.test(
    path,
  );
