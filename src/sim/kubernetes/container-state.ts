import type { Container } from '../../scenario/scenario.ts';
import type { Cause } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { Process } from './container-runtime.ts';
import type { ProbeWorker } from './probe.ts';
import { RestartBackoff } from './restart-backoff.ts';

/** One container of a pod: what runs, what the PLEG saw, what was reported. */
export class ContainerState {
  readonly spec: Container;
  readonly probes: ProbeWorker[] = [];
  readonly backoff: RestartBackoff;
  process: Process | undefined;
  seen: { readonly process: Process; readonly hasExited: boolean; readonly at_ms: number } | undefined;
  /** The process that the reported status calls Running. */
  reported: Process | undefined;
  isReady = false;
  hasStarted = false;
  startup_passed_at_ms: number | undefined;
  started_at_ms = Number.NEGATIVE_INFINITY;
  startCause: Cause | undefined;
  #exitCause: Cause | undefined;
  #awaited: { readonly process: Process; readonly exited: (cause: Cause) => void } | undefined;

  constructor(environment: Environment, spec: Container) {
    this.spec = spec;
    this.backoff = new RestartBackoff(environment);
  }

  get exitCause(): Cause | undefined {
    return this.#exitCause;
  }

  set exitCause(cause: Cause) {
    this.#exitCause = cause;
    const awaited = this.#awaited;
    if (awaited !== undefined && awaited.process === this.process) {
      this.#awaited = undefined;
      awaited.exited(cause);
    }
  }

  /** Calls `exited` when the process has exited: now, if it has. */
  onExit(process: Process, exited: (cause: Cause) => void): void {
    if (process.hasExited && this.#exitCause !== undefined) exited(this.#exitCause);
    else this.#awaited = { process, exited };
  }
}
