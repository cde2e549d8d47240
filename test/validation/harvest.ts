import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { actTimes } from '../../src/scenario/act-times.ts';
import { UserError } from '../../src/scenario/errors.ts';
import { stream } from '../../src/scenario/random.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { schedule } from '../../src/scenario/schedule.ts';
import type { TimelineEvent } from '../../src/timeline/event.ts';
import { readTimeline } from '../../src/timeline/jsonl.ts';
import { Score } from '../../src/timeline/score.ts';
import type { MeasuredTrial } from './measured-trials.ts';

export type Harvested = Pick<MeasuredTrial, 'where' | 'trial' | 'seed' | 'observation' | 'events'>;

/**
 * The trials of a results folder of `foreshock chaos`, in their order, each attempt of a repeated one by itself.
 * A trial of which something is missing (a request, an act of a fault, the end of the file) is left out: the run
 * was ended in the midst of it.
 *
 * @param scenario as it was run, with the seed of the run
 * @param endedWell where it did not, the trial that was begun last is left out too: it is what went wrong
 */
export function harvest(out: string, scenario: Scenario, endedWell: boolean): Harvested[] {
  const folder = join(out, 'timelines');
  const files = readdirSync(folder).filter((name) => FILE.test(name));
  const inOrder = files.sort((a, b) => positionOf(a) - positionOf(b));
  return (endedWell ? inOrder : inOrder.slice(0, -1)).flatMap(
    (name) => readTrial(join(folder, name), scenario) ?? [],
  );
}

/** As src/cli/results.ts names them: measured-002.jsonl, measured-002-again-1.jsonl. */
const FILE = /^measured-(\d+)(?:-again-(\d+))?\.jsonl$/;
const ATTEMPTS_MAX = 1e6;

function positionOf(name: string): number {
  const [, trial, attempt] = FILE.exec(name) ?? [];
  return Number(trial) * ATTEMPTS_MAX + Number(attempt ?? 0);
}

function readTrial(file: string, scenario: Scenario): Harvested | undefined {
  const score = new Score();
  const events: TimelineEvent[] = [];
  let where = '';
  try {
    for (const event of readTimeline(file)) {
      score.record(event);
      if (event.type === 'header') where = event.where;
      else if (event.type !== 'request') events.push(event);
    }
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
  const observation = score.observation();
  const { trial } = observation;
  const { load, seed } = scenario;
  const requests = schedule(load, stream(seed, trial, 'arrivals')).length;
  const acts = actTimes(scenario, trial).flat().length;
  const begun = events.filter(({ type }) => type === 'fault-begin').length;
  if (observation.scheduled !== requests || begun !== acts) return undefined;
  return { where, trial, seed, observation, events };
}
