import type { HttpAbort } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { injecting } from '../http-faults.ts';

/** Has Istio answer requests to a Service with an error, and send them nowhere. */
export const httpAbort: FaultAction<HttpAbort> = {
  ...injecting<HttpAbort>('http-abort', ({ status, percentage }) => ({
    abort: { httpStatus: status, percentage: { value: percentage } },
  })),
  act: 'abort-requests',
};
