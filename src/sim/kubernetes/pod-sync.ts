import type { Container, PodTemplate } from '../../scenario/scenario.ts';
import { type Cause, step, stepOf } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { Process } from './container-runtime.ts';
import {
  both,
  type ContainerStarter,
  NOTHING_PUT_OFF,
  type StartResult,
  startContainers,
} from './container-start.ts';
import type { ContainerState } from './container-state.ts';
import { stopContainer } from './container-stop.ts';
import { initActions } from './init-containers.ts';
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
 * startup probe are stopped one after the other; then what should run is started, what was just stopped included:
 * first of the init containers, then, where those are over, of the containers.
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
  const init = initActions(state);
  const kills = [...killsOf(state, init.kill), ...(init.isOver ? toKill(state) : [])];
  stopInTurn(environment, kills, cause, (stopped) => {
    const begun = init.cause === undefined ? stopped : step(init.cause, 'kubelet PLEG', environment.now_ms);
    startContainers(node, state, init.start, begun, (initialised, last) => {
      const containers = init.isOver ? toStart(state, kills) : [];
      const hasActed = kills.length + init.start.length + containers.length > 0;
      const since = init.start.length === 0 ? stopped : last;
      startContainers(node, state, containers, since, (result) =>
        done({ ...both(initialised, result), hasActed }),
      );
    });
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
    environment.run('sandbox_start', environment.delay_ms('sandbox_start'), (lost_ms) => {
      const up = stepOf(stopped, 'sandbox start', environment.now_ms, lost_ms);
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

/** Running containers whose liveness or startup probe has failed. */
const toKill = (state: PodState): Kill[] => killsOf(state, state.containers);

function killsOf({ pod }: PodState, some: readonly ContainerState[]): Kill[] {
  return some.flatMap((container) => {
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
