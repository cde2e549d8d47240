import type { Probe } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Process } from './container-runtime.ts';
import type { ContainerState } from './container-state.ts';
import type { KubeletNode } from './kubelet-node.ts';
import { ProbeWorker } from './probe.ts';
import type { ProbeKind } from './prober.ts';

/** Told of a changed result, and what led to it. */
export type ProbeChanged = (
  container: ContainerState,
  kind: ProbeKind,
  process: Process,
  success: boolean,
  cause: Cause,
) => void;

/** A worker for every probe of a container (Kubernetes 1.35 pkg/kubelet/prober/prober_manager.go AddPod). */
export function addProbes(
  { environment }: KubeletNode,
  pod: string,
  container: ContainerState,
  changed: ProbeChanged,
): void {
  const { spec } = container;
  if ('run_time' in spec) return;
  const add = (kind: ProbeKind, probe: Probe | undefined) => {
    if (probe === undefined) return;
    const worker = new ProbeWorker(environment, {
      kind,
      probe,
      pod,
      container: () => ({
        process: container.status.process,
        isRunning: container.status.isRunning,
        started_at_ms: environment.statusTime_ms(container.status.process?.started_at_ms ?? 0),
        seen_at_ms: container.cached?.seen_at_ms ?? 0,
        has_started: container.status.started,
        startup_passed_at_ms: container.startup?.end_ms,
      }),
      changed: (process, success, cause) => {
        const since = process.stoppedCause ?? process.startCause;
        const because = cause ?? step(since, `${kind} probe`, environment.now_ms);
        changed(container, kind, process, success, because);
      },
    });
    container.probes.push(worker);
  };
  add('startup', spec.startup_probe);
  add('readiness', spec.readiness_probe);
  add('liveness', spec.liveness_probe);
}
