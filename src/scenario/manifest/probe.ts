/** Probes with Kubernetes' defaults (Kubernetes 1.35 pkg/apis/core/v1/defaults.go SetDefaults_Probe). */
import { z } from 'zod';
import type { Reporter } from '../reporter.ts';
import type { Container, Probe } from '../scenario.ts';
import type { Path } from '../yaml.ts';
import { portNumber, portReference, whole } from './fields.ts';

const DEFAULTS = { period_s: 10, timeout_s: 1, success_threshold: 1, failure_threshold: 3 } as const;

export const probe = z.object({
  httpGet: z.object({ port: portReference }).nullish(),
  tcpSocket: z.object({ port: portReference }).nullish(),
  grpc: z.object({ port: portNumber }).nullish(),
  exec: z.unknown().optional(),
  initialDelaySeconds: whole.nullish(),
  periodSeconds: whole.nullish(),
  timeoutSeconds: whole.nullish(),
  successThreshold: whole.nullish(),
  failureThreshold: whole.nullish(),
  // Kubernetes 1.35 pkg/apis/core/validation/validation.go validateProbe.
  terminationGracePeriodSeconds: whole.min(1).nullish(),
});

export const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const;

const HANDLERS = { httpGet: 'http', tcpSocket: 'tcp', grpc: 'grpc', exec: 'exec' } as const;

/**
 * @param ports of its container, that it may name one of
 * @param path of the probe, for the report
 */
export function readProbe(
  field: (typeof PROBES)[number],
  checked: z.output<typeof probe>,
  ports: Container['ports'],
  path: Path,
  report: Reporter,
): Probe | undefined {
  const handlers = (['httpGet', 'tcpSocket', 'grpc', 'exec'] as const).filter(
    (name) => checked[name] != null,
  );
  const [handler] = handlers;
  if (handlers.length !== 1 || handler === undefined) {
    return report.atKey(path, {
      message: `the probe has ${handlers.length === 0 ? 'no handler' : `several handlers: ${handlers.join(', ')}`}`,
      expected: 'exactly one of httpGet, tcpSocket, grpc, exec',
    });
  }
  const port = handler === 'exec' ? undefined : checked[handler]?.port;
  const number = typeof port === 'string' ? ports.find(({ name }) => name === port)?.number : port;
  if (port !== undefined && number === undefined) {
    const known = ports.flatMap(({ name }) => name ?? []);
    return report.at([...path, handler, 'port'], {
      message: `the container has no port called ${port}`,
      expected: known.length === 0 ? 'a port number' : `a port number, or one of ${known.join(', ')}`,
    });
  }
  if (!isAllowed(field, checked, path, report)) return undefined;
  return {
    handler: HANDLERS[handler],
    port: number,
    initial_delay_s: checked.initialDelaySeconds ?? 0,
    // 0 stands for the default, as in the API.
    period_s: checked.periodSeconds || DEFAULTS.period_s,
    timeout_s: checked.timeoutSeconds || DEFAULTS.timeout_s,
    success_threshold: checked.successThreshold || DEFAULTS.success_threshold,
    failure_threshold: checked.failureThreshold || DEFAULTS.failure_threshold,
    termination_grace_period_s: checked.terminationGracePeriodSeconds ?? undefined,
  };
}

/** Kubernetes 1.35 pkg/apis/core/validation/validation.go validateLivenessProbe, validateStartupProbe, validateReadinessProbe. */
function isAllowed(
  field: (typeof PROBES)[number],
  { successThreshold, terminationGracePeriodSeconds }: z.output<typeof probe>,
  path: Path,
  report: Reporter,
): boolean {
  if (field === 'readinessProbe') {
    if (terminationGracePeriodSeconds == null) return true;
    report.atKey([...path, 'terminationGracePeriodSeconds'], {
      message: 'a readiness probe ends no container, so it has no terminationGracePeriodSeconds',
      expected: 'it in a liveness or a startup probe',
    });
    return false;
  }
  if ((successThreshold || DEFAULTS.success_threshold) === 1) return true;
  report.at([...path, 'successThreshold'], {
    message: `the ${field} cannot want ${successThreshold} successes`,
    expected: '1; more than one is for readiness probes alone',
  });
  return false;
}
