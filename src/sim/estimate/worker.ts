/** A thread that runs trials. Its other end is TrialThreads in threads.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker } from './threads.ts';
import { type ResultOf, runnerOf, type Work } from './work.ts';

const runner = runnerOf(workerData as Work);
const post = (message: FromWorker<Work>) => parentPort?.postMessage(message);

parentPort?.on('message', (trials: readonly number[]) => {
  post({ type: 'done', trials: trials.map((trial) => ({ trial, result: attempt(trial) })) });
});
post({ type: 'ready' });

/** Nothing of an error but its text would get across whole: who asked runs the trial again, and has the error itself. */
function attempt(trial: number): ResultOf<Work> | undefined {
  try {
    return runner.run(trial);
  } catch {
    return undefined;
  }
}
