import type { Container, InitContainer } from '../../scenario/scenario.ts';
import type { Cause } from '../cause.ts';
import type { Environment } from '../environment.ts';
import { Process } from './container-runtime.ts';
import { ContainerState } from './container-state.ts';
import { CpuQuota } from './cpu-quota.ts';
import { MemoryLimit } from './memory-limit.ts';
import type { PodObject } from './objects.ts';
import { areReady, containerStatus, type PodStatus, phaseOf } from './pod-status.ts';
import { restartBackoff } from './restart-backoff.ts';
import { SandboxState } from './sandbox-state.ts';

/** What a pod has to do with the world around it. */
interface Surroundings {
  /** Told whenever a process of the pod answers requests from then on. */
  serving(process: Process, cause: Cause): void;
  /** Whether DNS answers what is asked of it at a moment. */
  answersLookup(at_ms: number): boolean;
}

/** A pod on its node: its sandbox and containers, and what the kubelet's cache and status manager have of them. */
export class PodState {
  readonly pod: PodObject;
  readonly sandbox: SandboxState;
  /** Init containers, sidecars among them. */
  readonly init: readonly ContainerState[];
  readonly sidecars: readonly ContainerState[];
  readonly containers: readonly ContainerState[];
  /** What is meant to run as long as the pod does: it is probed, and all of it makes the pod ready. */
  readonly lasting: readonly ContainerState[];
  /** When the cache last took in what runs. */
  cached_at_ms = Number.NEGATIVE_INFINITY;
  /** What its cgroup may use of processors. */
  readonly cpu: CpuQuota;
  /** What its cgroup may hold of memory. */
  readonly memory: MemoryLimit;
  readonly #environment: Environment;
  readonly #surroundings: Surroundings;

  constructor(environment: Environment, pod: PodObject, surroundings: Surroundings) {
    this.pod = pod;
    this.sandbox = new SandboxState(pod.name);
    this.#environment = environment;
    this.#surroundings = surroundings;
    const stateOf = (spec: Container | InitContainer, isSidecar: boolean) =>
      new ContainerState(spec, restartBackoff(environment), isSidecar);
    const { init_containers, containers } = pod.template;
    this.init = init_containers.map((spec) => stateOf(spec, !('run_time' in spec)));
    this.sidecars = this.init.filter(({ isSidecar }) => isSidecar);
    this.containers = containers.map((spec) => stateOf(spec, false));
    this.lasting = [...this.sidecars, ...this.containers];
    const { limits } = pod.template;
    this.memory = new MemoryLimit(environment, limits.memory_bytes, () =>
      this.lasting.flatMap(({ process }) => process ?? []),
    );
    this.cpu = new CpuQuota(environment, limits.cpu_millis, () =>
      [...this.init, ...this.containers].flatMap(({ process }) => process ?? []),
    );
  }

  /** The pod runs and is ready since long ago. */
  settle(): void {
    this.sandbox.settle();
    for (const container of [...this.init, ...this.containers]) {
      this.newProcess(container).startLongAgo();
      container.settle();
    }
  }

  /** A process takes the place of the container's last. */
  newProcess(container: ContainerState): Process {
    const process = new Process(this.#environment, container.program, {
      serving: (served, cause) => {
        this.memory.holds(served);
        if (!served.hasExited) this.#surroundings.serving(served, cause);
      },
      exited: () => container.exited(process),
      used: (cpu_ms) => this.cpu.use(cpu_ms),
      answersLookup: (at_ms) => this.#surroundings.answersLookup(at_ms),
    });
    if (this.cpu.isThrottled) process.throttle();
    container.replace(process);
    return process;
  }

  /** A sync begins, which goes by what the cache has now. */
  beginSync(): void {
    for (const container of this.init) container.beginSync();
    for (const container of this.containers) container.beginSync();
  }

  /** See `Relisted`. */
  relist(listed_at_ms: number): Cause | undefined {
    const { now_ms } = this.#environment;
    let changed: Cause | undefined;
    if (this.sandbox.differs(listed_at_ms)) changed = this.sandbox.tell(listed_at_ms, now_ms);
    for (const container of this.init) {
      if (container.differs(listed_at_ms)) changed = container.tell(listed_at_ms, now_ms);
    }
    for (const container of this.containers) {
      if (container.differs(listed_at_ms)) changed = container.tell(listed_at_ms, now_ms);
    }
    if (changed !== undefined) this.inspect();
    return changed;
  }

  /** The cache takes in all of the pod as it is now (kuberuntime_manager.go GetPodStatus). */
  inspect(): void {
    const { now_ms } = this.#environment;
    this.sandbox.inspect(now_ms);
    for (const container of this.init) container.inspect(now_ms);
    for (const container of this.containers) container.inspect(now_ms);
    this.cached_at_ms = now_ms;
  }

  /**
   * Brings the containers' statuses up to the cache and to the probes' results.
   *
   * @param otherwise what led to it where nothing of the containers has changed
   * @returns what led to the change
   */
  refresh(otherwise: Cause): Cause {
    let because = otherwise;
    const { restarted_container_counts_as_started } = this.#environment.platform.kubernetes;
    for (const container of this.lasting) {
      const { status } = container;
      const next = containerStatus(container, restarted_container_counts_as_started);
      if (next.process !== status.process || next.isRunning !== status.isRunning) {
        because = container.cachedCause() ?? because;
        if (next.process !== status.process) container.startup = undefined;
      } else if (next.started && !status.started) {
        because = container.startup ?? because;
      }
      container.status = next;
    }
    return because;
  }

  /** @param isOver nothing is restarted any more */
  status(isOver: boolean): PodStatus {
    const { template, phase: before } = this.pod;
    const { cached } = this.sandbox;
    // One that has exited is not asked for its address any more (kuberuntime_manager.go GetPodStatus).
    const address = cached?.hasExited === false ? cached.sandbox.address : undefined;
    const phase = phaseOf(template.restart_policy, this.init, this.containers, before === 'Running', isOver);
    return { phase, address, ready: areReady(this.lasting) };
  }
}
