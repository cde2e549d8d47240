/** Calls that are made again and again. */
import { type PodRef, PodReplacedError } from '../cluster.ts';
import type { Call } from './api.ts';

/** An object is written to by its controllers in between: how often it is tried, and the pause before the next time. */
export const WRITES_MAX = 10;
export const WRITE_PAUSE_MS = 100;

export const SLICES = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' } as const;

export const BUDGETS = {
  verb: 'list',
  group: 'policy',
  version: 'v1',
  resource: 'poddisruptionbudgets',
} as const;

export const core = (verb: Call['verb'], resource: string, namespace?: string): Call => ({
  verb,
  group: '',
  version: 'v1',
  resource,
  namespace,
});

/** Body of the deletion of a pod, and of no other that has its name. */
export const deletion = ({ uid }: PodRef, grace_period_s: number | undefined) => ({
  preconditions: { uid },
  ...(grace_period_s === undefined ? {} : { gracePeriodSeconds: grace_period_s }),
});

export const gone = ({ namespace, name, uid }: PodRef): PodReplacedError =>
  new PodReplacedError(`pod ${namespace}/${name} with UID ${uid} is gone`);
