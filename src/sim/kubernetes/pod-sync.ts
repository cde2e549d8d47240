import type { Container, PodTemplate } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { Process } from './container-runtime.ts';
import { type ContainerStarter, type StartResult, startContainers } from './container-start.ts';
import type { ContainerState } from './container-state.ts';
import { stopContainer } from './container-stop.ts';
import type { PodState } from './pod-state.ts';
import { isRestarted } from './pod-status.ts';

export interface SyncResult extends StartResult {
  /** Whether there was anything to start or to stop. */
  readonly hasActed: boolean;
}

interface Kill {
  readonly container: ContainerState;
  readonly process: Process;
  readonly grace_period_s: number;
}

/**
 * Brings what runs closer to what should, by what the cache has of it (Kubernetes 1.35
 * pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod): the sandbox; containers that failed their liveness or
 * startup probe are stopped one after the other; then what should run is started, what was just stopped included.
 */
export function syncContainers(
  node: ContainerStarter,
  state: PodState,
  cause: Cause,
  done: (result: SyncResult) => void,
): void {
  const { environment } = node;
  const [firstInit] = state.init;
  const acted = (result: StartResult) => done({ ...result, hasActed: true });
  if (!state.isSandboxCached) {
    environment.after(environment.delay_ms('sandbox_start'), () => {
      const up = step(cause, 'sandbox start', environment.now_ms);
      state.sandboxCreated(up);
      startContainers(node, state, firstInit === undefined ? state.containers : [firstInit], up, acted);
    });
    return;
  }
  const nextInit = initToStart(state);
  if (nextInit !== undefined) {
    const initialised = step(nextInit.cause ?? cause, 'kubelet PLEG', environment.now_ms);
    const { containers } = nextInit;
    startContainers(node, state, containers, initialised, (result) =>
      done({ ...result, hasActed: containers.length > 0 }),
    );
    return;
  }
  const kills = toKill(state);
  stopInTurn(environment, kills, cause, (stopped) => {
    const containers = toStart(state, kills);
    startContainers(node, state, containers, stopped, (result) =>
      done({ ...result, hasActed: kills.length > 0 || containers.length > 0 }),
    );
  });
}

/**
 * What the init containers leave to start: the next of them, one again, or none because one runs; undefined once
 * the last has ended well (kuberuntime_container.go computeInitContainerActions, without sidecars).
 */
function initToStart(
  state: PodState,
): { readonly containers: readonly ContainerState[]; readonly cause: Cause | undefined } | undefined {
  const { init, containers } = state;
  if (init.length === 0 || containers.some(({ cached }) => cached !== undefined)) return undefined;
  const latest = init.findLastIndex(({ cached }) => cached !== undefined);
  const container = init[latest];
  if (container?.cached === undefined) return { containers: init.slice(0, 1), cause: undefined };
  const cause = container.cachedCause();
  const { process, hasExited } = container.cached;
  if (!hasExited) return { containers: [], cause };
  if (process.exit_code !== 0) {
    return { containers: isRestarted(state.pod.template.restart_policy, process) ? [container] : [], cause };
  }
  const next = init[latest + 1];
  return next === undefined ? undefined : { containers: [next], cause };
}

/** Running containers whose liveness or startup probe has failed. */
function toKill({ containers, pod }: PodState): Kill[] {
  return containers.flatMap((container) => {
    const { cached } = container;
    if (cached === undefined || cached.hasExited) return [];
    const { process } = cached;
    const failed = (['liveness', 'startup'] as const).find(
      (kind) => container.probe(kind)?.resultOf(process) === false,
    );
    if (failed === undefined) return [];
    return [
      { container, process, grace_period_s: graceOf(container.spec as Container, failed, pod.template) },
    ];
  });
}

/** The probe's own grace period, else the pod's (kuberuntime_container.go setTerminationGracePeriod). */
function graceOf(
  { liveness_probe, startup_probe }: Container,
  failed: 'liveness' | 'startup',
  { termination_grace_period_s }: PodTemplate,
): number {
  const probe = failed === 'liveness' ? liveness_probe : startup_probe;
  return probe?.termination_grace_period_s ?? termination_grace_period_s;
}

/** Containers that never ran, those that have exited and are restarted, and what was just stopped unless never restarted. */
function toStart({ containers, pod }: PodState, kills: readonly Kill[]): ContainerState[] {
  const { restart_policy } = pod.template;
  return containers.filter((container) => {
    const { cached } = container;
    if (cached === undefined) return true;
    if (cached.hasExited) return isRestarted(restart_policy, cached.process);
    return restart_policy !== 'Never' && kills.some((kill) => kill.container === container);
  });
}

function stopInTurn(
  environment: Environment,
  kills: readonly Kill[],
  cause: Cause,
  done: (last: Cause) => void,
): void {
  const [kill, ...rest] = kills;
  if (kill === undefined) {
    done(cause);
    return;
  }
  const { container, process, grace_period_s } = kill;
  stopContainer(environment, container, process, grace_period_s, cause, (stopped) =>
    stopInTurn(environment, rest, stopped, done),
  );
}
