/**
 * Kubernetes in this process: `@ngrok/webernetes`, which is Kubernetes' own kubelet, scheduler, kube-proxy
 * and controllers in TypeScript, in real time, with pods that serve. What it does differently from a real
 * cluster is in docs/embedded.md.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject, V1EndpointSlice, V1Pod } from '@kubernetes/client-node';
import { stream } from '../../scenario/random.ts';
import type { ManifestObject, Scenario, Selector } from '../../scenario/scenario.ts';
import {
  type Cluster,
  type ClusterWatcher,
  type Endpoints,
  type LoadTarget,
  type ObjectRef,
  type Pod,
  type PodRef,
  PodReplacedError,
  type Transport,
} from './cluster.ts';
import { Applications } from './embedded/application.ts';
import { embeddedTransport } from './embedded/transport.ts';
import {
  loadWebernetes,
  restoreDefaultPort,
  type Webernetes,
  type WebernetesCluster,
} from './embedded/webernetes.ts';
import { EndpointsMerger, SERVICE_NAME_LABEL, selectorString, viewEndpoints, viewPod } from './view.ts';

/** What `kubectl apply` and webernetes' own apply remember the applied manifest under. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** How often a deletion is looked after; it takes a pod's time to stop, so tenths of a second. */
const REMOVAL_POLL_MS = 50;
/** Kubernetes pkg/kubelet/kubelet.go genericPlegRelistPeriod, and webernetes' own. */
const PLEG_PERIOD_MS = 1000;
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

/**
 * Machines do not start within one millisecond. Were they to, the kubelets of all nodes would look at their
 * containers in step for ever, and what is killed on two nodes would always come back at the same moment.
 */
function startNodesApart(cluster: WebernetesCluster, random: () => number): void {
  for (const server of cluster.servers.slice(1)) {
    const boot = server.boot.bind(server);
    server.boot = async (context) => {
      await sleep(random() * PLEG_PERIOD_MS);
      await boot(context);
    };
  }
}

class EmbeddedCluster implements Cluster {
  readonly kind = 'embedded';
  readonly #webernetes: Webernetes;
  readonly #cluster: WebernetesCluster;
  readonly #applications: Applications;
  readonly #nodes: number;
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

  /** It has one account, which may do everything. */
  async may(): Promise<boolean> {
    return true;
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

  async find(ref: ObjectRef): Promise<{ uid: string } | undefined> {
    const uid = (await this.#accessor(ref)?.read())?.metadata?.uid;
    return uid === undefined ? undefined : { uid };
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

  async killContainer(pod: PodRef, container: string): Promise<void> {
    if (!this.#applications.kill(pod.uid, container)) {
      throw new PodReplacedError(
        `container ${container} of pod ${pod.namespace}/${pod.name} with UID ${pod.uid} does not run`,
      );
    }
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
  delete(uid: string): Promise<unknown>;
}

function images(body: KubernetesObject): string[] {
  interface PodSpec {
    readonly containers?: readonly { readonly image?: string }[];
  }
  const { spec } = body as { spec?: PodSpec & { template?: { spec?: PodSpec } } };
  const containers = spec?.template?.spec?.containers ?? spec?.containers ?? [];
  return containers.flatMap(({ image }) => (image ? [image] : []));
}

function lastApplied(object: KubernetesObject): unknown {
  const annotation = object.metadata?.annotations?.[LAST_APPLIED];
  return annotation === undefined ? undefined : JSON.parse(annotation);
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

const sleep = (duration_ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, duration_ms));
