import { describe, expect, it } from 'vitest';
import { renderJson } from '../../../src/report/json.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { type ReplicationOptions, replications } from '../../../src/sim/estimate/replications.ts';
import { TrialThreads } from '../../../src/sim/estimate/threads.ts';
import { type PredictOptions, predict } from '../../../src/sim/predict.ts';

const SCENARIO = loadScenario('scenarios/validation/two-all-forced.yaml');

/** As with threads that are there before the first trial, so that they have their share even of few trials. */
const on = (workers: number) => ({ workers, threads: 'at-once' }) as const;

describe('trials on several threads', () => {
  it('give the same bytes as on one', async () => {
    const bytes = async (workers: number) =>
      renderJson(await predict(SCENARIO, { trials: 60, ...on(workers) }));
    const alone = await bytes(1);
    expect(await bytes(2)).toBe(alone);
    expect(await bytes(8)).toBe(alone);
  }, 30_000);

  it('end at the same trial where a precision is reached, with the same bytes', async () => {
    const options: PredictOptions = { limits: { precision: 0.2, max_trials: 40 } };
    const bytes = async (workers: number) =>
      renderJson(await predict(SCENARIO, { ...options, ...on(workers) }));
    const alone = await bytes(1);
    expect(JSON.parse(alone)).toMatchObject({ trials: 40, stop: { by: 'precision', precision: 0.2 } });
    expect(await bytes(2)).toBe(alone);
  }, 30_000);

  it('keep the same timelines', async () => {
    const kept = async (workers: number) => {
      const lines: string[][] = [];
      const recorderForTrial = (trial: number) => {
        if (trial >= 3 && trial !== 20) return undefined;
        lines[trial] = [];
        return { record: (event: unknown) => lines[trial]!.push(JSON.stringify(event)) };
      };
      await predict(SCENARIO, { trials: 30, recorderForTrial, ...on(workers) });
      return lines;
    };
    const threaded = await kept(2);
    expect(Object.keys(threaded)).toEqual(['0', '1', '2', '20']);
    expect(threaded).toEqual(await kept(1));
  }, 30_000);

  it('tell how far they are, in the order of trials', async () => {
    const told: number[] = [];
    await predict(SCENARIO, {
      trials: 60,
      ...on(2),
      onProgress: ({ done, total }) => {
        expect(total).toBe(60);
        told.push(done);
      },
    });
    expect(told.at(-1)).toBe(60);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  }, 30_000);
});

describe('what goes wrong', () => {
  /** Fails in every trial, as a bug of the model would. */
  const BROKEN: Scenario = {
    ...SCENARIO,
    timing: { ...SCENARIO.timing, sandbox_start: { kind: 'constant', value_ms: Number.NaN } },
  };
  const failure = (options: PredictOptions) =>
    predict(BROKEN, { trials: 5, ...options }).then(
      () => undefined,
      (error: unknown) => error,
    );

  it('in a trial is the same error on any thread', async () => {
    const alone = await failure({});
    expect(alone).toBeInstanceOf(RangeError);
    const threaded = await failure(on(2));
    expect(threaded).toBeInstanceOf(RangeError);
    expect(threaded).toEqual(alone);
  }, 30_000);

  it.each([1, 2])(
    'in a recorder, as a full disk does, is no fault of the trial: %d threads',
    async (workers) => {
      const full = new Error('no space left');
      const recorderForTrial = (trial: number) =>
        trial !== 4
          ? undefined
          : {
              record: () => {
                throw full;
              },
            };
      await expect(predict(SCENARIO, { trials: 30, recorderForTrial, ...on(workers) })).rejects.toBe(full);
    },
    30_000,
  );

  it('in progress, as Ctrl-C does, ends the prediction at once', async () => {
    const stopped = new Error('stopped');
    const running = predict(SCENARIO, {
      trials: 1_000_000,
      ...on(2),
      onProgress: () => {
        throw stopped;
      },
    });
    await expect(running).rejects.toBe(stopped);
  }, 30_000);

  it('in a thread itself is told to whoever waits for it', async () => {
    const nothing = { kind: 'episode', scenario: {} as Scenario, platform: 'kubernetes' } as const;
    const threads = new TrialThreads(
      1,
      nothing,
      () => [0],
      () => {},
    );
    await expect(threads.news(30_000)).rejects.toThrow();
    await threads.close();
  }, 30_000);
});

describe('a reader that has seen enough', () => {
  const WORK = { kind: 'episode', scenario: SCENARIO, platform: 'kubernetes' } as const;
  const OPTIONS: ReplicationOptions = { trials: 1_000_000, ...on(2) };

  it('ends the threads', async () => {
    let seen = 0;
    for await (const { values } of replications(WORK, OPTIONS)) {
      expect(values.downtime_s).toBeGreaterThan(0);
      // A thread that runs keeps its port open.
      expect(process.getActiveResourcesInfo()).toContain('MessagePort');
      seen += 1;
      if (seen === 20) break;
    }
    expect(seen).toBe(20);
    expect(process.getActiveResourcesInfo()).not.toContain('MessagePort');
  }, 30_000);
});
