import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { CLOSED_PORT } from '../../../src/scenario/never-ready.ts';
import type { Probe } from '../../../src/scenario/scenario.ts';
import { step } from '../../../src/sim/cause.ts';
import { Process } from '../../../src/sim/kubernetes/container-runtime.ts';
import { attempt, type ProbeAnswer } from '../../../src/sim/kubernetes/prober.ts';
import { environment } from './environment.ts';
import { template } from './objects.ts';

const CAUSE = step(undefined, 'test', 0);
const HANDLERS = ['http', 'tcp', 'grpc', 'exec'] as const;

/**
 * What one attempt at 1000 ms comes to, and when, counted from its beginning.
 *
 * @param before what is done to the process before, which listens from `start_ms` on
 */
function answerOf(
  handler: Probe['handler'],
  {
    start_ms = 0,
    timeout_s = 3,
    concurrency = 100,
    port = 80,
    before = () => {},
    during = () => {},
  }: {
    start_ms?: number;
    timeout_s?: number;
    concurrency?: number;
    port?: number;
    before?: (process: Process) => void;
    during?: (process: Process) => void;
  } = {},
): [number, ProbeAnswer] {
  const { environment: env } = environment();
  const usual = template().containers[0]!.application;
  const process = new Process(
    env,
    { application: { ...usual, start_time: constant(start_ms), service_time: constant(400), concurrency } },
    { serving: () => {}, exited: () => {} },
  );
  process.start(CAUSE);
  const answers: [number, ProbeAnswer][] = [];
  env.simulation.at(900, () => before(process));
  env.simulation.at(1000, () =>
    attempt(env, { handler, port, timeout_s }, process, 'readiness', (answer) =>
      answers.push([env.now_ms - 1000, answer]),
    ),
  );
  env.simulation.at(1500, () => during(process));
  env.simulation.runUntil(20_000);
  expect(answers).toHaveLength(1);
  return answers[0]!;
}

describe('an attempt of a probe', () => {
  it.each(HANDLERS)('%s succeeds while the program serves', (handler) => {
    expect(answerOf(handler)).toEqual([0, true]);
  });

  it.each(['http', 'tcp', 'exec'] as const)(
    '%s fails at once while the program does not listen yet',
    (handler) => {
      expect(answerOf(handler, { start_ms: 10_000 })).toEqual([0, false]);
    },
  );

  it('tcp fails at once at a port that nobody serves', () => {
    expect(answerOf('tcp', { port: CLOSED_PORT })).toEqual([0, false]);
  });

  it('grpc fails when its time is over while the program does not listen', () => {
    expect(answerOf('grpc', { start_ms: 10_000 })).toEqual([3000, false]);
  });

  it('grpc connects again after about a second, and succeeds where the program listens by then', () => {
    const [after_ms, answer] = answerOf('grpc', { start_ms: 1500 });
    expect(answer).toBe(true);
    expect(after_ms).toBeGreaterThanOrEqual(800);
    expect(after_ms).toBeLessThanOrEqual(1200);
    expect(answerOf('grpc', { start_ms: 1500, timeout_s: 1 })[1]).toBe(after_ms <= 1000);
  });

  it.each(['http', 'grpc', 'exec'] as const)(
    '%s waits for a program that hangs until its time is over',
    (handler) => {
      expect(answerOf(handler, { before: (process) => process.stop(CAUSE) })).toEqual([3000, false]);
    },
  );

  it('tcp succeeds with a program that hangs: the kernel accepts', () => {
    expect(answerOf('tcp', { before: (process) => process.stop(CAUSE) })).toEqual([0, true]);
  });

  it('tcp waits until its time is over where the accept queue of a program that hangs is full', () => {
    const before = (process: Process) => {
      process.stop(CAUSE);
      while (process.accept());
    };
    expect(answerOf('tcp', { before })).toEqual([3000, false]);
  });

  it.each(['http', 'grpc', 'exec'] as const)(
    '%s is answered late where the program goes on in time',
    (handler) => {
      const before = (process: Process) => process.stop(CAUSE);
      const during = (process: Process) => process.resume();
      expect(answerOf(handler, { before, during })).toEqual([500, true]);
    },
  );

  it.each(['http', 'grpc', 'exec'] as const)(
    '%s waits for its turn behind requests; tcp does not',
    (handler) => {
      const before = (process: Process) => {
        for (let n = 0; n < 3; n += 1)
          process.serve(
            () => {},
            () => {},
          );
      };
      expect(answerOf(handler, { concurrency: 1, before })).toEqual([1100, true]);
      expect(answerOf(handler, { concurrency: 1, before, timeout_s: 1 })).toEqual([1000, false]);
      expect(answerOf('tcp', { concurrency: 1, before })).toEqual([0, true]);
    },
  );

  it.each(['http', 'grpc', 'exec'] as const)('%s fails where the program dies meanwhile', (handler) => {
    const before = (process: Process) => process.stop(CAUSE);
    const during = (process: Process) => process.kill(CAUSE);
    expect(answerOf(handler, { before, during })).toEqual([500, false]);
  });

  it('exec cannot be run in a container that has ended, and counts neither way', () => {
    expect(answerOf('exec', { before: (process) => process.kill(CAUSE) })).toEqual([0, undefined]);
    expect(answerOf('http', { before: (process) => process.kill(CAUSE) })).toEqual([0, false]);
  });
});
