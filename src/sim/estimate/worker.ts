/** A thread that runs trials. Its other end is TrialThreads in threads.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Replication, Replicator } from './replication.ts';
import type { FromWorker, WorkerData } from './threads.ts';

const { scenario, platform } = workerData as WorkerData;
const replicator = new Replicator(scenario, platform);
const post = (message: FromWorker) => parentPort?.postMessage(message);

parentPort?.on('message', (trials: readonly number[]) => {
  post({ type: 'done', trials: trials.map((trial) => ({ trial, replication: attempt(trial) })) });
});
post({ type: 'ready' });

/** Nothing of an error but its text would get across whole: who asked runs the trial again, and has the error itself. */
function attempt(trial: number): Replication | undefined {
  try {
    return replicator.run(trial);
  } catch {
    return undefined;
  }
}
