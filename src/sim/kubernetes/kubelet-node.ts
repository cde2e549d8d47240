import type { Cause } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { Process } from './container-runtime.ts';
import type { ImageManager } from './image-manager.ts';
import type { Pleg } from './pleg.ts';
import type { PodWorker } from './pod-worker.ts';
import type { DnsOutages } from './resolver.ts';
import type { ResyncQueue } from './resync-queue.ts';
import type { StatusManager } from './status-manager.ts';

/** What happens on a node that others must know: the network, and the budget. */
export interface NodeEvents {
  /** A process answers requests from now on. */
  processServing(pod: PodWorker, process: Process, cause: Cause): void;
}

/** What the pod workers of one kubelet share. */
export interface KubeletNode {
  readonly environment: Environment;
  /** When the kubelet started, in milliseconds of the trial; -Infinity: long ago. */
  started_at_ms: number;
  readonly pleg: Pleg;
  readonly images: ImageManager;
  readonly statuses: StatusManager;
  readonly resyncs: ResyncQueue;
  readonly events: NodeEvents;
  readonly dnsOutages: DnsOutages;
}
