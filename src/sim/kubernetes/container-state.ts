import type { Container, InitContainer } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Backoff } from './backoff.ts';
import type { Process, Program } from './container-runtime.ts';
import type { ProbeWorker } from './probe.ts';
import type { ProbeKind } from './prober.ts';

/** A container's process as the kubelet's cache has it: as it was when the PLEG inspected the pod. */
interface CachedProcess {
  readonly process: Process;
  readonly hasExited: boolean;
  /** The latest that had exited then; of those the kubelet keeps one (kubelet.go minDeadContainerInPod). */
  readonly exited: Process | undefined;
  /** When the PLEG first found it so. */
  readonly seen_at_ms: number;
}

/** What the status manager holds of a container: v1.ContainerStatus, as far as it matters. */
export interface ContainerStatus {
  /** undefined: never started. */
  readonly process: Process | undefined;
  readonly isRunning: boolean;
  readonly started: boolean;
  readonly ready: boolean;
}

const WAITING: ContainerStatus = { process: undefined, isRunning: false, started: false, ready: false };

/** One container of a pod: what runs, what the kubelet's cache has of it, and what its status says. */
export class ContainerState {
  readonly spec: Container | InitContainer;
  /** Among the init containers, and there to stay (restartPolicy Always). */
  readonly isSidecar: boolean;
  readonly program: Program;
  /** Wait before it is restarted: CrashLoopBackOff. */
  readonly backoff: Backoff;
  readonly probes: ProbeWorker[] = [];
  /** The latest process; it may have exited. */
  process: Process | undefined;
  #before: Process | undefined;
  status = WAITING;
  /** When its startup probe passed, and what led to it; undefined while it has not. */
  startup: Cause | undefined;
  /** What is waited for since its image could not be pulled: a chain that ends at the first failure. */
  unpulled: Cause | undefined;
  /** Whether its restart was put off at the last sync. */
  isPutOff = false;
  #cached: CachedProcess | undefined;
  #known: CachedProcess | undefined;
  /** What the PLEG has told of. */
  #told: Pick<CachedProcess, 'process' | 'hasExited'> | undefined;
  #awaited: { readonly process: Process; readonly exited: (cause: Cause) => void } | undefined;

  constructor(spec: Container | InitContainer, backoff: Backoff, isSidecar: boolean) {
    this.spec = spec;
    this.isSidecar = isSidecar;
    this.program = 'run_time' in spec ? { run_time: spec.run_time } : { application: spec.application };
    this.backoff = backoff;
  }

  get cached(): CachedProcess | undefined {
    return this.#cached;
  }

  /**
   * What the sync under way goes by: the cache as it was when that began, whatever the sync has stopped since
   * (the podStatus that kubelet.go SyncPod is given).
   */
  get known(): CachedProcess | undefined {
    return this.#known;
  }

  beginSync(): void {
    this.#known = this.#cached;
  }

  probe(kind: ProbeKind): ProbeWorker | undefined {
    return this.probes.find((probe) => probe.kind === kind);
  }

  /** A new process takes the place of the last. */
  replace(process: Process): void {
    this.#before = this.process;
    this.process = process;
  }

  /** Whether it differs from what the PLEG last told, as it was listed then. */
  differs(listed_at_ms: number): boolean {
    const { process } = this;
    if (process === undefined || process.started_at_ms > listed_at_ms) return false;
    const told = this.#told;
    return told?.process !== process || told.hasExited !== process.hadExited(listed_at_ms);
  }

  /** The PLEG tells of it as it was listed. */
  tell(listed_at_ms: number, now_ms: number): Cause | undefined {
    const process = this.process as Process;
    const hasExited = process.hadExited(listed_at_ms);
    this.#told = { process, hasExited };
    return step(hasExited ? process.exitCause : process.startCause, 'kubelet PLEG', now_ms);
  }

  /** The cache takes in its state as it is now. */
  inspect(now_ms: number): void {
    const { process } = this;
    if (process === undefined) return;
    const { hasExited } = process;
    const isSame = this.#cached?.process === process && this.#cached.hasExited === hasExited;
    if (isSame) return;
    this.#cached = { process, hasExited, exited: hasExited ? process : this.#before, seen_at_ms: now_ms };
  }

  /** All of it has been so since long ago. */
  settle(): void {
    const process = this.process as Process;
    const { hasExited } = process;
    this.#cached = {
      process,
      hasExited,
      exited: hasExited ? process : undefined,
      seen_at_ms: Number.NEGATIVE_INFINITY,
    };
    this.#told = this.#cached;
    this.status = { process, isRunning: !hasExited, started: !hasExited, ready: !hasExited };
  }

  /** Nothing is left of it: it was removed with all that the runtime had of it (kuberuntime_container.go purgeInitContainers). */
  forget(): void {
    this.process = undefined;
    this.#before = undefined;
    this.#cached = undefined;
    this.#told = undefined;
    this.status = WAITING;
  }

  /** What led to the state that the cache has, or had at another time. */
  cachedCause(cached = this.#cached): Cause | undefined {
    if (cached === undefined) return undefined;
    const { process, hasExited, seen_at_ms } = cached;
    return step(hasExited ? process.exitCause : process.startCause, 'kubelet PLEG', seen_at_ms);
  }

  /** Calls `exited` when the process has exited: now, if it has. */
  onExit(process: Process, exited: (cause: Cause) => void): void {
    if (process.exitCause !== undefined) exited(process.exitCause);
    else this.#awaited = { process, exited };
  }

  exited(process: Process): void {
    const awaited = this.#awaited;
    if (awaited?.process !== process || process.exitCause === undefined) return;
    this.#awaited = undefined;
    awaited.exited(process.exitCause);
  }
}
