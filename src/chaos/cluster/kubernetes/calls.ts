/** Calls that are made again and again. */
import type { Call } from './api.ts';

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
