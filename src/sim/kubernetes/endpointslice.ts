import type { Service } from '../../scenario/scenario.ts';
import { selects } from '../../scenario/selector.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { type Endpoint, type EndpointSlice, isTerminating, type PodObject, serviceKey } from './objects.ts';

/**
 * Wait before a failed sync is tried again: Kubernetes 1.35 pkg/controller/endpointslice/endpointslice_controller.go
 * defaultSyncBackOff. It would be doubled where that one failed as well, but a second later the cache is there.
 */
const SYNC_BACKOFF_MS = 1000;

/**
 * How often a sync reads the pods at once, as the source has it, and how much of its time is over when it does not: on a
 * busy machine the controller waits for the processor between an event and its work. On the testbed (1.35.4), where
 * syncs took 18.7 ms, about exponentially distributed: of 40 pairs of pods deleted at once, whose events came 0.1 to
 * 10 ms apart, the first slice of 20 knew of the first alone (these shares give 0.54); of 120 single pods killed by force,
 * whose going is two writes about 9.2 ms apart, that of 13 knew of the second already (0.6 exp(-9.2 / (0.32 * 18.7)) = 0.13).
 */
const READS_AT_ONCE = 0.4;
const LATE_READ_SHARE = 0.32;

/**
 * How often a sync that follows upon another finds the cache behind the write of that one: on the testbed (1.35.4) 7 of
 * 107.
 */
const STALE_SHARE = 1 / 16;

/**
 * The endpoint slice controller of one Service: says which addresses are ready.
 *
 * Acts on events of pods, and of the Service, without delay. A sync reads the pods when it begins, and writes when its work is done: what happens
 * in between is left to the next one (Kubernetes 1.35 pkg/controller/endpointslice/endpointslice_controller.go
 * syncService). So of several pods that go at once the first often has a slice of its own, which kube-proxy answers at
 * once, and the others wait out its pause. A sync that finds its own last write not yet in its cache is an error
 * ("EndpointSlice informer cache is out of date") and is tried again a second later.
 */
export class EndpointSliceController {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  #service: Service;
  readonly #pods = new Map<string, PodObject>();
  #slice: EndpointSlice;
  /** The pod change that the next sync answers, while one is due. */
  #due: Cause | undefined;
  #isBusy = false;

  constructor(environment: Environment, api: ApiClient, service: Service, steady: readonly PodObject[]) {
    this.#environment = environment;
    this.#api = api;
    this.#service = service;
    this.#select(steady);
    this.#slice = sliceOf(service, this.#pods.values());
    api.services.watch(({ name, service: next }, _gone, cause) => {
      if (name !== this.#slice.name) return;
      this.#service = next;
      this.#select(api.pods.values());
      this.#due = cause;
      this.#sync();
    });
    api.pods.watch((pod, gone, cause) => {
      if (!this.#isSelected(pod)) return;
      const before = this.#pods.get(pod.name);
      if (gone) this.#pods.delete(pod.name);
      else this.#pods.set(pod.name, pod);
      if (gone || before === undefined || hasChanged(before, pod)) {
        this.#due = cause;
        this.#sync();
      }
    });
  }

  get current(): EndpointSlice {
    return this.#slice;
  }

  #isSelected({ workload, template }: PodObject): boolean {
    const { namespace, selector } = this.#service;
    return workload.namespace === namespace && selects(selector, template.labels);
  }

  #select(pods: Iterable<PodObject>): void {
    this.#pods.clear();
    for (const pod of pods) if (this.#isSelected(pod)) this.#pods.set(pod.name, pod);
  }

  #sync(): void {
    // One worker holds a key at a time: what comes meanwhile is synced when the write has returned.
    if (this.#due === undefined || this.#isBusy) return;
    this.#isBusy = true;
    const work_ms = this.#environment.delay_ms('controller_sync');
    const isAtOnce = this.#environment.uniform('endpoint-slice/read')() < READS_AT_ONCE;
    const read_ms = isAtOnce ? 0 : LATE_READ_SHARE * work_ms;
    this.#environment.after(read_ms, () => {
      const next = sliceOf(this.#service, this.#pods.values());
      const due = this.#due as Cause;
      this.#due = undefined;
      if (isSame(next, this.#slice)) {
        this.#isBusy = false;
        return;
      }
      this.#environment.after(work_ms - read_ms, () => this.#write(next, due));
    });
  }

  #write(next: EndpointSlice, due: Cause): void {
    this.#slice = next;
    const cause = step(due, 'endpoint slice', this.#environment.now_ms);
    this.#api.endpoints.replace(next, cause, () => {
      this.#isBusy = false;
      if (this.#due === undefined) return;
      if (this.#environment.uniform('endpoint-slice/stale')() >= STALE_SHARE) {
        this.#sync();
        return;
      }
      // A further pod event does not wait for this: it queues the Service at once.
      this.#environment.after(SYNC_BACKOFF_MS, () => this.#sync());
    });
  }
}

/** Whether a change of a pod concerns its Services (k8s.io/endpointslice util/controller_utils.go podEndpointsChanged). */
function hasChanged(before: PodObject, pod: PodObject): boolean {
  return isTerminating(pod) || before.ready !== pod.ready || before.address !== pod.address;
}

/** Which pods are in, and as what: k8s.io/endpointslice util ShouldPodBeInEndpoints and utils.go podToEndpoint. */
function sliceOf(service: Service, pods: Iterable<PodObject>): EndpointSlice {
  const ready: string[] = [];
  const terminating: string[] = [];
  const endpoints: Endpoint[] = [];
  for (const pod of pods) {
    const { address, node } = pod;
    const hasEnded = pod.phase === 'Succeeded' || pod.phase === 'Failed';
    if (address === undefined || hasEnded) continue;
    const endpoint = { address, node, serving: pod.ready, terminating: isTerminating(pod) };
    endpoints.push(endpoint);
    const isReady = endpoint.serving && !endpoint.terminating;
    if (service.publish_not_ready_addresses || isReady) ready.push(address);
    else if (endpoint.serving) terminating.push(address);
  }
  return { name: serviceKey(service), ready, terminating, endpoints };
}

/** Whether there is nothing to write (util/controller_utils.go EndpointsEqualBeyondHash). */
function isSame(a: EndpointSlice, b: EndpointSlice): boolean {
  return (
    a.endpoints.length === b.endpoints.length &&
    a.endpoints.every((one, index) => {
      const other = b.endpoints[index] as Endpoint;
      return (
        one.address === other.address &&
        one.serving === other.serving &&
        one.terminating === other.terminating
      );
    })
  );
}
