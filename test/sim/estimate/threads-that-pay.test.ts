import type * as threads from 'node:worker_threads';
import { afterEach, expect, it, vi } from 'vitest';
import { loadScenario } from '../../../src/scenario/load.ts';
import { replications } from '../../../src/sim/estimate/replications.ts';

let started = 0;
vi.mock('node:worker_threads', async (importOriginal) => {
  const original = await importOriginal<typeof threads>();
  class Worker extends original.Worker {
    constructor(...args: ConstructorParameters<typeof original.Worker>) {
      super(...args);
      started += 1;
    }
  }
  return { ...original, Worker };
});
afterEach(() => {
  started = 0;
});

const WORK = {
  kind: 'episode',
  scenario: loadScenario('scenarios/nginx-x2.yaml'),
  platform: 'kubernetes',
} as const;

it('are not started for a few trials', async () => {
  for await (const _ of replications(WORK, { trials: 3, workers: 8 }));
  expect(started).toBe(0);
});

it('are not started where there is to be one', async () => {
  for await (const _ of replications(WORK, { trials: 400, workers: 1 }));
  expect(started).toBe(0);
}, 30_000);

it('are started for many trials, beside this one', async () => {
  for await (const _ of replications(WORK, { trials: 1_000_000, workers: 3 })) {
    if (started > 0) break;
  }
  expect(started).toBe(2);
}, 30_000);
