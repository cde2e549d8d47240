import { type Cause, step } from '../cause.ts';
import type { Process } from './container-runtime.ts';
import type { StartResult } from './container-start.ts';
import type { ContainerState } from './container-state.ts';
import type { CpuQuota } from './cpu-quota.ts';
import type { KubeletNode } from './kubelet-node.ts';
import type { MemoryLimit } from './memory-limit.ts';
import { isTerminal, type PodObject } from './objects.ts';
import type { Relisted } from './pleg.ts';
import { addProbes } from './pod-probes.ts';
import { PodState } from './pod-state.ts';
import { syncContainers } from './pod-sync.ts';
import { stopPod, whenUnmounted } from './pod-termination.ts';
import type { ProbeKind } from './prober.ts';
import type { Sandbox } from './sandbox.ts';

/** Longest pause between two syncs of a pod (Kubernetes 1.35 pkg/kubelet/apis/config/v1beta1/defaults.go SyncFrequency). */
const RESYNC_MS = 60_000;

/** Pause after a sync that failed (pkg/kubelet/kubelet.go backOffPeriod). */
const FAILED_SYNC_MS = 10_000;

/**
 * How often the results of two probes of a pod that change at one moment ask for one sync and not for two: the second
 * comes before the worker has taken up the first (pkg/kubelet/pod_workers.go UpdatePod, startPodSync). Which goroutine
 * is first is up to Go's scheduler: a frequency, not a mechanism. Measured: 23 of 68 pods of nginx with a startup and a
 * readiness probe of one period (Kubernetes 1.35.4, two nodes on one machine of 2 cores).
 */
const ONE_REQUEST_SHARE = 0.34;

/** The kubelet's least grace period (pkg/kubelet/pod_workers.go calculateEffectiveGracePeriod). */
const GRACE_PERIOD_MIN_S = 1;

/**
 * The kubelet's worker of one pod, after Kubernetes 1.35 pkg/kubelet/pod_workers.go podWorkerLoop and kubelet.go
 * SyncPod, SyncTerminatingPod, SyncTerminatedPod.
 *
 * One sync at a time. Requests that come meanwhile are one request, and a sync waits until the cache is newer than
 * the end of the sync before: that is why a container that starts is reported up to a second later, and why the
 * second probe of an unready pod comes with the look after. What a sync is to do is settled before that wait.
 */
export class PodWorker implements Relisted {
  readonly name: string;
  readonly #node: KubeletNode;
  readonly #state: PodState;
  readonly #onGone: () => void;
  #work: 'sync' | 'terminate' | 'clean-up' | 'none' = 'sync';
  #isBusy = false;
  /** What the next sync answers. */
  #pending: Cause | undefined;
  #synced_at_ms = Number.NEGATIVE_INFINITY;
  /** The probe that last asked for a sync while none was asked for, and when. */
  #askedBy: { readonly kind: ProbeKind; readonly at_ms: number } | undefined;
  #mount: 'none' | 'waiting' | 'given-up' | 'done' = 'none';
  #deletion: { readonly grace_period_s: number; readonly cause: Cause } | undefined;
  #isGone = false;

  /** @param onGone told when nothing of the pod is left, neither on the node nor as an object */
  constructor(node: KubeletNode, pod: PodObject, onGone: () => void) {
    this.name = pod.name;
    this.#node = node;
    this.#onGone = onGone;
    this.#state = new PodState(node.environment, pod, {
      serving: (process, cause) => node.events.processServing(this, process, cause),
      answersLookup: (at_ms) => node.dnsOutages.answers(pod.name, at_ms),
    });
    node.statuses.add(pod);
  }

  /** The latest; undefined before the first. */
  get sandbox(): Sandbox | undefined {
    return this.#state.sandbox.latest;
  }

  get cached_at_ms(): number {
    return this.#state.cached_at_ms;
  }

  /** The process that serves a port: of the container or sidecar that names the port, else of the first container. */
  processAt(port: number): Process | undefined {
    const { containers, sidecars } = this.#state;
    const named = [...containers, ...sidecars].find(
      ({ spec }) => 'ports' in spec && spec.ports.some(({ number }) => number === port),
    );
    return (named ?? containers[0])?.process;
  }

  /** The latest process of a container or init container. */
  container(name: string): Process | undefined {
    const { containers, init } = this.#state;
    return [...containers, ...init].find(({ spec }) => spec.name === name)?.process;
  }

  get cpu(): CpuQuota {
    return this.#state.cpu;
  }

  get memory(): MemoryLimit {
    return this.#state.memory;
  }

  /** What holds its sandbox is killed; see `Sandbox`. */
  killSandbox(cause: Cause): void {
    this.sandbox?.kill(this.#node.environment.now_ms, cause);
  }

  /** A pod that has been running and ready since long ago: part of the steady state before the trial. */
  startLongAgo(): void {
    this.#mount = 'done';
    this.#state.settle();
    for (const container of this.#state.lasting) {
      this.#addProbes(container);
      const { process } = container;
      if (process !== undefined) for (const probe of container.probes) probe.startLongAgo(process);
      this.#node.images.restore(container.spec.image);
    }
  }

  /** The kubelet has seen that the pod is its to run. */
  start(cause: Cause): void {
    this.changed(cause);
  }

  /** The pod was deleted; called again where the grace period was shortened, or the object is gone. */
  delete(grace_period_s: number, cause: Cause, isGone: boolean): void {
    this.#isGone ||= isGone;
    const shortest_s = Math.min(grace_period_s, this.#deletion?.grace_period_s ?? grace_period_s);
    this.#deletion = { grace_period_s: shortest_s, cause: this.#deletion?.cause ?? cause };
    if (this.#work === 'none') {
      if (isGone) this.#onGone();
      return;
    }
    if (this.#work === 'sync') {
      this.#work = 'terminate';
      if (this.#mount === 'waiting') {
        this.#mount = 'given-up';
        this.#end();
      }
    }
    this.changed(cause);
  }

  /** The machine has lost its power: nothing runs any more, and nobody is told. */
  powerOff(cause: Cause): void {
    const { sandbox, init, containers } = this.#state;
    if (sandbox.latest !== undefined) sandbox.latest.isUp = false;
    for (const { process } of [...init, ...containers]) process?.kill(cause);
  }

  relist(listed_at_ms: number): Cause | undefined {
    return this.#state.relist(listed_at_ms);
  }

  /** Something asks for a sync. */
  changed(cause: Cause): void {
    this.#pending = cause;
    this.#next();
  }

  #next(): void {
    const cause = this.#pending;
    if (this.#isBusy || cause === undefined || this.#work === 'none') return;
    this.#isBusy = true;
    this.#pending = undefined;
    const work = this.#work;
    this.#node.pleg.whenNewer(this, this.#synced_at_ms, () => {
      if (work === 'sync') this.#sync(cause);
      else if (work === 'terminate') this.#terminate(cause);
      else this.#cleanUp(cause);
    });
  }

  #sync(cause: Cause): void {
    const because = this.#report(cause);
    if (isTerminal(this.#state.status(false))) {
      this.#moveOn('terminate', because);
      return;
    }
    this.#trigger();
    if (this.#mount === 'done') this.#syncContainers(cause);
    else this.#waitForVolumes(cause);
  }

  /** Volumes, and the probes of what is about to run. */
  #waitForVolumes(cause: Cause): void {
    const { environment } = this.#node;
    const wait_ms = this.#state.pod.template.mounts_volumes ? environment.delay_ms('kubelet_volume_wait') : 0;
    this.#mount = 'waiting';
    environment.after(wait_ms, () => {
      if (this.#mount !== 'waiting') return;
      this.#mount = 'done';
      for (const container of this.#state.lasting) {
        this.#addProbes(container);
        for (const probe of container.probes) probe.start(environment.now_ms - this.#node.started_at_ms);
      }
      this.#syncContainers(step(cause, 'volume mount', environment.now_ms));
    });
  }

  #syncContainers(cause: Cause): void {
    syncContainers(this.#node, this.#state, cause, (result) => {
      const { looks_at_synced_pods } = this.#node.environment.platform.kubernetes;
      this.#resync(result, cause);
      this.#end();
      if (looks_at_synced_pods && result.hasActed && !result.hasFailed) this.#node.pleg.lookAt(this);
    });
  }

  /** The pod is synced again in a while, whatever happens (pod_workers.go completeWork). */
  #resync({ hasFailed, due_ms }: StartResult, cause: Cause): void {
    const { environment, resyncs } = this.#node;
    const { resyncs_when_backoff_ends } = environment.platform.kubernetes;
    const isKnown = resyncs_when_backoff_ends && due_ms !== undefined;
    const retry_ms = isKnown ? Math.max(0, due_ms - environment.now_ms) : FAILED_SYNC_MS;
    resyncs.put(this.name, hasFailed ? Math.min(retry_ms, RESYNC_MS) : RESYNC_MS, () =>
      this.changed(step(cause, 'kubelet resync', environment.now_ms)),
    );
  }

  #end(): void {
    this.#isBusy = false;
    this.#synced_at_ms = this.#node.environment.now_ms;
    this.#next();
  }

  /** The next thing is done as soon as the cache allows (pod_workers.go completeSync, completeTerminating). */
  #moveOn(work: 'terminate' | 'clean-up', cause: Cause): void {
    this.#work = work;
    this.#pending ??= cause;
    this.#end();
  }

  /** SyncTerminatingPod: readiness is still probed, and told of, while the containers stop. */
  #terminate(cause: Cause): void {
    const { environment, statuses } = this.#node;
    const { pod, lasting } = this.#state;
    const because = this.#deletion?.cause ?? cause;
    this.#report(because);
    this.#trigger();
    for (const { probes } of lasting) {
      for (const probe of probes) if (probe.kind !== 'readiness') probe.stop();
    }
    const asked_s = this.#deletion?.grace_period_s ?? pod.template.termination_grace_period_s;
    stopPod(environment, this.#state, Math.max(GRACE_PERIOD_MIN_S, asked_s), because, (stopped) => {
      for (const { probes } of lasting) for (const probe of probes) probe.stop();
      this.#state.inspect();
      this.#state.refresh(stopped);
      statuses.stopped(this.name, this.#state.status(true), stopped);
      this.#moveOn('clean-up', stopped);
    });
  }

  /** SyncTerminatedPod: the object of a deleted pod goes; one that has ended by itself stays. */
  #cleanUp(cause: Cause): void {
    const { environment, statuses, resyncs } = this.#node;
    whenUnmounted(environment, this.#state, this.#synced_at_ms, () => {
      this.#work = 'none';
      resyncs.delete(this.name);
      statuses.finish(this.name, step(cause, 'kubelet PLEG', environment.now_ms));
      if (this.#isGone) this.#onGone();
    });
  }

  /** @returns what led to the status being what it is */
  #report(cause: Cause): Cause {
    const because = this.#state.refresh(cause);
    this.#node.statuses.report(this.name, this.#state.status(false), because);
    return because;
  }

  /** Containers that run and are not ready are probed at once. */
  #trigger(): void {
    for (const container of this.#state.lasting) {
      const { process, started, ready } = container.status;
      const readiness = container.probe('readiness');
      if (process === undefined || !started || ready || readiness === undefined) continue;
      if (readiness.resultOf(process) !== true) readiness.trigger();
    }
  }

  #addProbes(container: ContainerState): void {
    addProbes(this.#node, this.name, container, (...result) => this.#probeChanged(...result));
  }

  /**
   * A changed result is reported at once and asks for a sync, all but the success of a liveness probe (kubelet.go
   * syncLoopIteration, status_manager.go SetContainerReadiness, SetContainerStartup).
   */
  #probeChanged(
    container: ContainerState,
    kind: ProbeKind,
    process: Process,
    success: boolean,
    cause: Cause,
  ): void {
    if (kind === 'liveness' && success) return;
    if (container.status.process === process) {
      if (kind === 'readiness') {
        container.status = { ...container.status, ready: success };
        this.#node.statuses.report(this.name, this.#state.status(false), cause);
      } else if (kind === 'startup') {
        container.status = { ...container.status, started: success };
        if (success) container.startup = cause;
      }
    }
    if (!this.#isOneRequestWith(kind)) this.changed(cause);
  }

  #isOneRequestWith(kind: ProbeKind): boolean {
    const { environment } = this.#node;
    const { now_ms } = environment;
    const earlier = this.#askedBy;
    if (!this.#isBusy) this.#askedBy = { kind, at_ms: now_ms };
    if (earlier?.at_ms !== now_ms || earlier.kind === kind) return false;
    return environment.uniform('kubelet/one-request')() < ONE_REQUEST_SHARE;
  }
}
