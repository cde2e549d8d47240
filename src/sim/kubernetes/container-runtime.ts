import type { Distribution } from '../../scenario/distribution.ts';
import { sample_ms } from '../../scenario/sample.ts';
import type { Application, Asked, Lookups } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import { Station } from '../traffic/station.ts';
import { ProcessClock } from './process-clock.ts';
import { lookUp } from './resolver.ts';

/**
 * Connections that the kernel accepts for a process that does not: the backlog of nginx
 * (src/os/unix/ngx_linux_config.h NGX_LISTEN_BACKLOG), of Node.js (lib/net.js) and of many others, and one more
 * (Linux include/net/sock.h sk_acceptq_is_full).
 */
const ACCEPT_QUEUE = 511 + 1;

/** What SIGKILL leaves as exit code: 128 and the signal's number. */
const KILLED = 137;

/** What a container runs: a server, or an init container's program, which ends by itself. */
export type Program =
  | { readonly application: Application }
  | {
      /** From exec to its end. */
      readonly run_time: Distribution;
    };

export interface ProcessEvents {
  /** It answers requests from now on: it has begun to listen, or goes on after it was stopped. */
  serving(process: Process, cause: Cause): void;
  exited(process: Process): void;
  /** It has used so much processor time. */
  used?(cpu_ms: number): void;
  /** Whether DNS answers what it asks at a moment. Default: it does. */
  answersLookup?(at_ms: number): boolean;
}

interface ProcessUsage {
  /** Processor time of the requests it has answered. */
  cpu_ms: number;
  requests: number;
  readonly started_at_ms: number;
}

/** The program in a container, from exec to exit. */
export class Process {
  readonly #environment: Environment;
  /** undefined: an init container's program. */
  readonly #application: Application | undefined;
  readonly #run_time: Distribution | undefined;
  readonly #events: ProcessEvents;
  readonly #clock: ProcessClock;
  readonly #station: Station | undefined;
  readonly #usage: ProcessUsage;
  #state: 'starting' | 'listening' | 'closed' | 'exited' = 'starting';
  #started_at_ms = Number.NEGATIVE_INFINITY;
  #startCause: Cause | undefined;
  /** Why it can answer since when; undefined while it does not listen, and where it always could. */
  #listeningCause: Cause | undefined;
  #exit: { readonly at_ms: number; readonly code: number; readonly cause: Cause | undefined } | undefined;
  #stoppedCause: Cause | undefined;
  /** A SIGTERM that came while it was stopped: it acts when the process goes on. */
  #pendingSignal: Cause | undefined;
  /** Connections in the accept queue while it is stopped. */
  #queued = 0;
  #isThrottled = false;

  constructor(environment: Environment, program: Program, events: ProcessEvents) {
    this.#environment = environment;
    this.#application = 'application' in program ? program.application : undefined;
    this.#run_time = 'run_time' in program ? program.run_time : undefined;
    this.#events = events;
    this.#clock = new ProcessClock(environment);
    this.#usage = { cpu_ms: 0, requests: 0, started_at_ms: environment.now_ms };
    const clock = {
      now: () => environment.now_ms,
      after: (delay_ms: number, action: () => void) => environment.after(delay_ms, action),
    };
    this.#station = this.#application && new Station(clock, this.#application.concurrency);
  }

  /** Whether the kernel accepts connections for it: what it does with them is another matter. */
  get isListening(): boolean {
    return this.#state === 'listening';
  }

  /** Nothing before it listens, and nothing where it is not known. */
  get memory_bytes(): number {
    return this.isListening ? (this.#application?.memory_bytes ?? 0) : 0;
  }

  /** Whether it answers. */
  get isServing(): boolean {
    return this.#state === 'listening' && !this.#clock.isStopped;
  }

  /** Whether it can answer what is asked now, and well. */
  serves(asked: Asked): boolean {
    if (!this.isServing) return false;
    return this.#lookupsFor(asked) === undefined || this.#answersLookup(this.#environment.now_ms);
  }

  /** Whether it would do so at once. */
  isIdleFor(asked: Asked): boolean {
    return this.serves(asked) && this.#station?.isFree === true;
  }

  get hasExited(): boolean {
    return this.#state === 'exited';
  }

  /** Whether it had exited by then. */
  hadExited(at_ms: number): boolean {
    return this.exited_at_ms <= at_ms;
  }

  get started_at_ms(): number {
    return this.#started_at_ms;
  }

  /** Infinity while it runs. */
  get exited_at_ms(): number {
    return this.#exit?.at_ms ?? Number.POSITIVE_INFINITY;
  }

  /** undefined while it runs. */
  get exit_code(): number | undefined {
    return this.#exit?.code;
  }

  get startCause(): Cause | undefined {
    return this.#startCause;
  }

  get exitCause(): Cause | undefined {
    return this.#exit?.cause;
  }

  /** Why it is stopped (SIGSTOP); undefined while it is not. */
  get stoppedCause(): Cause | undefined {
    return this.#stoppedCause;
  }

  get listeningCause(): Cause | undefined {
    return this.#listeningCause;
  }

  /** What it has used since it started, as the kubelet counts it. */
  get usage(): Readonly<ProcessUsage> {
    return this.#usage;
  }

  /** The moment of exec; it listens after the application's start time, or ends after its run time. */
  start(cause: Cause): void {
    this.#started_at_ms = this.#environment.now_ms;
    this.#startCause = cause;
    if (this.#run_time !== undefined) {
      const run_ms = sample_ms(this.#run_time, this.#environment.uniform('init-container/run_time'));
      this.#clock.after(run_ms, () => this.#end(0, step(cause, 'init container', this.#environment.now_ms)));
    }
    if (this.#application === undefined) return;
    const { start_time } = this.#application;
    const start_ms = sample_ms(start_time, this.#environment.uniform('application/start_time'));
    this.#clock.after(start_ms, () => {
      if (this.#state !== 'starting') return;
      this.#state = 'listening';
      this.#listeningCause = step(cause, 'application start', this.#environment.now_ms);
      this.#events.serving(this, this.#listeningCause);
    });
  }

  /** It has been running, and listening, since long ago; an init container's program ended well then. */
  startLongAgo(): void {
    if (this.#application === undefined) {
      this.#state = 'exited';
      this.#exit = { at_ms: Number.NEGATIVE_INFINITY, code: 0, cause: undefined };
    } else this.#state = 'listening';
  }

  /**
   * A connection arrives. While the process is stopped the kernel accepts for it, until the queue is full.
   *
   * @returns whether it was accepted; else the SYN is dropped, and sent again by the client
   */
  accept(): boolean {
    if (!this.#clock.isStopped) return true;
    if (this.#queued >= ACCEPT_QUEUE) return false;
    this.#queued += 1;
    return true;
  }

  /** It was without DNS, and is not any more: what it could not answer for want of it, it can since then. */
  looksUpAgain(cause: Cause): void {
    if (this.isListening && this.#application?.lookups !== undefined) this.#listeningCause = cause;
  }

  /**
   * Works on one request. The caller has checked that it listens.
   *
   * @param done told whether a lookup came to nothing, so that the answer is an error
   */
  serve(done: (hasFailed?: boolean) => void, lost: () => void): void {
    if (this.#application === undefined) {
      lost();
      return;
    }
    const { service_time, cpu_per_request_ms } = this.#application;
    const service_ms = sample_ms(service_time, this.#environment.uniform('application/service_time'));
    const served = (hasFailed = false) => {
      const cpu_ms = hasFailed ? 0 : cpu_per_request_ms;
      this.#usage.cpu_ms += cpu_ms;
      this.#usage.requests += 1;
      this.#events.used?.(cpu_ms);
      done(hasFailed);
    };
    this.#submit('requests', service_ms, served, lost, Math.min(cpu_per_request_ms, service_ms));
  }

  /** Answers a probe: no work, but it waits for its turn behind the requests. */
  answerProbe(probe: Asked, done: (hasFailed?: boolean) => void, lost: () => void): void {
    this.#submit(probe, 0, done, lost, 0);
  }

  /** Where a name has to be looked up, the worker that has its turn waits for that, too. */
  #submit(
    asked: Asked,
    service_ms: number,
    done: (hasFailed?: boolean) => void,
    lost: () => void,
    work_ms: number,
  ): void {
    const lookups = this.#lookupsFor(asked);
    if (lookups === undefined) {
      this.#station?.submit(service_ms, done, lost, work_ms);
      return;
    }
    let hasFailed = false;
    const fromBegin = (begin_ms: number) => {
      const { takes_ms, isAnswered } = lookUp(lookups, begin_ms, (at_ms) => this.#answersLookup(at_ms));
      hasFailed = !isAnswered;
      return hasFailed ? takes_ms : takes_ms + service_ms;
    };
    this.#station?.submit(fromBegin, () => done(hasFailed), lost, work_ms);
  }

  #lookupsFor(asked: Asked): Lookups | undefined {
    const lookups = this.#application?.lookups;
    return lookups?.for.includes(asked) === true ? lookups : undefined;
  }

  #answersLookup(at_ms: number): boolean {
    return this.#events.answersLookup?.(at_ms) ?? true;
  }

  /** SIGTERM (or the image's stop signal): what follows is the application's own behaviour. */
  terminate(cause: Cause): void {
    if (this.#clock.isStopped) this.#pendingSignal ??= cause;
    else this.#react(cause);
  }

  #react(cause: Cause): void {
    // A program without a handler does not end by a signal where it is the first of its PID namespace.
    if (this.hasExited || this.#application === undefined) return;
    const { on_sigterm, stop_time } = this.#application;
    if (on_sigterm === 'ignore') return;
    if (on_sigterm !== 'serve') this.#state = 'closed';
    const stop_ms = sample_ms(stop_time, this.#environment.uniform('application/stop_time'));
    const end = () => this.#end(0, step(cause, 'application stop', this.#environment.now_ms));
    this.#clock.after(stop_ms, () => {
      if (on_sigterm === 'drain') this.#station?.whenEmpty(end);
      else end();
    });
  }

  /** SIGKILL. */
  kill(cause: Cause): void {
    this.#end(KILLED, cause);
  }

  /** SIGSTOP. */
  stop(cause: Cause): void {
    if (this.hasExited || this.#clock.isStopped) return;
    this.#stoppedCause = cause;
    this.#clock.stop();
    this.#station?.freeze();
  }

  /** SIGCONT: what has piled up is worked on now. */
  resume(): void {
    if (this.hasExited || !this.#clock.isStopped) return;
    const cause = step(this.#stoppedCause, 'container pause', this.#environment.now_ms);
    this.#stoppedCause = undefined;
    const signal = this.#pendingSignal;
    this.#pendingSignal = undefined;
    this.#queued = 0;
    this.#clock.resume();
    if (!this.#isThrottled) this.#station?.thaw();
    if (signal !== undefined) this.#react(step(signal, 'container pause', this.#environment.now_ms));
    if (this.isServing) this.#events.serving(this, cause);
  }

  /** Its cgroup has used up its processor time: it does not compute, and what it has asked of others goes on. */
  throttle(): void {
    if (this.hasExited) return;
    this.#isThrottled = true;
    this.#station?.freeze();
  }

  unthrottle(): void {
    if (!this.#isThrottled) return;
    this.#isThrottled = false;
    if (!this.#clock.isStopped) this.#station?.thawWork();
  }

  #end(code: number, cause: Cause): void {
    if (this.hasExited) return;
    this.#state = 'exited';
    this.#exit = { at_ms: this.#environment.now_ms, code, cause };
    this.#station?.stop();
    this.#events.exited(this);
  }
}
