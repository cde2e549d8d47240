import type { HttpDelay } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { injecting } from '../http-faults.ts';

/** Has Istio hold up requests to a Service before they are sent on. */
export const httpDelay: FaultAction<HttpDelay> = {
  ...injecting<HttpDelay>('http-delay', ({ delay_ms, percentage }) => ({
    // A Duration of protobuf has its seconds, in JSON.
    delay: { fixedDelay: `${delay_ms / 1000}s`, percentage: { value: percentage } },
  })),
  act: 'delay-requests',
};
