/**
 * What a Deployment's status says, and whether it gets on (Kubernetes 1.35 pkg/controller/deployment/sync.go
 * calculateStatus, progress.go syncRolloutStatus, util DeploymentComplete, DeploymentProgressing, DeploymentTimedOut).
 */
import type { DeploymentStatus, ReplicaSetObject, WorkloadObject } from './objects.ts';

/** The counts of now; the conditions of before. */
export function countedStatus(
  before: DeploymentStatus,
  { template, replicas }: Pick<WorkloadObject, 'template' | 'replicas'>,
  fresh: ReplicaSetObject | undefined,
  all: readonly ReplicaSetObject[],
): DeploymentStatus {
  const sum = (of: (set: ReplicaSetObject) => number) => all.reduce((total, set) => total + of(set), 0);
  return {
    ...before,
    observed: { template, replicas },
    replicas: sum(({ status }) => status.replicas),
    updated: fresh?.status.replicas ?? 0,
    ready: sum(({ status }) => status.ready),
    available: sum(({ status }) => status.available),
    terminating: sum(({ status }) => status.terminating),
  };
}

/** The same with the Progressing condition as it is now. */
export function withProgress(
  before: DeploymentStatus,
  now: DeploymentStatus,
  deadline_ms: number,
  now_ms: number,
): DeploymentStatus {
  const { reason, updated_at_ms } = before.progressing;
  const progressing = (next: DeploymentStatus['progressing']['reason']) =>
    next === reason && next !== 'ReplicaSetUpdated'
      ? now
      : { ...now, progressing: { reason: next, updated_at_ms: now_ms } };
  if (now.replicas === now.updated && reason === 'NewReplicaSetAvailable') return now;
  if (isComplete(now)) return progressing('NewReplicaSetAvailable');
  if (hasProgressed(before, now)) return progressing('ReplicaSetUpdated');
  const isLate = reason !== 'NewReplicaSetAvailable' && updated_at_ms + deadline_ms < now_ms;
  return isLate ? progressing('ProgressDeadlineExceeded') : now;
}

/** All replicas are new and available, and no old ones are left. */
export function isComplete({ observed, replicas, updated, available }: DeploymentStatus): boolean {
  return updated === observed.replicas && replicas === observed.replicas && available === observed.replicas;
}

function hasProgressed(before: DeploymentStatus, now: DeploymentStatus): boolean {
  return (
    now.updated > before.updated ||
    now.replicas - now.updated < before.replicas - before.updated ||
    now.ready > before.ready ||
    now.available > before.available
  );
}

export function isSameStatus(a: DeploymentStatus, b: DeploymentStatus): boolean {
  return (
    a.observed.template === b.observed.template &&
    a.observed.replicas === b.observed.replicas &&
    a.revision === b.revision &&
    a.replicas === b.replicas &&
    a.updated === b.updated &&
    a.ready === b.ready &&
    a.available === b.available &&
    a.terminating === b.terminating &&
    a.progressing.reason === b.progressing.reason &&
    a.progressing.updated_at_ms === b.progressing.updated_at_ms
  );
}
