import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import type { Application } from '../../../src/scenario/scenario.ts';
import { step } from '../../../src/sim/cause.ts';
import { Process } from '../../../src/sim/kubernetes/container-runtime.ts';
import { environment } from './environment.ts';
import { template } from './objects.ts';

const CAUSE = step(undefined, 'test', 0);

/** A process that was started at 0, and what became of it and of what it was asked. */
function started(change: Partial<Application> = {}) {
  const { environment: env } = environment();
  const log: [number, string][] = [];
  const usual = template().containers[0]!.application;
  const process = new Process(
    env,
    { application: { ...usual, start_time: constant(100), service_time: constant(50), ...change } },
    {
      serving: () => log.push([env.now_ms, 'serving']),
      exited: () => log.push([env.now_ms, 'exited']),
    },
  );
  process.start(CAUSE);
  const ask = (name: string) =>
    process.serve(
      () => log.push([env.now_ms, `${name} answered`]),
      () => log.push([env.now_ms, `${name} lost`]),
    );
  const at = (at_ms: number, action: () => void) => env.simulation.at(at_ms, action);
  return { process, log, ask, at, run: (ms: number) => env.simulation.runUntil(ms) };
}

describe('Process', () => {
  it('listens after its start time, and says so', () => {
    const { process, log, run } = started();
    run(99);
    expect(process.isListening).toBe(false);
    run(101);
    expect(process.isServing).toBe(true);
    expect(log).toEqual([[100, 'serving']]);
  });

  it('ends with 0 by SIGTERM and with 137 by SIGKILL', () => {
    const gentle = started({ stop_time: constant(20) });
    gentle.at(200, () => gentle.process.terminate(CAUSE));
    gentle.run(1000);
    expect([gentle.process.exit_code, gentle.process.exited_at_ms]).toEqual([0, 220]);
    const hard = started();
    hard.at(200, () => hard.process.kill(CAUSE));
    hard.run(1000);
    expect([hard.process.exit_code, hard.process.exited_at_ms]).toEqual([137, 200]);
  });

  it('knows whether it had exited at a moment', () => {
    const { process, at, run } = started();
    at(200, () => process.kill(CAUSE));
    run(300);
    expect(process.hadExited(199)).toBe(false);
    expect(process.hadExited(200)).toBe(true);
  });

  describe('that is stopped', () => {
    it('is connected to, and answers nothing until it goes on; then everything, that much later', () => {
      const { process, log, ask, at, run } = started();
      at(200, () => ask('a'));
      at(220, () => process.stop(CAUSE));
      at(300, () => {
        expect(process.isListening).toBe(true);
        expect(process.isServing).toBe(false);
        expect(process.accept()).toBe(true);
        ask('b');
      });
      at(1000, () => process.resume());
      run(5000);
      expect(log).toEqual([
        [100, 'serving'],
        [1000, 'serving'],
        [1030, 'a answered'],
        [1050, 'b answered'],
      ]);
    });

    it('takes 512 connections and no more, and as many again when it has gone on', () => {
      const { process, at, run } = started();
      const accepted = () => Array.from({ length: 600 }, () => process.accept()).filter(Boolean).length;
      at(200, () => expect(accepted()).toBe(600));
      at(300, () => process.stop(CAUSE));
      at(400, () => expect(accepted()).toBe(512));
      at(500, () => process.resume());
      at(600, () => process.stop(CAUSE));
      at(700, () => expect(accepted()).toBe(512));
      run(1000);
      expect.assertions(3);
    });

    it('does not react to SIGTERM before it goes on, and then does', () => {
      const { process, log, at, run } = started({ stop_time: constant(20) });
      at(200, () => process.stop(CAUSE));
      at(300, () => process.terminate(CAUSE));
      at(1000, () => process.resume());
      run(2000);
      expect(log).toEqual([
        [100, 'serving'],
        [1020, 'exited'],
      ]);
    });

    it('dies of SIGKILL at once, and all that waits for it is lost', () => {
      const { process, log, ask, at, run } = started();
      at(200, () => process.stop(CAUSE));
      at(300, () => ask('a'));
      at(400, () => process.kill(CAUSE));
      at(500, () => process.resume());
      run(2000);
      expect(log).toEqual([
        [100, 'serving'],
        [400, 'a lost'],
        [400, 'exited'],
      ]);
    });

    it('starts that much later', () => {
      const { process, log, at, run } = started();
      at(60, () => process.stop(CAUSE));
      at(1060, () => process.resume());
      run(2000);
      expect(log).toEqual([[1100, 'serving']]);
    });
  });

  it('of an init container ends by itself, serves nobody and heeds no SIGTERM', () => {
    const { environment: env } = environment();
    let exited_ms = 0;
    const process = new Process(
      env,
      { run_time: constant(700) },
      {
        serving: () => expect.unreachable(),
        exited: () => {
          exited_ms = env.now_ms;
        },
      },
    );
    process.start(CAUSE);
    env.simulation.at(100, () => process.terminate(CAUSE));
    env.simulation.runUntil(1000);
    expect([exited_ms, process.exit_code]).toEqual([700, 0]);
  });
});
