/** What `bad-readiness` rolls out. */
import type { Probe } from './workload.ts';

/** TCP Port Service Multiplexer (RFC 1078), which nobody serves: a connection to it is refused at once. */
export const CLOSED_PORT = 1;

/** A readiness probe that cannot succeed, with Kubernetes' defaults for what it leaves out. */
export const NEVER_READY: Probe = {
  handler: 'tcp',
  port: CLOSED_PORT,
  initial_delay_s: 0,
  period_s: 10,
  timeout_s: 1,
  success_threshold: 1,
  failure_threshold: 3,
};
