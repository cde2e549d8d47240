/** Runs a scenario in a cluster of a test's, and gives all that was recorded of it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { type MeasureOptions, measure } from '../../src/chaos/measure.ts';
import { type Intent, openJournal } from '../../src/chaos/safety/journal.ts';
import type { Progress } from '../../src/chaos/world.ts';
import { UserError } from '../../src/scenario/errors.ts';
import type { Fault, Scenario } from '../../src/scenario/scenario.ts';
import type { TimelineEvent } from '../../src/timeline/event.ts';
import { FakeCluster, type FakeOptions } from './fake-cluster.ts';
import { shortScenario } from './scenario.ts';

export interface JournalLine extends Partial<Intent> {
  readonly id: string;
  readonly outcome?: string;
}

export async function temporaryJournal() {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'foreshock-test-'));
  const file = path.join(directory, 'journal.jsonl');
  return {
    journal: await openJournal(file),
    file,
    remove: () => rm(directory, { recursive: true }),
    async lines(): Promise<JournalLine[]> {
      const text = await readFile(file, 'utf8');
      return text
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as JournalLine);
    },
  };
}

export async function run(
  cluster: FakeCluster,
  scenario: Scenario,
  options: Partial<MeasureOptions> = {},
  place?: Awaited<ReturnType<typeof temporaryJournal>>,
) {
  const { journal, lines, remove } = place ?? (await temporaryJournal());
  const trials: TimelineEvent[][] = [];
  const progress: Progress[] = [];
  let result: Awaited<ReturnType<typeof measure>> | undefined;
  let error: unknown;
  try {
    result = await measure(scenario, cluster, {
      journal,
      wander_ms: 0,
      undo_patience_ms: 200,
      progress: (event) => progress.push(event),
      recorder(trial) {
        const events: TimelineEvent[] = [];
        trials[trial] = events;
        return { record: (event) => void events.push(event) };
      },
      ...options,
    });
  } catch (caught) {
    error = caught;
  }
  await journal.close();
  const written = await lines();
  await remove();
  return { trials, progress, result, error, journal: written };
}

export function expectUserError(error: unknown, exitCode: number, ...parts: string[]): void {
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ exitCode });
  for (const part of parts) expect((error as Error).message).toContain(part);
}

export const started = (faults: readonly Fault[], options?: FakeOptions) => {
  const scenario = shortScenario(faults);
  return { scenario, cluster: new FakeCluster(scenario, options) };
};

export const ofType = <T extends TimelineEvent['type']>(events: readonly TimelineEvent[], type: T) =>
  events.filter((event): event is TimelineEvent & { type: T } => event.type === type);
