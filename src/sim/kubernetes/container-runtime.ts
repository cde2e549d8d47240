import { sample_ms } from '../../scenario/sample.ts';
import type { Container } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import { Station } from '../traffic/station.ts';

/**
 * A pod's sandbox: its network namespace and its address. While it is up, a closed port answers with a
 * reset; before and after nothing answers at all.
 */
export class Sandbox {
  isUp = false;
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
  readonly #container: Container;
  readonly #station: Station;
  #state: 'starting' | 'listening' | 'closed' | 'exited' = 'starting';
  #exited_at_ms = Number.POSITIVE_INFINITY;
  #hasSucceeded = false;
  /** Why it listens since when; undefined while it does not, and where it always did. */
  #listening: Cause | undefined;
  readonly #usage: ProcessUsage;
  readonly #onExit: (cause: Cause) => void;
  readonly #onListening: (process: Process, cause: Cause) => void;

  constructor(
    environment: Environment,
    container: Container,
    onListening: (process: Process, cause: Cause) => void,
    onExit: (cause: Cause) => void,
  ) {
    this.#environment = environment;
    this.#container = container;
    this.#onListening = onListening;
    this.#onExit = onExit;
    this.#usage = { cpu_ms: 0, requests: 0, started_at_ms: environment.now_ms };
    this.#station = new Station(
      { now: () => environment.now_ms, after: (delay_ms, action) => environment.after(delay_ms, action) },
      container.application.concurrency,
    );
  }

  get isListening(): boolean {
    return this.#state === 'listening';
  }

  get hasExited(): boolean {
    return this.#state === 'exited';
  }

  /** Whether it ended by itself and not by SIGKILL: exit code 0. */
  get hasSucceeded(): boolean {
    return this.#hasSucceeded;
  }

  get exited_at_ms(): number {
    return this.#exited_at_ms;
  }

  /** What it has used since it started, as the kubelet counts it. */
  get usage(): Readonly<ProcessUsage> {
    return this.#usage;
  }

  get listeningCause(): Cause | undefined {
    return this.#listening;
  }

  /** The moment of exec; it listens after the application's start time. */
  start(cause: Cause): void {
    const start_ms = sample_ms(
      this.#container.application.start_time,
      this.#environment.uniform('application/start_time'),
    );
    this.#environment.after(start_ms, () => {
      if (this.#state !== 'starting') return;
      this.#state = 'listening';
      this.#listening = step(cause, 'application start', this.#environment.now_ms);
      this.#onListening(this, this.#listening);
    });
  }

  /** It has been running, and listening, since long ago. */
  startLongAgo(): void {
    this.#state = 'listening';
  }

  /** Works on one request. The caller has checked that it listens. */
  serve(done: () => void, lost: () => void): void {
    const service_ms = sample_ms(
      this.#container.application.service_time,
      this.#environment.uniform('application/service_time'),
    );
    const { cpu_per_request_ms } = this.#container.application;
    const served = () => {
      this.#usage.cpu_ms += cpu_per_request_ms;
      this.#usage.requests += 1;
      done();
    };
    this.#station.submit(service_ms, served, lost);
  }

  /** SIGTERM (or the image's stop signal): what follows is the application's own behaviour. */
  terminate(cause: Cause): void {
    if (this.hasExited) return;
    const { on_sigterm, stop_time } = this.#container.application;
    if (on_sigterm === 'ignore') return;
    if (on_sigterm !== 'serve') this.#state = 'closed';
    const stop_ms = sample_ms(stop_time, this.#environment.uniform('application/stop_time'));
    const exit = () => {
      this.#hasSucceeded = !this.hasExited;
      this.#exit(step(cause, 'application stop', this.#environment.now_ms));
    };
    this.#environment.after(stop_ms, () => {
      if (on_sigterm === 'drain') this.#station.whenEmpty(exit);
      else exit();
    });
  }

  /** SIGKILL. */
  kill(cause: Cause): void {
    this.#exit(cause);
  }

  #exit(cause: Cause): void {
    if (this.hasExited) return;
    this.#state = 'exited';
    this.#exited_at_ms = this.#environment.now_ms;
    this.#station.stop();
    this.#onExit(cause);
  }
}
