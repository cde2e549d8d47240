/** Calls that are made again and again. */
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
