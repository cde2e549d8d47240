/**
 * A cluster that a kubeconfig points at, through its API alone. Imported only when one is asked for
 * (open.ts): the client takes a while to load.
 */
import { isDeepStrictEqual } from 'node:util';
import type {
  KubernetesObject,
  V1EndpointSlice,
  V1Node,
  V1Pod,
  V1PodDisruptionBudget,
} from '@kubernetes/client-node';
import type { ManifestObject, Scenario, Selector } from '../../scenario/scenario.ts';
import { HttpTransport } from '../load/http.ts';
import { sleep } from '../sleep.ts';
import { FIELD_MANAGER } from './annotations.ts';
import {
  type Budget,
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
  type Provided,
  type ProviderAction,
  type Refusal,
  type Transport,
  type WorkloadRef,
  type WorkloadState,
} from './cluster.ts';
import { isAllowed } from './kubernetes/access-review.ts';
import { Api, type Call } from './kubernetes/api.ts';
import { BUDGETS, core, SLICES, WRITE_PAUSE_MS, WRITES_MAX } from './kubernetes/calls.ts';
import { type Command, parseCommand } from './kubernetes/command.ts';
import type { ConfigOptions } from './kubernetes/config.ts';
import { requireKillCommand, runContainerKill } from './kubernetes/container-kill.ts';
import { Credentials } from './kubernetes/credentials.ts';
import { disown } from './kubernetes/disown.ts';
import { ApiEphemeralContainers } from './kubernetes/ephemeral-containers.ts';
import { ApiError, isApiError, refusedManifest } from './kubernetes/errors.ts';
import { addressOf, describeBy, identityOf, visibleNodes } from './kubernetes/identity.ts';
import { Kinds } from './kubernetes/kinds.ts';
import { ApiLeases } from './kubernetes/leases.ts';
import { removeObject } from './kubernetes/object-removal.ts';
import { checkIsThere, deletePod, evictPod } from './kubernetes/pod-removal.ts';
import { checkProvider, runProvider } from './kubernetes/provider.ts';
import { findRoute } from './kubernetes/route.ts';
import { scalePatch } from './kubernetes/scale-patch.ts';
import { follow, tellingOnce } from './kubernetes/watch.ts';
import { writeEvent } from './kubernetes/write-event.ts';
import {
  NETWORK_POLICIES,
  type NetworkPolicy,
  type NetworkPolicyObject,
  viewNetworkPolicy,
} from './network-policy.ts';
import type { Unavailable } from './unavailable.ts';
import {
  EndpointsMerger,
  SERVICE_NAME_LABEL,
  selectorString,
  viewBudget,
  viewEndpoints,
  viewFound,
  viewNode,
  viewPod,
} from './view.ts';
import {
  VIRTUAL_SERVICES,
  type VirtualService,
  type VirtualServiceObject,
  viewVirtualService,
} from './virtual-service.ts';
import { viewWorkload } from './workload-view.ts';

export interface KubernetesOptions extends ConfigOptions {
  /** What kills a container's main process, as words or a JSON list; see kubernetes/container-kill.ts. */
  readonly containerKillCommand?: string | undefined;
  /** What breaks machines and the control plane, in the same form; see kubernetes/provider.ts. */
  readonly providerCommand?: string | undefined;
  /** How long a call is tried for while the API server, which has answered before, is away or busy. Default: 10 s. */
  readonly patience_ms?: number | undefined;
}

const APPLY_PATCH = 'application/apply-patch+yaml';
const JSON_PATCH = 'application/json-patch+json';

/** @throws UserError where an option or the kubeconfig is of no use; the cluster itself is not asked yet */
export function connectKubernetes(options: KubernetesOptions): Cluster {
  const { containerKillCommand, providerCommand } = options;
  const commands = {
    kill:
      containerKillCommand === undefined ? undefined : parseCommand(containerKillCommand, 'container kill'),
    provider: providerCommand === undefined ? undefined : parseCommand(providerCommand, 'provider'),
  };
  const credentials = new Credentials(options);
  return new KubernetesCluster(credentials, new Api(credentials, options.patience_ms), commands);
}

interface Commands {
  readonly kill: Command | undefined;
  readonly provider: Command | undefined;
}

class KubernetesCluster implements Cluster {
  readonly kind = 'kubernetes';
  readonly leases: ApiLeases;
  readonly ephemeral: ApiEphemeralContainers;
  readonly #credentials: Credentials;
  readonly #api: Api;
  readonly #kinds: Kinds;
  readonly #commands: Commands;

  /** @param kinds that are known already */
  constructor(credentials: Credentials, api: Api, commands: Commands, kinds = new Kinds(api)) {
    this.#credentials = credentials;
    this.#api = api;
    this.leases = new ApiLeases(api);
    this.ephemeral = new ApiEphemeralContainers(api, credentials);
    this.#kinds = kinds;
    this.#commands = commands;
  }

  stoppedBy(signal: AbortSignal): Cluster {
    return new KubernetesCluster(this.#credentials, this.#api.stoppedBy(signal), this.#commands, this.#kinds);
  }

  describe(): Promise<string> {
    return describeBy(this.#api);
  }

  identity(): Promise<ClusterIdentity> {
    return identityOf(this.#api);
  }

  address(): ClusterIdentity {
    return addressOf(this.#api);
  }

  warm(calls: number, signal?: AbortSignal): Promise<void> {
    return this.#api.warm(calls, signal);
  }

  may(
    verb: string,
    resource: string,
    namespace: string | undefined,
    group = '',
    name?: string,
  ): Promise<boolean> {
    return isAllowed(this.#api, { verb, group, resource, namespace, name });
  }

  resourceOf(ref: ObjectRef): ReturnType<Cluster['resourceOf']> {
    return this.#kinds.resourceOf(ref);
  }

  check({ faults }: Scenario): void {
    if (faults.some(({ type }) => type === 'container-kill')) requireKillCommand(this.#commands.kill);
    checkProvider(this.#commands.provider, faults);
  }

  /** An object that already is as the manifest says is not written to, not even to be listed as ours. */
  async apply(object: ManifestObject): ReturnType<Cluster['apply']> {
    const target = await this.#kinds.locate(object, object.position);
    const body = structuredClone(object.body) as KubernetesObject;
    if (target.namespace !== undefined) body.metadata = { ...body.metadata, namespace: target.namespace };
    try {
      const existing = await this.#read(target);
      if (existing && (await this.#isAsApplied(target, body, existing))) return 'unchanged';
      await this.#applyPatch(target, body, {});
      return existing ? 'configured' : 'created';
    } catch (error) {
      throw error instanceof ApiError ? refusedManifest(object, error) : error;
    }
  }

  async find(ref: ObjectRef): ReturnType<Cluster['find']> {
    return viewFound(await this.#read(await this.#kinds.locate(ref)));
  }

  async remove(ref: ObjectRef, uid: string): Promise<void> {
    const target = await this.#kinds.locate(ref);
    await removeObject(this.#api, target, uid, {
      isThere: async () => (await this.find(ref))?.uid === uid,
      what: `${ref.kind} ${ref.namespace}/${ref.name}`,
    });
  }

  async pods(namespace: string, selector: Selector): Promise<readonly Pod[]> {
    const query = { labelSelector: selectorString(selector) };
    const { items } = await this.#api.read<{ items: V1Pod[] }>(core('list', 'pods', namespace), { query });
    return items.map(viewPod);
  }

  async podsOn(node: string): Promise<readonly Pod[]> {
    const query = { fieldSelector: `spec.nodeName=${node}` };
    return (await this.#api.read<{ items: V1Pod[] }>(core('list', 'pods'), { query })).items.map(viewPod);
  }

  async nodes(): Promise<readonly ClusterNode[]> {
    return (await this.#api.read<{ items: V1Node[] }>(core('list', 'nodes'))).items.map(viewNode);
  }

  async workload({ kind, namespace, name }: WorkloadRef): Promise<WorkloadState | undefined> {
    const apiVersion = kind === 'Job' ? 'batch/v1' : 'apps/v1';
    const object = await this.#read(await this.#kinds.locate({ apiVersion, kind, namespace, name }));
    return object && viewWorkload(kind, object);
  }

  async budgets(namespace: string): Promise<readonly Budget[]> {
    const { items } = await this.#api.read<{ items: V1PodDisruptionBudget[] }>({ ...BUDGETS, namespace });
    return items.map(viewBudget);
  }

  async networkPolicies(namespace: string): Promise<readonly NetworkPolicy[]> {
    const call = { ...NETWORK_POLICIES, verb: 'list', namespace } as const;
    return (await this.#api.read<{ items: NetworkPolicyObject[] }>(call)).items.map(viewNetworkPolicy);
  }

  async virtualServices(namespace: string | undefined): Promise<readonly VirtualService[]> {
    const call = { ...VIRTUAL_SERVICES, verb: 'list', resource: 'virtualservices', namespace } as const;
    return (await this.#api.read<{ items: VirtualServiceObject[] }>(call)).items.map(viewVirtualService);
  }

  async endpoints(namespace: string, service: string): Promise<Endpoints> {
    const query = { labelSelector: `${SERVICE_NAME_LABEL}=${service}` };
    const { items } = await this.#api.read<{ items: V1EndpointSlice[] }>(
      { ...SLICES, verb: 'list', namespace },
      { query },
    );
    return viewEndpoints(service, items);
  }

  async watch(
    target: { readonly namespace: string; readonly selector: Selector; readonly service: string },
    watcher: ClusterWatcher,
    signal: AbortSignal,
  ): Promise<void> {
    const { namespace, service } = target;
    const [forPods, forSlices] = tellingOnce(watcher);
    const merged = new EndpointsMerger(service, (endpoints) => watcher.endpoints(endpoints));
    await Promise.all([
      follow<V1Pod>(
        this.#api,
        core('list', 'pods', namespace),
        { labelSelector: selectorString(target.selector) },
        { changed: (change, pod) => watcher.pod(change, viewPod(pod)), ...forPods },
        signal,
      ),
      follow<V1EndpointSlice>(
        this.#api,
        { ...SLICES, namespace },
        { labelSelector: `${SERVICE_NAME_LABEL}=${service}` },
        { changed: (change, slice) => merged.changed(change, slice), ...forSlices },
        signal,
      ),
    ]);
    merged.begin();
  }

  deletePod(pod: PodRef, grace_period_s: number | undefined): Promise<void> {
    return deletePod(this.#api, pod, grace_period_s);
  }

  evictPod(pod: PodRef, grace_period_s: number | undefined): Promise<Refusal | undefined> {
    return evictPod(this.#api, pod, grace_period_s);
  }

  async patch(ref: ObjectRef, patch: readonly Operation[], subresource?: 'scale'): Promise<void> {
    const target = { ...(await this.#kinds.locate(ref)), verb: 'patch', subresource } as const;
    const options = {
      query: { fieldManager: FIELD_MANAGER },
      body: subresource === 'scale' ? scalePatch(patch) : patch,
      contentType: JSON_PATCH,
    };
    let doubt: Unavailable | undefined;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return void (await this.#api.call(target, options));
      } catch (error) {
        if (!isApiError(error, 404, 409, 422)) throw error;
        // It may be an earlier attempt that has changed it: whoever asks must take it for done, and undo it.
        doubt ??= error.inDoubt;
        if (error.code === 409 && attempt < WRITES_MAX) await sleep(WRITE_PAUSE_MS);
        else throw doubt ?? asChanged(ref, error);
      }
    }
  }

  async disown(ref: ObjectRef): Promise<void> {
    await disown(this.#api, await this.#kinds.locate(ref));
  }

  tell(event: ObjectEvent, signal: AbortSignal): Promise<void> {
    return writeEvent(this.#api, event, signal);
  }

  async killContainer(pod: PodRef, container: string): Promise<void> {
    await checkIsThere(this.#api, pod);
    await runContainerKill(this.#commands.kill, pod, container);
  }

  async provide(action: ProviderAction): Promise<Provided> {
    const { verb } = action;
    if (verb === 'container-pause' || verb === 'sandbox-kill') await checkIsThere(this.#api, action.pod);
    return runProvider(this.#commands.provider, action);
  }

  async transport(target: LoadTarget): Promise<Transport> {
    const { ready } = await this.endpoints(target.namespace, target.service);
    const nodes = (await visibleNodes(this.#api)) ?? [];
    return new HttpTransport(await findRoute(this.#api, target, nodes, ready.length > 0));
  }

  async close(): Promise<void> {}

  async #read(target: Omit<Call, 'verb'>): Promise<KubernetesObject | undefined> {
    try {
      return await this.#api.read<KubernetesObject>({ ...target, verb: 'get' });
    } catch (error) {
      if (isApiError(error, 404)) return undefined;
      throw error;
    }
  }

  async #isAsApplied(
    target: Omit<Call, 'verb'>,
    body: KubernetesObject,
    existing: KubernetesObject,
  ): Promise<boolean> {
    let before: KubernetesObject | undefined = existing;
    for (let attempt = 0; before && attempt < WRITES_MAX; attempt += 1) {
      const after = await this.#applyPatch(target, body, { dryRun: 'All' });
      if (before.metadata?.resourceVersion === after.metadata?.resourceVersion) {
        return isDeepStrictEqual(content(before), content(after));
      }
      // A controller wrote to it in between: what it changed is not for us to be blamed for.
      before = await this.#read(target);
    }
    return false;
  }

  #applyPatch(
    target: Omit<Call, 'verb'>,
    body: KubernetesObject,
    dryRun: { dryRun?: 'All' },
  ): Promise<KubernetesObject> {
    const query = { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', ...dryRun };
    return this.#api.call({ ...target, verb: 'patch' }, { query, body, contentType: APPLY_PATCH });
  }
}

/** What a person wrote or sees of an object: not the server's book-keeping, not what controllers report. */
function content(object: KubernetesObject): unknown {
  const { metadata, ...rest } = object as KubernetesObject & { status?: unknown };
  return { ...rest, status: undefined, labels: metadata?.labels, annotations: metadata?.annotations };
}

const asChanged = ({ kind, name }: ObjectRef, cause: ApiError): ChangedError =>
  new ChangedError(`${kind} ${name} is not as it was: ${cause.message}`, { cause });
