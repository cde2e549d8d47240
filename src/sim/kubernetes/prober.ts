import { CLOSED_PORT } from '../../scenario/never-ready.ts';
import type { Asked, Probe } from '../../scenario/scenario.ts';
import type { Environment } from '../environment.ts';
import type { Process } from './container-runtime.ts';

/** gRPC's wait before it connects again: google.golang.org/grpc backoff.DefaultConfig. */
const GRPC_BACKOFF = { first_ms: 1000, factor: 1.6, jitter: 0.2 } as const;

export type ProbeKind = Exclude<Asked, 'requests'>;

/** What an attempt found; undefined: it could not be made, and counts neither way. */
export type ProbeAnswer = boolean | undefined;

/**
 * Makes one attempt (Kubernetes 1.35 pkg/kubelet/prober/prober.go runProbe, pkg/probe).
 *
 * - http: fails at once where nobody listens; waits up to `timeoutSeconds` for an answer
 * - tcp: the same for the connection, which the kernel accepts even for a process that hangs; at a port that nobody
 *   serves it fails at once
 * - grpc: where nobody listens it tries again until `timeoutSeconds` are over (grpc.WithBlock)
 * - exec: a command that asks the program, so it hangs with it; in a container that has ended it cannot be run
 */
export function attempt(
  environment: Environment,
  { handler, port, timeout_s }: Pick<Probe, 'handler' | 'port' | 'timeout_s'>,
  process: Process,
  kind: ProbeKind,
  done: (answer: ProbeAnswer) => void,
): void {
  const end_ms = environment.now_ms + timeout_s * 1000;
  switch (handler) {
    case 'http':
      if (process.isListening) ask(environment, process, kind, 'probe_request', end_ms, done);
      else done(false);
      return;
    case 'tcp':
      if (process.isListening && port !== CLOSED_PORT) connect(environment, process, end_ms, done);
      else done(false);
      return;
    case 'grpc':
      dial(environment, process, kind, GRPC_BACKOFF.first_ms, end_ms, done);
      return;
    case 'exec':
      if (process.hasExited) done(undefined);
      else ask(environment, process, kind, 'probe_exec', end_ms, done);
      return;
  }
}

/** A request, after the time it takes where the program answers at once. */
function ask(
  environment: Environment,
  process: Process,
  kind: ProbeKind,
  takes: 'probe_request' | 'probe_exec',
  end_ms: number,
  done: (answer: ProbeAnswer) => void,
): void {
  const answered_ms = environment.now_ms + environment.delay_ms(takes);
  environment.simulation.at(Math.min(answered_ms, end_ms), () => {
    if (answered_ms > end_ms || !process.isListening) done(false);
    else if (process.isIdleFor(kind)) done(true);
    else wait(environment, process, kind, end_ms, done);
  });
}

/** The program is busy, it hangs, or it waits for an answer itself. */
function wait(
  environment: Environment,
  process: Process,
  kind: ProbeKind,
  end_ms: number,
  done: (answer: ProbeAnswer) => void,
): void {
  let isOpen = true;
  const settle = (answer: boolean) => {
    if (isOpen) done(answer);
    isOpen = false;
  };
  environment.simulation.at(end_ms, () => settle(false));
  if (!process.accept()) return;
  process.answerProbe(
    kind,
    (hasFailed = false) => settle(!hasFailed),
    () => settle(false),
  );
}

function connect(
  environment: Environment,
  process: Process,
  end_ms: number,
  done: (answer: ProbeAnswer) => void,
): void {
  const connected_ms = environment.now_ms + environment.delay_ms('probe_request');
  environment.simulation.at(Math.min(connected_ms, end_ms), () => {
    if (connected_ms > end_ms || !process.isListening) done(false);
    else if (process.accept()) done(true);
    else environment.simulation.at(end_ms, () => done(false));
  });
}

function dial(
  environment: Environment,
  process: Process,
  kind: ProbeKind,
  backoff_ms: number,
  end_ms: number,
  done: (answer: ProbeAnswer) => void,
): void {
  if (process.isListening) {
    ask(environment, process, kind, 'probe_request', end_ms, done);
    return;
  }
  const { factor, jitter } = GRPC_BACKOFF;
  const wait_ms = backoff_ms * (1 + jitter * (2 * environment.uniform('probe/grpc')() - 1));
  const again_ms = environment.now_ms + wait_ms;
  environment.simulation.at(Math.min(again_ms, end_ms), () => {
    if (again_ms >= end_ms) done(false);
    else dial(environment, process, kind, backoff_ms * factor, end_ms, done);
  });
}
