import type { Environment } from '../environment.ts';
import type { ApiServer } from './api-server.ts';
import { ClientRateLimit } from './client-rate-limit.ts';
import type { Restarting } from './control-plane.ts';
import { EventRecorder } from './event-recorder.ts';
import type { Link } from './link.ts';
import { NodeLifecycleController } from './node-lifecycle.ts';
import type { PodObject } from './objects.ts';
import { PodGarbageCollector } from './pod-gc.ts';
import { TaintEvictionController } from './taint-eviction.ts';

/** Starts the controllers that watch over nodes, each with a client of its own. */
export function startNodeControllers(
  environment: Environment,
  api: ApiServer,
  link: Link,
  pods: readonly PodObject[],
): readonly Restarting[] {
  const start = <T>(Controller: new (...of: Started) => T): T => {
    const limit = new ClientRateLimit(environment);
    const events = new EventRecorder(environment, limit);
    return new Controller(environment, api.client(link, limit), { limit, events, pods });
  };
  return [start(NodeLifecycleController), start(TaintEvictionController), start(PodGarbageCollector)];
}

type Started = ConstructorParameters<typeof NodeLifecycleController>;
