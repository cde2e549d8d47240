import type { Probe } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { Process } from './container-runtime.ts';
import { shownName } from './pod-names.ts';
import { attempt, type ProbeAnswer, type ProbeKind } from './prober.ts';

/** What the kubelet's status manager says of the container, which is all a probe worker sees of it. */
export interface ProbedContainer {
  /** The process that the reported status speaks of; undefined while there was none. */
  readonly process: Process | undefined;
  /** Whether the status says Running. */
  readonly isRunning: boolean;
  /** When that process was started, as the status says it, in milliseconds. */
  readonly started_at_ms: number;
  /** When the kubelet saw it running, in milliseconds. */
  readonly seen_at_ms: number;
  /** False while a startup probe has not succeeded. */
  readonly has_started: boolean;
  /** When the startup probe succeeded, in milliseconds; undefined where there is none or it has not. */
  readonly startup_passed_at_ms: number | undefined;
}

export interface ProbeWorkerOptions {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly pod: string;
  readonly container: () => ProbedContainer;
  /** Told when the result changes of a process that it knows, with what led to it. */
  readonly changed: (process: Process, success: boolean, cause: Cause | undefined) => void;
}

/** How many looks of the PLEG probe a container that is not ready, where they do so at all. */
const LOOKS = 3;

/**
 * How often the attempt at the look that first sees a container comes a moment too early: the sync asks for it
 * before it has stored the status that says Running (pkg/kubelet/kubelet.go SyncPod: generateAPIPodStatus, then
 * SetPodStatus), so the worker finds nothing to probe and waits a period. Which goroutine is first is up to Go's
 * scheduler, within a tenth of a millisecond: this is a frequency, not a mechanism. Measured: 23 of 299 pods of nginx with a
 * period of 10 s, killed one after the other, were ready more than 5 s after they ran: 12 of 99 on one day and 11 of 200 on
 * another (Kubernetes 1.35.4, two nodes on one machine of 2 cores).
 */
const TOO_EARLY_SHARE = 23 / 299;

/**
 * One probe of one container, after Kubernetes 1.35 pkg/kubelet/prober/worker.go: a ticker that begins with
 * the pod, an attempt at once whenever the kubelet syncs a running container that is not ready (which also
 * restarts the ticker, since 1.32), and a result that changes after so many equal answers in a row. It makes one attempt at a
 * time: what is due meanwhile comes right after.
 */
export class ProbeWorker {
  readonly kind: ProbeKind;
  readonly #environment: Environment;
  readonly #options: ProbeWorkerOptions;
  /** Of the container it knows; undefined before the first. */
  #process: Process | undefined;
  #result: boolean | 'unknown' | undefined;
  #last: boolean | undefined;
  #run = 0;
  #isOnHold = false;
  #isStopped = false;
  #isBusy = false;
  #isTickDue = false;
  #isTriggerDue = false;
  #looksLeft = 0;
  /** Counts restarts of the ticker, so that ticks of an earlier one are ignored. */
  #ticker = 0;

  constructor(environment: Environment, options: ProbeWorkerOptions) {
    this.#environment = environment;
    this.kind = options.kind;
    this.#options = options;
  }

  /**
   * The worker's ticker begins with the pod. Where the kubelet has not been running for a period it first sleeps for a
   * part of one, by chance, and then makes an attempt; what asks for one meanwhile is heard after that (worker.go run).
   */
  start(kubelet_age_ms: number): void {
    if (kubelet_age_ms >= this.#period_ms) {
      this.#tick(this.#period_ms);
      return;
    }
    this.#isBusy = true;
    this.#environment.after(this.#environment.uniform('probe/sleep')() * this.#period_ms, () => {
      if (this.#isStopped) return;
      this.#tick(this.#period_ms);
      this.#attemptNow(false);
    });
  }

  /** Has been running on a container that passes, with its ticker anywhere in its period. */
  startLongAgo(process: Process): void {
    this.#process = process;
    this.#result = true;
    this.#last = true;
    this.#run = this.#options.probe.success_threshold;
    this.#isOnHold = this.kind === 'startup';
    this.#tick(this.#environment.uniform(`probe/${this.kind}`)() * this.#period_ms);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** What is known of a process; undefined: nothing. */
  resultOf(process: Process): boolean | 'unknown' | undefined {
    return process === this.#process ? this.#result : undefined;
  }

  /**
   * The kubelet synced a container that runs, has started and is not ready: its readiness probe makes an attempt now
   * (pkg/kubelet/prober/prober_manager.go UpdatePodStatus).
   */
  trigger(): void {
    if (this.#isStopped) return;
    const { firstProbe } = this.#environment.platform;
    if (firstProbe === 'at-the-next-looks' && !this.#isAtALook()) return;
    if (this.#isBusy) {
      this.#isTriggerDue = true;
      return;
    }
    this.#attemptNow(true);
    // Another sync, so another attempt, at the next look.
    const process = this.#process;
    if (this.#looksLeft > 0 && this.#result !== true && process !== undefined) {
      this.#options.changed(process, false, undefined);
    }
  }

  get #period_ms(): number {
    return this.#options.probe.period_s * 1000;
  }

  #isTooEarly(): boolean {
    if (this.#environment.platform.firstProbe !== 'when-seen-running') return false;
    const isNew = this.#options.container().process !== this.#process;
    return isNew && this.#environment.uniform('probe/too-early')() < TOO_EARLY_SHARE;
  }

  /** Not at the look that first sees the container run, but at so many after it. */
  #isAtALook(): boolean {
    const { process } = this.#options.container();
    if (process !== undefined && process !== this.#process) {
      this.#adopt(process);
      this.#tick(this.#period_ms);
      this.#looksLeft = LOOKS;
      return false;
    }
    this.#looksLeft -= 1;
    return this.#looksLeft >= 0;
  }

  #tick(first_ms: number): void {
    const ticker = ++this.#ticker;
    this.#isTickDue = false;
    const next = () => {
      if (this.#isStopped || ticker !== this.#ticker) return;
      this.#environment.after(this.#period_ms, next);
      if (this.#isBusy) this.#isTickDue = true;
      else this.#attemptNow(false);
    };
    this.#environment.after(first_ms, next);
  }

  #attemptNow(isTriggered: boolean): void {
    const { asked_probe_restarts_period } = this.#environment.platform.kubernetes;
    if (isTriggered && asked_probe_restarts_period) this.#tick(this.#period_ms);
    if (isTriggered && this.#isTooEarly()) return;
    this.#isBusy = true;
    const process = this.#toProbe();
    if (process === undefined) {
      this.#rest();
      return;
    }
    attempt(this.#environment, this.#options.probe, process, this.kind, (answer) => {
      this.#answered(process, answer);
      this.#rest();
    });
  }

  /** The attempt is over; of two that are due Go's select takes either. */
  #rest(): void {
    this.#isBusy = false;
    if (this.#isStopped || (!this.#isTriggerDue && !this.#isTickDue)) return;
    const isBoth = this.#isTriggerDue && this.#isTickDue;
    const isTriggered = isBoth ? this.#environment.uniform('probe/select')() < 0.5 : this.#isTriggerDue;
    if (isTriggered) this.#isTriggerDue = false;
    else this.#isTickDue = false;
    this.#attemptNow(isTriggered);
  }

  /** It is another container than before: what was known of the last one says nothing of this one. */
  #adopt(process: Process): void {
    this.#process = process;
    this.#isOnHold = false;
    this.#result = undefined;
    // What is assumed until there is a result (worker.go newWorker).
    this.#set(this.kind === 'startup' ? 'unknown' : this.kind === 'liveness', undefined);
  }

  /** The process to probe now; undefined where there is nothing to be probed yet, or no more. */
  #toProbe(): Process | undefined {
    const container = this.#options.container();
    const { process } = container;
    if (process === undefined) return undefined;
    if (process !== this.#process) this.#adopt(process);
    if (this.#isOnHold) return undefined;
    if (!container.isRunning) {
      this.#set(false, undefined);
      return undefined;
    }
    // worker.go compares whole seconds, rounded down.
    const running_s = Math.floor((this.#environment.now_ms - container.started_at_ms) / 1000);
    if (running_s < this.#options.probe.initial_delay_s) return undefined;
    if ((this.kind === 'startup') === container.has_started) return undefined;
    return process;
  }

  #answered(process: Process, answer: ProbeAnswer): void {
    if (this.#isStopped || answer === undefined) return;
    const { now_ms } = this.#environment;
    this.#environment.record({
      type: 'probe',
      at_ms: now_ms,
      pod: shownName(this.#options.pod),
      probe: this.kind,
      success: answer,
    });
    this.#run = answer === this.#last ? this.#run + 1 : 1;
    this.#last = answer;
    const { failure_threshold, success_threshold } = this.#options.probe;
    if (this.#run < (answer ? success_threshold : failure_threshold)) return;
    this.#set(answer, answer ? this.#successCause(process, now_ms) : undefined);
    if ((this.kind === 'liveness' && !answer) || this.kind === 'startup') {
      this.#isOnHold = true;
      this.#run = 0;
    }
  }

  #set(result: boolean | 'unknown', cause: Cause | undefined): void {
    if (result === this.#result || this.#process === undefined) return;
    this.#result = result;
    this.#options.changed(this.#process, result === true, cause);
  }

  /**
   * It listened, the kubelet saw the container run, the startup probe passed, the initial delay was over, a probe
   * found it: in that order.
   */
  #successCause(process: Process, now_ms: number): Cause {
    const container = this.#options.container();
    const listening = process.listeningCause;
    const seen_ms = Math.max(container.seen_at_ms, listening?.end_ms ?? 0);
    const passed_ms = Math.max(seen_ms, container.startup_passed_at_ms ?? 0);
    const due_ms = Math.max(passed_ms, container.started_at_ms + this.#options.probe.initial_delay_s * 1000);
    const seen = step(listening, 'kubelet PLEG', seen_ms);
    const passed = passed_ms > seen_ms ? step(seen, 'startup probe', passed_ms) : seen;
    const due =
      due_ms > passed_ms
        ? step(passed, `${this.kind} initialDelaySeconds`, Math.min(due_ms, now_ms))
        : passed;
    return step(due, `${this.kind} probe`, now_ms);
  }
}
