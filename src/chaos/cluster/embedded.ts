/**
 * Kubernetes in this process: `@ngrok/webernetes`, which is Kubernetes' own kubelet, scheduler, kube-proxy
 * and controllers in TypeScript, in real time, with pods that serve. What it does differently from a real
 * cluster is in docs/embedded.md.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type {
  KubernetesObject,
  V1Deployment,
  V1EndpointSlice,
  V1Pod,
  V1Service,
} from '@kubernetes/client-node';
import { stream } from '../../scenario/random.ts';
import type { ManifestObject, Scenario, Selector } from '../../scenario/scenario.ts';
import { now_ms } from '../clock.ts';
import { sleep } from '../sleep.ts';
import {
  ChangedError,
  type Cluster,
  type ClusterIdentity,
  type ClusterNode,
  type ClusterWatcher,
  type Endpoints,
  type LoadTarget,
  type ObjectEvent,
  type ObjectRef,
  type Operation,
  type Pod,
  type PodRef,
  PodReplacedError,
  type Provided,
  type ProviderAction,
  type Transport,
  type WorkloadRef,
  type WorkloadState,
} from './cluster.ts';
import { Applications } from './embedded/application.ts';
import { checkEmbedded } from './embedded/check.ts';
import { startNodesApart } from './embedded/nodes-apart.ts';
import { images, lastApplied } from './embedded/object.ts';
import { embeddedTransport } from './embedded/transport.ts';
import {
  loadWebernetes,
  restoreDefaultPort,
  type Webernetes,
  type WebernetesCluster,
} from './embedded/webernetes.ts';
import { writeEvent } from './embedded/write-event.ts';
import { patched } from './json-patch.ts';
import {
  EndpointsMerger,
  SERVICE_NAME_LABEL,
  selectorString,
  viewEndpoints,
  viewNode,
  viewPod,
} from './view.ts';
import { viewWorkload } from './workload-view.ts';

/** An object is written to by its controllers in between. */
const WRITES_MAX = 10;
/** A deletion takes a pod's time to stop: tenths of a second. */
const REMOVAL_POLL_MS = 50;
const BUILT_IN_NAMESPACES = ['default', 'kube-system'];

/** Starts an empty cluster; it is up when this resolves. */
export async function startEmbeddedCluster(
  scenario: Pick<Scenario, 'seed' | 'cluster' | 'workloads' | 'services'>,
): Promise<Cluster> {
  const webernetes = await loadWebernetes();
  const cluster = new webernetes.Cluster({ nodes: scenario.cluster.nodes.length });
  restoreDefaultPort(cluster);
  startNodesApart(cluster, stream(scenario.seed, 0, 'embedded/nodes'));
  await cluster.init();
  return new EmbeddedCluster(webernetes, cluster, new Applications(scenario), scenario.cluster.nodes.length);
}

class EmbeddedCluster implements Cluster {
  readonly kind = 'embedded';
  readonly #webernetes: Webernetes;
  readonly #cluster: WebernetesCluster;
  readonly #applications: Applications;
  readonly #nodes: number;
  readonly #uid = randomUUID();
  readonly #images = new Set<string>();
  readonly #namespaces = new Set(BUILT_IN_NAMESPACES);

  constructor(webernetes: Webernetes, cluster: WebernetesCluster, applications: Applications, nodes: number) {
    this.#webernetes = webernetes;
    this.#cluster = cluster;
    this.#applications = applications;
    this.#nodes = nodes;
  }

  async describe(): Promise<string> {
    return `embedded, ${this.#nodes} ${this.#nodes === 1 ? 'node' : 'nodes'}`;
  }

  async identity(): Promise<ClusterIdentity> {
    return { kind: this.kind, uid: this.#uid };
  }

  /** Its calls are function calls. */
  async warm(): Promise<void> {}

  /** It has one account, which may do everything. */
  async may(): Promise<boolean> {
    return true;
  }

  async resourceOf(): Promise<undefined> {}

  check(scenario: Scenario): void {
    checkEmbedded(scenario);
  }

  async apply(object: ManifestObject): ReturnType<Cluster['apply']> {
    const accessor = this.#accessor(object);
    if (!accessor) return 'ignored';
    if (object.kind === 'Namespace') this.#namespaces.add(object.name);
    else await this.#ensureNamespace(object.namespace);
    const body = this.#adapt(object);
    for (const image of images(body)) this.#registerImage(image);

    const existing = await accessor.read();
    if (existing && isDeepStrictEqual(lastApplied(existing), body)) return 'unchanged';
    await this.#cluster.apply([body]);
    return existing ? 'configured' : 'created';
  }

  async find(ref: ObjectRef): ReturnType<Cluster['find']> {
    const object = await this.#accessor(ref)?.read();
    const uid = object?.metadata?.uid;
    return object && uid ? { uid, applied: lastApplied(object) !== undefined } : undefined;
  }

  async remove(ref: ObjectRef, uid: string): Promise<void> {
    const accessor = this.#accessor(ref);
    if (!accessor || (await this.find(ref))?.uid !== uid) return;
    await accessor.delete(uid);
    // Deleted in the foreground: an object goes when the last of its dependents is gone.
    while ((await this.find(ref))?.uid === uid) await sleep(REMOVAL_POLL_MS);
  }

  async pods(namespace: string, selector: Selector): Promise<readonly Pod[]> {
    const labelSelector = selectorString(selector);
    const { items } = await this.#cluster.api.corev1.listNamespacedPod({ namespace, labelSelector });
    return items.map(viewPod);
  }

  async podsOn(node: string): Promise<readonly Pod[]> {
    const query = { fieldSelector: `spec.nodeName=${node}` };
    return (await this.#cluster.api.corev1.listPodForAllNamespaces(query)).items.map(viewPod);
  }

  async nodes(): Promise<readonly ClusterNode[]> {
    return (await this.#cluster.api.corev1.listNode()).items.map(viewNode);
  }

  async workload({ kind, namespace, name }: WorkloadRef): Promise<WorkloadState | undefined> {
    const object = await this.#accessor({ apiVersion: 'apps/v1', kind, namespace, name })?.read();
    return object && viewWorkload(kind, object);
  }

  /** It has none. */
  async budgets(): Promise<readonly []> {
    return [];
  }

  /** It knows of none. */
  async networkPolicies(): Promise<readonly []> {
    return [];
  }

  /** There is no mesh in it. */
  async virtualServices(): Promise<readonly []> {
    return [];
  }

  async endpoints(namespace: string, service: string): Promise<Endpoints> {
    return viewEndpoints(service, (await this.#slices(namespace, service)).items);
  }

  async watch(
    target: { readonly namespace: string; readonly selector: Selector; readonly service: string },
    watcher: ClusterWatcher,
    signal: AbortSignal,
  ): Promise<void> {
    const { namespace, service } = target;
    const labelSelector = selectorString(target.selector);
    const lost = (error: unknown) => watcher.lost(error instanceof Error ? error : new Error(String(error)));

    const pods = this.#webernetes.makeInformer<V1Pod>(
      this.#cluster.kubeConfig,
      `/api/v1/namespaces/${namespace}/pods`,
      () => this.#cluster.api.corev1.listNamespacedPod({ namespace, labelSelector }),
      labelSelector,
    );
    pods.on('add', (pod) => watcher.pod('added', viewPod(pod)));
    pods.on('update', (pod) => watcher.pod('modified', viewPod(pod)));
    pods.on('delete', (pod) => watcher.pod('deleted', viewPod(pod)));
    pods.on('error', lost);

    const slices = this.#webernetes.makeInformer<V1EndpointSlice>(
      this.#cluster.kubeConfig,
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
      () => this.#slices(namespace, service),
      `${SERVICE_NAME_LABEL}=${service}`,
    );
    const merged = new EndpointsMerger(service, (endpoints) => watcher.endpoints(endpoints));
    slices.on('add', (slice) => merged.changed('added', slice));
    slices.on('update', (slice) => merged.changed('modified', slice));
    slices.on('delete', (slice) => merged.changed('deleted', slice));
    slices.on('error', lost);

    signal.addEventListener('abort', () => {
      void pods.stop();
      void slices.stop();
    });
    await pods.start();
    await slices.start();
    merged.begin();
  }

  async deletePod(pod: PodRef, grace_period_s: number | undefined): Promise<void> {
    const { namespace, name, uid } = pod;
    try {
      await this.#cluster.api.corev1.deleteNamespacedPod({
        namespace,
        name,
        body: {
          preconditions: { uid },
          ...(grace_period_s === undefined ? {} : { gracePeriodSeconds: grace_period_s }),
        },
      });
    } catch (error) {
      if (isStatus(error, 404, 409)) {
        throw new PodReplacedError(`pod ${namespace}/${name} with UID ${uid} is gone`);
      }
      throw error;
    }
  }

  /** Without disruption budgets, which it does not have, the eviction API does nothing but delete. */
  async evictPod(pod: PodRef, grace_period_s: number | undefined): Promise<undefined> {
    await this.deletePod(pod, grace_period_s);
  }

  /** There is no JSON Patch here: read, patched, and written back unless somebody wrote in between. */
  async patch(ref: ObjectRef, patch: readonly Operation[]): Promise<void> {
    const accessor = this.#accessor(ref);
    for (let attempt = 1; ; attempt += 1) {
      const object = await accessor?.read();
      if (!object || !accessor?.replace) throw new ChangedError(`there is no ${ref.kind} ${ref.name}`);
      try {
        await accessor.replace(patched(object, patch));
        return;
      } catch (error) {
        if (!isStatus(error, 409) || attempt === WRITES_MAX) throw error;
      }
    }
  }

  /** Nobody owns fields here. */
  async disown(): Promise<void> {}
  tell(event: ObjectEvent): Promise<void> {
    return writeEvent(this.#cluster.api, event);
  }

  async killContainer(pod: PodRef, container: string): Promise<void> {
    if (!this.#applications.kill(pod.uid, container)) throw notRunning(pod, container);
  }

  async provide(action: ProviderAction): Promise<Provided> {
    const after_ms = now_ms();
    if (action.verb === 'container-resume') this.#applications.resume(action.pod.uid, action.container);
    else if (action.verb !== 'container-pause') throw new Error(`the embedded cluster has no ${action.verb}`);
    else if (!this.#applications.pause(action.pod.uid, action.container)) {
      throw notRunning(action.pod, action.container);
    }
    return { after_ms, before_ms: now_ms() };
  }

  async transport(target: LoadTarget): Promise<Transport> {
    return embeddedTransport(this.#cluster, target);
  }

  async close(): Promise<void> {
    await this.#cluster.close();
  }

  /** A cluster without a cloud's load balancer behind it gives such a Service a node port, and so does this. */
  #adapt(object: ManifestObject): KubernetesObject {
    const body = structuredClone(object.body) as KubernetesObject & { spec?: { type?: string } };
    if (object.kind !== 'Namespace') body.metadata = { ...body.metadata, namespace: object.namespace };
    if (object.kind === 'Service' && body.spec?.type === 'LoadBalancer') body.spec.type = 'NodePort';
    return body;
  }

  #registerImage(reference: string): void {
    if (this.#images.has(reference)) return;
    this.#images.add(reference);
    this.#cluster.registerImage(this.#applications.image(reference, this.#webernetes));
  }

  /** Nobody else can have made it: the cluster began with this run. */
  async #ensureNamespace(name: string): Promise<void> {
    if (this.#namespaces.has(name)) return;
    this.#namespaces.add(name);
    await this.#cluster.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }]);
  }

  #slices(namespace: string, service: string) {
    return this.#cluster.api.discoveryv1.listNamespacedEndpointSlice({
      namespace,
      labelSelector: `${SERVICE_NAME_LABEL}=${service}`,
    });
  }

  /** How objects of this kind are read and deleted; undefined for the kinds that the cluster does not know. */
  #accessor({ apiVersion, kind, namespace, name }: ObjectRef): Accessor | undefined {
    const { corev1, appsv1 } = this.#cluster.api;
    const target = { namespace, name };
    const inForeground = (uid: string) => ({
      ...target,
      body: { preconditions: { uid }, propagationPolicy: 'Foreground' },
    });
    switch (`${apiVersion}/${kind}`) {
      case 'apps/v1/Deployment':
        return {
          read: () => unlessMissing(appsv1.readNamespacedDeployment(target)),
          replace: (body) => appsv1.replaceNamespacedDeployment({ ...target, body: body as V1Deployment }),
          delete: (uid) => appsv1.deleteNamespacedDeployment(inForeground(uid)),
        };
      case 'apps/v1/ReplicaSet':
        return {
          read: () => unlessMissing(appsv1.readNamespacedReplicaSet(target)),
          delete: (uid) => appsv1.deleteNamespacedReplicaSet(inForeground(uid)),
        };
      case 'v1/Service':
        return {
          read: () => unlessMissing(corev1.readNamespacedService(target)),
          replace: (body) => corev1.replaceNamespacedService({ ...target, body: body as V1Service }),
          delete: (uid) => corev1.deleteNamespacedService(inForeground(uid)),
        };
      case 'v1/Namespace':
        return {
          read: () => unlessMissing(corev1.readNamespace({ name })),
          delete: (uid) => corev1.deleteNamespace({ name, body: { preconditions: { uid } } }),
        };
      case 'v1/Pod':
        return {
          read: () => unlessMissing(corev1.readNamespacedPod(target)),
          delete: (uid) => corev1.deleteNamespacedPod(inForeground(uid)),
        };
      default:
        return undefined;
    }
  }
}

interface Accessor {
  read(): Promise<KubernetesObject | undefined>;
  /** Refused with 409 where it was written to since it was read. */
  replace?(object: KubernetesObject): Promise<unknown>;
  delete(uid: string): Promise<unknown>;
}

function notRunning({ namespace, name, uid }: PodRef, container: string): PodReplacedError {
  return new PodReplacedError(
    `container ${container} of pod ${namespace}/${name} with UID ${uid} does not run`,
  );
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

const isStatus = (error: unknown, ...codes: number[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(error.code as number);
