import type { Environment } from '../environment.ts';
import type { ApiClient, ApiServer } from './api-server.ts';
import { ClientRateLimit } from './client-rate-limit.ts';
import { DaemonSetController } from './daemonset.ts';
import { DeploymentController } from './deployment.ts';
import { EventRecorder } from './event-recorder.ts';
import { JobController } from './job.ts';
import type { Link } from './link.ts';
import { ReplicaSetController } from './replicaset.ts';
import { StatefulSetController } from './statefulset.ts';
import type { SteadyState } from './steady-state.ts';

/** Starts the controllers that make pods, those of which there is a workload; each with a client of its own. */
export function startWorkloadControllers(
  environment: Environment,
  api: ApiServer,
  link: Link,
  steady: SteadyState,
): void {
  const start = (create: (client: ApiClient, events: EventRecorder) => void) => {
    const limit = new ClientRateLimit(environment);
    create(api.client(link, limit), new EventRecorder(environment, limit));
  };
  const kinds = new Set(steady.workloads.map(({ workload }) => workload.kind));
  if (kinds.has('Deployment')) {
    start((client, events) => new DeploymentController(environment, client, events, steady));
    start((client, events) => new ReplicaSetController(environment, client, events, steady));
  }
  if (kinds.has('StatefulSet')) {
    start((client, events) => new StatefulSetController(environment, client, events, steady));
  }
  if (kinds.has('DaemonSet')) {
    const nodes = [...api.nodes.values()];
    start((client, events) => new DaemonSetController(environment, client, events, { ...steady, nodes }));
  }
  if (kinds.has('Job')) {
    start((client, events) => new JobController(environment, client, events, steady));
  }
}
