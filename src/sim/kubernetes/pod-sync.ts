import type { Container, PodTemplate } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { Process } from './container-runtime.ts';
import {
  type ContainerStarter,
  NOTHING_PUT_OFF,
  type StartResult,
  startContainers,
} from './container-start.ts';
import type { ContainerState } from './container-state.ts';
import { stopContainer } from './container-stop.ts';
import type { PodState } from './pod-state.ts';
import { isRestarted } from './pod-status.ts';
import { stopPod } from './pod-termination.ts';

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
 * Brings what runs closer to what should, by what the cache had of it when the sync began (Kubernetes 1.35
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
  state.beginSync();
  if (state.sandbox.cached?.hasExited !== false) {
    replaceSandbox(node, state, cause, (result) => done({ ...result, hasActed: true }));
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
 * A pod without a sandbox, or with one that has exited: all that still runs in it is stopped, within the pod's grace
 * period and at once, then what is left of the sandbox, and everything begins anew in another one (SyncPod, steps 2
 * and 4). All of that is one sync: what happens meanwhile is reported by the next.
 */
function replaceSandbox(
  node: ContainerStarter,
  state: PodState,
  cause: Cause,
  done: (result: StartResult) => void,
): void {
  const { environment } = node;
  const { pod, sandbox, init } = state;
  const containers = toStartAnew(state);
  const because = sandbox.exitedCause() ?? cause;
  stopPod(environment, state, pod.template.termination_grace_period_s, because, (stopped) => {
    if (containers === undefined) {
      done(NOTHING_PUT_OFF);
      return;
    }
    for (const container of init) container.forget();
    environment.after(environment.delay_ms('sandbox_start'), () => {
      const up = step(stopped, 'sandbox start', environment.now_ms);
      sandbox.create(environment.now_ms, up);
      startContainers(node, state, containers, up, done);
    });
  });
}

/**
 * What is started in a new sandbox; undefined where there is to be none: of a pod that is never restarted, or all of
 * whose containers have ended well and stay so (computePodActions).
 */
function toStartAnew({ pod, sandbox, init, containers }: PodState): readonly ContainerState[] | undefined {
  const { restart_policy } = pod.template;
  const isFirst = sandbox.cached === undefined;
  const hasRun = [...init, ...containers].some(({ known }) => known !== undefined);
  if (restart_policy === 'Never' && !isFirst && hasRun) return undefined;
  const left = containers.filter(({ known }) => {
    const hasSucceeded = known?.hasExited === true && known.process.exit_code === 0;
    return restart_policy !== 'OnFailure' || !hasSucceeded;
  });
  if (left.length === 0 && containers.some(({ known }) => known !== undefined)) return undefined;
  const [firstInit] = init;
  return firstInit === undefined ? left : [firstInit];
}

/**
 * What the init containers leave to start: the next of them, one again, or none because one runs; undefined once
 * the last has ended well (kuberuntime_container.go computeInitContainerActions, without sidecars).
 */
function initToStart(
  state: PodState,
): { readonly containers: readonly ContainerState[]; readonly cause: Cause | undefined } | undefined {
  const { init, containers } = state;
  // One that runs says that they are over; one that has exited may have done so in an earlier sandbox.
  if (init.length === 0 || containers.some(({ known }) => known?.hasExited === false)) return undefined;
  const latest = init.findLastIndex(({ known }) => known !== undefined);
  const container = init[latest];
  if (container?.known === undefined) return { containers: init.slice(0, 1), cause: undefined };
  const cause = container.cachedCause(container.known);
  const { process, hasExited } = container.known;
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
    const { known } = container;
    if (known === undefined || known.hasExited) return [];
    const { process } = known;
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
    const { known } = container;
    if (known === undefined) return true;
    if (known.hasExited) return isRestarted(restart_policy, known.process);
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
