/**
 * Causes a scenario's faults in a cluster and records what happens: the measuring arm.
 *
 * ```ts
 * const cluster = await openCluster('kubernetes', scenario);
 * const { where, notes } = await measure(scenario, cluster, {
 *   journal: await openJournal('out/journal.jsonl'),
 *   recorder: (trial) => scoreOf(trial),
 *   progress: ({ trial, trials, state, detail }) => console.error(trial, trials, state, detail),
 *   signal,
 * });
 * ```
 *
 * `measure` applies the manifests that are not there yet, runs the trials one after another, each from and
 * back to steady state, and removes what it created. The cluster and the journal stay their owner's to close.
 * It rejects with a UserError: EXIT.configuration before any fault began, EXIT.aborted after that or after `signal`,
 * EXIT.notRestored where steady state did not come back or something could not be removed.
 */
import type { Scenario } from '../scenario/scenario.ts';
import type { Recorder } from '../timeline/event.ts';
import type { Cluster } from './cluster/cluster.ts';
import { type ChaosOptions, ChaosWorld } from './world.ts';

/** Repetitions of invalid trials that even a measurement of a single trial may have. */
const REPEATS_MIN = 2;

export interface MeasureOptions extends ChaosOptions {
  /** Default: the scenario's. */
  readonly trials?: number;
  /** Where the events of a trial go. */
  readonly recorder: (trial: number) => Recorder | Promise<Recorder>;
  /**
   * Whether the trial that has just ended may be believed; where not, it is run again with a recorder of its
   * own, as often in all as there are trials. Default: every trial is taken as it is.
   */
  readonly isValid?: () => boolean;
  readonly signal?: AbortSignal;
}

export interface MeasuredWhere {
  /** "kubernetes v1.35.4, 2 nodes" */
  readonly where: string;
  /** What a reader must know of how it was measured. */
  readonly notes: readonly string[];
}

export async function measure(
  scenario: Scenario,
  cluster: Cluster,
  options: MeasureOptions,
): Promise<MeasuredWhere> {
  const trials = options.trials ?? scenario.trials.measure;
  const world = new ChaosWorld(scenario, cluster, { ...options, trials });
  const signal = AbortSignal.any([world.lost, ...(options.signal === undefined ? [] : [options.signal])]);
  let failure: { readonly error: unknown } | undefined;
  try {
    await world.prepare(signal);
    let repeats = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      await world.run(trial, await options.recorder(trial), signal);
      while (options.isValid?.() === false && repeats < Math.max(trials, REPEATS_MIN)) {
        repeats += 1;
        await world.run(trial, await options.recorder(trial), signal);
      }
    }
  } catch (error) {
    failure = { error };
  }
  try {
    await world.close();
  } catch (error) {
    // That something is left behind outweighs why the measurement ended.
    if (failure !== undefined && error instanceof Error) error.cause ??= failure.error;
    throw error;
  }
  if (failure !== undefined) throw failure.error;
  return { where: world.where, notes: world.notes };
}
