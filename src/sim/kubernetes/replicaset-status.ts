import type { Cause } from '../cause.ts';
import type { ApiClient } from './api-server.ts';
import type { ReplicaSetObject, ReplicaSetStatus } from './objects.ts';
import type { SyncEnd } from './work-queue.ts';

/**
 * Writes a replica set's status where it has changed. Where somebody wrote the set meanwhile, it is read again and the
 * status written once more; where that fails too, the sync has failed (Kubernetes 1.35
 * pkg/controller/replicaset/replica_set_utils.go updateReplicaSetStatus).
 */
export class ReplicaSetStatusWriter {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** @param seen the set as the status was calculated from */
  write(seen: ReplicaSetObject, status: ReplicaSetStatus, cause: Cause, end: (how: SyncEnd) => void): void {
    if (isSame(seen.status, status)) {
      end('done');
      return;
    }
    this.#update(seen, status, cause, (isWritten) => {
      if (isWritten) {
        end('done');
        return;
      }
      // A read takes as long as a write.
      this.#api.replicaSets.update(
        seen.name,
        () => undefined,
        cause,
        () => {
          const fresh = this.#api.replicaSets.get(seen.name);
          if (fresh === undefined) end('failed');
          else this.#update(fresh, status, cause, (isWrittenNow) => end(isWrittenNow ? 'done' : 'failed'));
        },
      );
    });
  }

  #update(
    seen: ReplicaSetObject,
    status: ReplicaSetStatus,
    cause: Cause,
    done: (isWritten: boolean) => void,
  ): void {
    let isWritten = false;
    const change = (current: ReplicaSetObject) => {
      isWritten = current === seen;
      return isWritten ? { status } : undefined;
    };
    this.#api.replicaSets.update(seen.name, change, cause, () => done(isWritten));
  }
}

function isSame(a: ReplicaSetStatus, b: ReplicaSetStatus): boolean {
  return (
    a.observed_replicas === b.observed_replicas &&
    a.replicas === b.replicas &&
    a.ready === b.ready &&
    a.available === b.available &&
    a.terminating === b.terminating
  );
}
