import type { Probe } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { Process } from './container-runtime.ts';
import { shownName } from './pod-names.ts';

export type ProbeKind = 'startup' | 'readiness' | 'liveness';

/** What the kubelet's status manager says of the container, which is all a probe worker sees of it. */
export interface ProbedContainer {
  /** The process that the reported status speaks of, where it says Running. */
  readonly running: Process | undefined;
  /** When that process was started, as the status says it, in milliseconds. */
  readonly started_at_ms: number;
  /** When the kubelet saw it running, in milliseconds. */
  readonly seen_at_ms: number;
  /** False while a startup probe has not succeeded. */
  readonly has_started: boolean;
  /** When the startup probe succeeded, in milliseconds; undefined where there is none or it has not. */
  readonly startup_passed_at_ms: number | undefined;
}

/** How many looks of the PLEG probe a container that is not ready, where they do so at all. */
const LOOKS = 3;

/**
 * How often the attempt at the look that first sees a container comes a moment too early: the sync asks for it
 * before it has stored the status that says Running (pkg/kubelet/kubelet.go SyncPod: generateAPIPodStatus, then
 * SetPodStatus), so the worker finds nothing to probe and waits a period. Measured: 12 of 99 pods of nginx with a
 * period of 10 s (Kubernetes 1.35.4, two nodes on one machine of 2 cores).
 */
const TOO_EARLY_SHARE = 0.12;

/**
 * One probe of one container, after Kubernetes 1.35 pkg/kubelet/prober/worker.go: a ticker that begins with
 * the pod, an attempt at once whenever the kubelet syncs a running container that is not ready (which also
 * restarts the ticker, since 1.32), and a result that changes after so many equal answers in a row.
 */
export class ProbeWorker {
  readonly kind: ProbeKind;
  readonly #environment: Environment;
  readonly #probe: Probe;
  readonly #container: () => ProbedContainer;
  readonly #changed: (success: boolean, cause: Cause | undefined) => void;
  readonly #podName: string;
  /** Of the container it knows; undefined before the first. */
  #process: Process | undefined;
  #result: boolean | undefined;
  #last: boolean | undefined;
  #run = 0;
  #isOnHold = false;
  #isStopped = false;
  #looksLeft = 0;
  /** Counts restarts of the ticker, so that ticks of an earlier one are ignored. */
  #ticker = 0;

  /** @param changed told when the result changes, with what led to it */
  constructor(
    environment: Environment,
    kind: ProbeKind,
    probe: Probe,
    podName: string,
    container: () => ProbedContainer,
    changed: (success: boolean, cause: Cause | undefined) => void,
  ) {
    this.#environment = environment;
    this.kind = kind;
    this.#probe = probe;
    this.#podName = podName;
    this.#container = container;
    this.#changed = changed;
  }

  /** The worker's ticker begins with the pod. */
  start(): void {
    this.#tick(this.#probe.period_s * 1000);
  }

  /** Has been running on a container that passes, with its ticker anywhere in its period. */
  startLongAgo(process: Process): void {
    this.#process = process;
    this.#result = true;
    this.#last = true;
    this.#run = this.#probe.success_threshold;
    this.#isOnHold = this.kind === 'startup';
    this.#tick(this.#environment.uniform(`probe/${this.kind}`)() * this.#probe.period_s * 1000);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /**
   * The kubelet synced a container that runs and is not ready: where it has started, its readiness probe makes an
   * attempt now, and the ticker starts again from here (pkg/kubelet/prober/prober_manager.go UpdatePodStatus).
   */
  trigger(): void {
    if (this.#isStopped || this.kind !== 'readiness' || !this.#container().has_started) return;
    if (this.#environment.platform.firstProbe === 'at-the-next-looks' && !this.#isAtALook()) return;
    if (this.#environment.platform.kubernetes.asked_probe_restarts_period) {
      this.#tick(this.#probe.period_s * 1000);
    }
    if (this.#isTooEarly()) return;
    this.#attempt();
    // Another sync, so another attempt, at the next look.
    if (this.#looksLeft > 0 && this.#result !== true) this.#changed(false, undefined);
  }

  #isTooEarly(): boolean {
    if (this.#environment.platform.firstProbe !== 'when-seen-running') return false;
    const isNew = this.#container().running !== this.#process;
    return isNew && this.#environment.uniform('probe/too-early')() < TOO_EARLY_SHARE;
  }

  /** Not at the look that first sees the container run, but at so many after it. */
  #isAtALook(): boolean {
    const { running } = this.#container();
    if (running !== this.#process) {
      this.#adopt(running);
      this.#tick(this.#probe.period_s * 1000);
      this.#looksLeft = LOOKS;
      return false;
    }
    this.#looksLeft -= 1;
    return this.#looksLeft >= 0;
  }

  /** It is another container than before: what was known of the last one says nothing of this one. */
  #adopt(process: Process | undefined): void {
    this.#process = process;
    this.#isOnHold = false;
    this.#result = undefined;
    // What is assumed until there is a result; of a startup probe nothing (worker.go newWorker).
    if (this.kind !== 'startup') this.#set(this.kind === 'liveness', undefined);
  }

  #tick(first_ms: number): void {
    const ticker = ++this.#ticker;
    const next = () => {
      if (this.#isStopped || ticker !== this.#ticker) return;
      this.#environment.after(this.#probe.period_s * 1000, next);
      this.#attempt();
    };
    this.#environment.after(first_ms, next);
  }

  #attempt(): void {
    const container = this.#container();
    const process = container.running;
    if (process === undefined) {
      if (this.#process !== undefined && this.kind === 'readiness') this.#set(false, undefined);
      return;
    }
    if (process !== this.#process) this.#adopt(process);
    if (this.#isOnHold) return;
    // worker.go compares whole seconds, rounded down.
    const running_s = Math.floor((this.#environment.now_ms - container.started_at_ms) / 1000);
    if (running_s < this.#probe.initial_delay_s) return;
    if ((this.kind === 'startup') === container.has_started) return;
    if (!process.isListening) {
      this.#answered(container, process, false);
      return;
    }
    this.#environment.after(this.#environment.delay_ms('probe_request'), () => {
      this.#answered(container, process, process.isListening);
    });
  }

  #answered(container: ProbedContainer, process: Process, success: boolean): void {
    if (this.#isStopped || process !== this.#process) return;
    const { now_ms } = this.#environment;
    this.#environment.record({
      type: 'probe',
      at_ms: now_ms,
      pod: shownName(this.#podName),
      probe: this.kind,
      success,
    });
    this.#run = success === this.#last ? this.#run + 1 : 1;
    this.#last = success;
    const { failure_threshold, success_threshold } = this.#probe;
    if (this.#run < (success ? success_threshold : failure_threshold)) return;
    this.#set(success, success ? this.#successCause(container, process, now_ms) : undefined);
    if ((this.kind === 'liveness' && !success) || this.kind === 'startup') {
      this.#isOnHold = true;
      this.#run = 0;
    }
  }

  #set(success: boolean, cause: Cause | undefined): void {
    if (success === this.#result) return;
    this.#result = success;
    this.#changed(success, cause);
  }

  /**
   * It listened, the kubelet saw the container run, the startup probe passed, the initial delay was over, a probe
   * found it: in that order.
   */
  #successCause(container: ProbedContainer, process: Process, now_ms: number): Cause {
    const listening = process.listeningCause;
    const seen_ms = Math.max(container.seen_at_ms, listening?.end_ms ?? 0);
    const passed_ms = Math.max(seen_ms, container.startup_passed_at_ms ?? 0);
    const due_ms = Math.max(passed_ms, container.started_at_ms + this.#probe.initial_delay_s * 1000);
    const seen = step(listening, 'kubelet PLEG', seen_ms);
    const passed = passed_ms > seen_ms ? step(seen, 'startup probe', passed_ms) : seen;
    const due =
      due_ms > passed_ms
        ? step(passed, `${this.kind} initialDelaySeconds`, Math.min(due_ms, now_ms))
        : passed;
    return step(due, `${this.kind} probe`, now_ms);
  }
}
