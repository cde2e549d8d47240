/** The faults of one trial: each act in its turn, and what lasts undone in its time. */
import { actTimes } from '../scenario/act-times.ts';
import { type Act, type ActsOptions, cause, leadOf, newStages } from './act.ts';
import { reached } from './reached.ts';
import { Claims } from './safety/claims.ts';
import { isNotRestored } from './safety/not-restored.ts';
import { touch } from './touching.ts';

/** Targets are chosen and journaled this long before they are hit, so that the act itself is on time. */
const PREPARE_MS = 300;

/**
 * Causes every fault of the scenario. Acts that have something in common are chosen one after the other, in the order of
 * time, and what each takes counts for the next (`Claims`): that costs the later one the few calls of the earlier one's
 * look at the cluster. Then each is done at its time, beside the others.
 *
 * Resolves when all have ended and what lasts is undone.
 *
 * @throws the worst of what went wrong
 */
export async function causeFaults(options: Omit<ActsOptions, 'claims'>): Promise<void> {
  const run: ActsOptions = { ...options, claims: new Claims() };
  const unanswered = new Set<Act>();
  const courses: Promise<void>[] = [];
  for (const act of actsOf(run)) {
    if (!(await reached(act.due_ms - leadOf(run, act.fault) - PREPARE_MS, run.stop))) break;
    const course = cause(
      run,
      act,
      [...unanswered].filter(({ fault }) => touch(fault, act.fault)),
    );
    course.catch(run.failed);
    courses.push(course);
    unanswered.add(act);
    void act.stages.answered.promise.then(() => unanswered.delete(act));
  }
  const results = await Promise.allSettled(courses);
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (errors.length > 0) throw errors.find(isNotRestored) ?? errors[0];
}

/** Every act of every fault, in the order of time. */
function actsOf({ scenario, trial, start_ms }: ActsOptions): readonly Act[] {
  const times_ms = actTimes(scenario, trial);
  return scenario.faults
    .flatMap((fault, index) =>
      times_ms[index]!.map((at_ms, repetition) => ({
        ...{ fault, index, repetition, due_ms: start_ms + at_ms },
        stages: newStages(),
      })),
    )
    .sort((a, b) => a.due_ms - b.due_ms);
}
