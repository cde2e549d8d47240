import { sample_ms } from '../../scenario/sample.ts';
import type { Container } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { Process, Sandbox } from './container-runtime.ts';
import { ContainerState } from './container-state.ts';
import type { PodObject } from './objects.ts';
import type { Pleg } from './pleg.ts';
import { type ProbeKind, ProbeWorker } from './probe.ts';
import { StatusManager } from './status-manager.ts';

/** Longest pause between two syncs of a pod (Kubernetes 1.35 pkg/kubelet/apis/config/v1beta1/defaults.go SyncFrequency). */
const RESYNC_INTERVAL_MS = 60_000;

/** Period of the ticker that takes due pods from the queue (Kubernetes 1.35 pkg/kubelet/kubelet.go syncLoop). */
const SYNC_LOOP_MS = 1000;

/** What happens on a node that others must know: the network, and the budget. */
export interface NodeEvents {
  processListening(pod: PodWorker, process: Process, cause: Cause): void;
}

/**
 * The kubelet's worker of one pod, after Kubernetes 1.35 pkg/kubelet/pod_workers.go and kubelet.go SyncPod.
 *
 * One sync at a time. Requests that come meanwhile are one request, and a sync waits for a look of the PLEG
 * newer than the end of the sync before: that is why a container that starts is reported up to a second
 * later, and why the second probe of an unready pod comes with the look after.
 */
export class PodWorker {
  readonly name: string;
  readonly sandbox = new Sandbox();
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #pleg: Pleg;
  readonly #events: NodeEvents;
  readonly #pod: PodObject;
  readonly #containers: ContainerState[];
  #isStarted = false;
  #isSyncing = false;
  #synced_at_ms = Number.NEGATIVE_INFINITY;
  #due: Cause | undefined;
  #deletion: { readonly grace_period_s: number; readonly cause: Cause } | undefined;
  #isStopping = false;
  readonly #status: StatusManager;
  readonly #onGone: () => void;

  constructor(
    environment: Environment,
    api: ApiClient,
    pleg: Pleg,
    events: NodeEvents,
    pod: PodObject,
    onGone: () => void,
  ) {
    this.name = pod.name;
    this.#environment = environment;
    this.#api = api;
    this.#pleg = pleg;
    this.#events = events;
    this.#pod = pod;
    this.#onGone = onGone;
    this.#status = new StatusManager(environment, api, pod);
    this.#containers = pod.template.containers.map((spec) => new ContainerState(environment, spec));
  }

  /** The process that serves a port: of the container that names the port, else of the first. */
  processAt(port: number): Process | undefined {
    const named = this.#containers.find(({ spec }) => spec.ports.some(({ number }) => number === port));
    return (named ?? this.#containers[0])?.process;
  }

  container(name: string): Process | undefined {
    return this.#containers.find(({ spec }) => spec.name === name)?.process;
  }

  /** A pod that has been running and ready since long ago: part of the steady state before the trial. */
  startLongAgo(): void {
    this.#isStarted = true;
    this.sandbox.isUp = true;
    for (const container of this.#containers) {
      container.process = this.#newProcess(container);
      container.process.startLongAgo();
      container.seen = { process: container.process, hasExited: false, at_ms: Number.NEGATIVE_INFINITY };
      container.reported = container.process;
      container.isReady = true;
      container.hasStarted = true;
      this.#addProbes(container);
      for (const probe of container.probes) probe.startLongAgo(container.process);
    }
  }

  /** The kubelet has seen that the pod is its to run. */
  start(cause: Cause): void {
    this.#request(cause);
  }

  /** The pod was deleted; called again where the grace period was shortened to nothing. */
  delete(grace_period_s: number, cause: Cause): void {
    if (this.#deletion !== undefined) return;
    this.#deletion = { grace_period_s, cause };
    this.#next();
  }

  /** The PLEG looks: notes what changed since the look before and asks for a sync. */
  look(): void {
    let changed: Cause | undefined;
    const now_ms = this.#environment.now_ms;
    for (const container of this.#containers) {
      const { process, seen } = container;
      if (process === undefined) continue;
      const isNew = seen?.process !== process;
      if (!isNew && seen.hasExited === process.hasExited) continue;
      container.seen = { process, hasExited: process.hasExited, at_ms: now_ms };
      changed = step(process.hasExited ? container.exitCause : container.startCause, 'kubelet PLEG', now_ms);
    }
    if (changed !== undefined) this.#request(changed);
  }

  /**
   * What the API server says of the pod.
   *
   * @param compared_ms when the kubelet next compares it with what it knows
   */
  observe(pod: PodObject, compared_ms: number, cause: Cause): void {
    this.#status.observe(pod, compared_ms, cause);
  }

  /** The machine has lost its power: nothing runs any more, and nobody is told. */
  powerOff(cause: Cause): void {
    this.sandbox.isUp = false;
    for (const { process } of this.#containers) process?.kill(cause);
  }

  #request(cause: Cause): void {
    this.#due = cause;
    this.#next();
  }

  /** Begins the next sync when none is under way, one is asked for, and the PLEG has looked since the last. */
  #next(): void {
    if (this.#isSyncing || this.#isStopping) return;
    if (this.#due === undefined && this.#deletion === undefined) return;
    this.#isSyncing = true;
    this.#pleg.whenLookedAfter(this.#synced_at_ms, () => {
      const cause = this.#due;
      this.#due = undefined;
      if (this.#deletion !== undefined) this.#stop(this.#deletion.grace_period_s, this.#deletion.cause);
      else if (!this.#isStarted) this.#create(cause as Cause);
      else this.#sync();
    });
  }

  #endSync(): void {
    this.#isSyncing = false;
    this.#synced_at_ms = this.#environment.now_ms;
    this.#next();
  }

  /** First sync: volumes, sandbox, then the containers one after the other. */
  #create(seen: Cause): void {
    this.#isStarted = true;
    // Of a pod that ran before its node went down it is known from here on that it does not.
    this.#report(seen);
    const begin_ms = this.#environment.now_ms;
    const wait_ms = this.#pod.template.mounts_volumes ? this.#environment.delay_ms('kubelet_volume_wait') : 0;
    const mounted = step(seen, 'volume mount', begin_ms + wait_ms);
    this.#environment.after(wait_ms, () => {
      for (const container of this.#containers) {
        this.#addProbes(container);
        for (const probe of container.probes) probe.start();
      }
      this.#environment.after(this.#environment.delay_ms('sandbox_start'), () => {
        const up = step(mounted, 'sandbox start', this.#environment.now_ms);
        this.sandbox.isUp = true;
        this.#startContainers(this.#containers, up, () => this.#endSync());
      });
    });
  }

  #startContainers(containers: readonly ContainerState[], cause: Cause, done: () => void): void {
    const [container, ...rest] = containers;
    if (container === undefined) {
      done();
      return;
    }
    const always = container.spec.image_pull_policy === 'Always';
    const check_ms = always ? this.#environment.delay_ms('image_check') : 0;
    const checked = step(cause, 'image check', this.#environment.now_ms + check_ms);
    this.#environment.after(check_ms + this.#environment.delay_ms('container_start'), () => {
      const started = step(checked, 'container start', this.#environment.now_ms);
      container.startCause = started;
      container.started_at_ms = this.#environment.now_ms;
      container.process = this.#newProcess(container);
      container.process.start(started);
      this.#startContainers(rest, started, done);
    });
  }

  #newProcess(container: ContainerState): Process {
    return new Process(
      this.#environment,
      container.spec,
      (process, cause) => this.#events.processListening(this, process, cause),
      (cause) => {
        container.exitCause = cause;
      },
    );
  }

  /** A later sync: restarts what has exited, reports what is seen, asks unready containers at once. */
  #sync(): void {
    const toStart: ContainerState[] = [];
    let cause: Cause | undefined;
    for (const container of this.#containers) {
      const { seen } = container;
      if (seen === undefined) continue;
      const at = step(
        seen.hasExited ? container.exitCause : container.startCause,
        'kubelet PLEG',
        seen.at_ms,
      );
      cause = at;
      if (!seen.hasExited) {
        container.reported = seen.process;
        container.hasStarted ||= container.spec.startup_probe === undefined;
        if (container.spec.readiness_probe === undefined) container.isReady = container.hasStarted;
        continue;
      }
      container.reported = undefined;
      container.isReady = false;
      container.hasStarted = false;
      container.startup_passed_at_ms = undefined;
      // It is being restarted, or has been, and the PLEG has not looked since.
      if (container.process !== seen.process) continue;
      const wait_ms = container.backoff.remaining_ms(seen.process.exited_at_ms);
      if (wait_ms > 0) this.#retry(container, wait_ms);
      else toStart.push(container);
    }
    if (cause !== undefined) this.#report(cause);
    for (const container of this.#containers) {
      if (container.reported === undefined || container.isReady) continue;
      for (const probe of container.probes) probe.trigger();
    }
    for (const container of toStart) container.backoff.restarted();
    if (cause === undefined || toStart.length === 0) this.#endSync();
    else this.#startContainers(toStart, cause, () => this.#endSync());
  }

  /**
   * Back-off: the pod is synced again when it has run out, or after a minute to see what is left of it, up to half
   * as much later (pod_workers.go completeWork); the queue is looked at once a second (kubelet.go syncLoop).
   */
  #retry(container: ContainerState, wait_ms: number): void {
    const uniform = this.#environment.uniform('kubelet/retry');
    const jittered_ms = Math.min(wait_ms, RESYNC_INTERVAL_MS) * (1 + 0.5 * uniform());
    this.#environment.after(jittered_ms + SYNC_LOOP_MS * uniform(), () => {
      this.#request(step(container.exitCause, 'restart back-off', this.#environment.now_ms));
    });
  }

  #addProbes(container: ContainerState): void {
    const { startup_probe, readiness_probe, liveness_probe } = container.spec;
    const add = (kind: ProbeKind, probe: Container['readiness_probe']) => {
      if (probe === undefined) return;
      container.probes.push(
        new ProbeWorker(
          this.#environment,
          kind,
          probe,
          this.name,
          () => ({
            running: container.reported,
            started_at_ms: this.#environment.statusTime_ms(container.started_at_ms),
            seen_at_ms: container.seen?.at_ms ?? 0,
            has_started: container.hasStarted,
            startup_passed_at_ms: container.startup_passed_at_ms,
          }),
          (success, cause) => this.#probeChanged(container, kind, success, cause),
        ),
      );
    };
    add('startup', startup_probe);
    add('readiness', readiness_probe);
    add('liveness', liveness_probe);
  }

  /**
   * A changed result is reported at once and asks for a sync, all but the success of a liveness probe (kubelet.go
   * syncLoopIteration).
   */
  #probeChanged(
    container: ContainerState,
    kind: ProbeKind,
    success: boolean,
    cause: Cause | undefined,
  ): void {
    if (kind === 'liveness' && success) return;
    const because = cause ?? step(container.startCause, `${kind} probe`, this.#environment.now_ms);
    if (kind === 'readiness') {
      container.isReady = success;
      this.#report(because);
    } else if (kind === 'startup' && success) {
      container.hasStarted = true;
      container.startup_passed_at_ms = this.#environment.now_ms;
    } else if (container.reported !== undefined) {
      this.#restart(container, because);
    }
    this.#request(because);
  }

  /** Liveness or startup has failed: the container is stopped within the pod's grace period, then restarted. */
  #restart(container: ContainerState, cause: Cause): void {
    const { process } = container;
    if (process === undefined || process.hasExited) return;
    const grace_ms = this.#pod.template.termination_grace_period_s * 1000;
    this.#signal(container, process, grace_ms, cause, () => {});
  }

  #report(cause: Cause): void {
    const isRunning = this.#containers.every(({ reported, isReady }) => reported !== undefined || isReady);
    const has_address = this.#containers.some(({ seen }) => seen !== undefined);
    const ready = this.#containers.every(({ isReady }) => isReady);
    this.#status.report({ phase: isRunning ? 'Running' : 'Pending', has_address, ready }, cause);
  }

  /** Deletion: preStop, SIGTERM, SIGKILL when the grace period is over; then the sandbox goes, then the object. */
  #stop(grace_period_s: number, cause: Cause): void {
    this.#isStopping = true;
    for (const { probes } of this.#containers) {
      for (const probe of probes) if (probe.kind !== 'readiness') probe.stop();
    }
    // Whatever was asked for, the kubelet gives a second (pod_workers.go calculateEffectiveGracePeriod).
    const grace_ms = Math.max(1, grace_period_s) * 1000;
    const alive = this.#containers.filter(({ process }) => process !== undefined && !process.hasExited);
    let left = alive.length;
    const exited = (last: Cause) => {
      left -= 1;
      if (left <= 0) this.#removeSandbox(last);
    };
    if (alive.length === 0) this.#removeSandbox(cause);
    for (const container of alive) {
      const { process } = container;
      if (process !== undefined) this.#signal(container, process, grace_ms, cause, exited);
    }
  }

  #signal(
    container: ContainerState,
    process: Process,
    grace_ms: number,
    cause: Cause,
    exited: (cause: Cause) => void,
  ): void {
    const pre_stop_ms =
      container.spec.pre_stop === undefined
        ? 0
        : Math.min(
            grace_ms,
            sample_ms(container.spec.pre_stop, this.#environment.uniform('application/pre_stop')),
          );
    const signal_ms = this.#environment.delay_ms('container_signal');
    const kill_ms = Math.max(
      grace_ms - pre_stop_ms,
      this.#environment.delay_ms('kubelet_minimum_grace_period'),
    );
    this.#environment.after(pre_stop_ms + signal_ms, () => {
      const hooked = pre_stop_ms > 0 ? step(cause, 'preStop', this.#environment.now_ms - signal_ms) : cause;
      const signalled = step(hooked, 'container signal', this.#environment.now_ms);
      container.onExit(process, exited);
      process.terminate(signalled);
      this.#environment.after(kill_ms, () => {
        process.kill(step(signalled, 'grace period', this.#environment.now_ms));
      });
    });
  }

  #removeSandbox(cause: Cause): void {
    this.#environment.after(this.#environment.delay_ms('sandbox_stop'), () => {
      this.sandbox.isUp = false;
      for (const container of this.#containers) container.isReady = false;
      // Nothing runs any more, and that is what controllers that wait for it go by (kubelet.go SyncTerminatingPod).
      const phase = this.#containers.every(({ process }) => process?.hasSucceeded) ? 'Succeeded' : 'Failed';
      const has_address = this.#containers.some(({ seen }) => seen !== undefined);
      this.#status.report({ phase, has_address, ready: false }, cause);
      for (const { probes } of this.#containers) for (const probe of probes) probe.stop();
      // The object goes once a further look of the PLEG has confirmed that nothing runs.
      this.#pleg.whenLookedAfter(this.#environment.now_ms, () => {
        this.#api.pods.remove(this.name, step(cause, 'kubelet PLEG', this.#environment.now_ms));
        this.#onGone();
      });
    });
  }
}
