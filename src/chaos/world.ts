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
 * It rejects with a UserError: EXIT.configuration before anything was killed, EXIT.aborted after `signal`,
 * EXIT.notRestored where steady state did not come back or something could not be removed.
 */
import { EXIT, UserError } from '../scenario/errors.ts';
import { stream } from '../scenario/random.ts';
import type { Fault, Scenario } from '../scenario/scenario.ts';
import type { Recorder, RequestEvent } from '../timeline/event.ts';
import type { World } from '../timeline/world.ts';
import { now_ms } from './clock.ts';
import type { Cluster, Transport } from './cluster/cluster.ts';
import { PodReplacedError } from './cluster/cluster.ts';
import { actionFor } from './fault-action.ts';
import { type Sender, senderFor } from './load/sender.ts';
import { CONNTRACK_MEMORY_MS } from './load/source.ts';
import { type Applied, applyManifests, removeCreated, removeLeft } from './manifests.ts';
import { type Journal, journaled } from './safety/journal.ts';
import { checkService, podsOf } from './safety/ownership.ts';
import { checkScenario, targetOf } from './safety/protection.ts';
import { checkRights, OBSERVER_RIGHTS } from './safety/rights.ts';
import { awaitSteadyState, SteadyStateTimeout } from './safety/steady-state.ts';
import { sleep } from './sleep.ts';
import { runTrial } from './trial.ts';
import { TrialSources } from './trial-sources.ts';

const STEADY_DEADLINE_MS = 5 * 60_000;
/** After an abort a person waits; the journal and the message say what is left. */
const ABORTED_DEADLINE_MS = 60_000;
const HOPELESS_AFTER_MS = 30_000;
/** Good requests in a row that make the route part of steady state. */
const PROBES = 5;
const PROBE_GAP_MS = 50;
/** The kubelet looks at its containers once in this time (genericPlegRelistPeriod of Kubernetes). */
const WANDER_MS = 1000;
/** Repetitions of invalid trials that even a measurement of a single trial may have. */
const REPEATS_MIN = 2;

export interface Progress {
  /** From 0; undefined before the first and after the last trial. */
  readonly trial: number | undefined;
  readonly trials: number;
  readonly state: 'preparing' | 'waiting' | 'cooling' | 'running' | 'restoring' | 'done' | 'removing';
  /** For people: what is waited for, what was hit. */
  readonly detail: string;
}

export interface ChaosOptions {
  readonly journal: Journal;
  readonly progress?: (progress: Progress) => void;
  /** Local addresses to send from, as parseAddresses gives them; none: the operating system's choice. */
  readonly source_addresses?: readonly string[];
  /** How long steady state may take to come, and to come back. */
  readonly steady_deadline_ms?: number;
  readonly aborted_deadline_ms?: number;
  /** Longest of the waits by chance before a trial. */
  readonly wander_ms?: number;
  /** How long a container may wait for a reason that seldom goes away, such as ErrImagePull. */
  readonly hopeless_after_ms?: number;
}

export interface MeasureOptions extends ChaosOptions {
  /** Default: the scenario's. */
  readonly trials?: number;
  /** Where the events of a trial go. */
  readonly recorder: (trial: number) => Recorder;
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
  let failure: { readonly error: unknown } | undefined;
  try {
    await world.prepare(options.signal);
    let repeats = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      await world.run(trial, options.recorder(trial), options.signal);
      while (options.isValid?.() === false && repeats < Math.max(trials, REPEATS_MIN)) {
        repeats += 1;
        await world.run(trial, options.recorder(trial), options.signal);
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

/** `prepare`, then `run` as often as wanted, then `close`. */
export class ChaosWorld implements World {
  readonly #scenario: Scenario;
  readonly #cluster: Cluster;
  readonly #options: ChaosOptions & { readonly trials?: number };
  readonly #applied: Applied = { created: [], notes: [] };
  readonly #sources: TrialSources;
  readonly #told = new Set<string>();
  #where = '';
  #trial: number | undefined;
  #transport: Transport | undefined;
  #sender: Sender | undefined;

  constructor(scenario: Scenario, cluster: Cluster, options: ChaosOptions & { readonly trials?: number }) {
    this.#scenario = scenario;
    this.#cluster = cluster;
    this.#options = options;
    this.#sources = new TrialSources(scenario.load, cluster.kind, options.source_addresses ?? []);
  }

  get where(): string {
    return this.#where;
  }

  get notes(): readonly string[] {
    return [...this.#applied.notes, ...this.#told];
  }

  /**
   * Checks everything that can be checked before something is touched, then applies the manifests and awaits
   * steady state.
   */
  async prepare(signal?: AbortSignal): Promise<void> {
    const scenario = this.#scenario;
    await this.#abortable(signal, async () => {
      checkScenario(scenario);
      await this.#sources.check(scenario.load.rate_per_s);
      this.#progress('preparing', 'reaching the cluster');
      this.#where = await this.#cluster.describe();
      const rights = [...OBSERVER_RIGHTS, ...scenario.faults.flatMap((fault) => actionFor(fault).rights)];
      await checkRights(
        this.#cluster,
        scenario.workloads.map(({ namespace }) => namespace),
        rights,
      );
      for (const fault of scenario.faults) actionFor(fault).check?.(this.#cluster);
      await this.#checkOwners();
      await removeLeft(this.#cluster, this.#options.journal, this.#applied);
      this.#progress('preparing', 'applying the manifests');
      await applyManifests(this.#cluster, scenario, this.#options.journal, this.#applied, signal);
      await this.#steady('preparing', this.#options.steady_deadline_ms ?? STEADY_DEADLINE_MS, signal);
      await this.#replaceRestarted('preparing', signal);
      this.#tell(`route: ${this.#transport?.route}`);
      this.#tell(this.#sources.describe());
    });
  }

  async run(trial: number, recorder: Recorder, signal?: AbortSignal): Promise<void> {
    this.#trial = trial;
    await this.#abortable(signal, async () => {
      await this.#coolDown(trial, signal);
      await this.#steady('waiting', this.#options.steady_deadline_ms ?? STEADY_DEADLINE_MS, signal);
      await this.#wander(trial, signal);
    });
    const { load } = this.#scenario;
    this.#progress('running', `${load.duration_ms / 1000} s at ${load.rate_per_s} requests/s`);
    let failure: { readonly error: unknown } | undefined;
    try {
      await runTrial(
        {
          scenario: this.#scenario,
          cluster: this.#cluster,
          trial,
          where: this.#where,
          sender: this.#sender!,
          sources: this.#sources.of(trial),
          journal: this.#options.journal,
          recorder,
          progress: (detail) => this.#progress('running', detail),
        },
        signal,
      );
    } catch (error) {
      failure = { error };
    }
    this.#sources.sent(trial);
    await this.#restore(signal?.aborted === true, failure?.error);
    if (signal?.aborted) {
      throw aborted('aborted; no further fault was caused, and the workload is back in steady state', signal);
    }
    if (failure !== undefined) throw failure.error;
    this.#progress('done', '');
  }

  /** Removes what `prepare` created. */
  async close(): Promise<void> {
    this.#trial = undefined;
    await this.#sender?.close();
    await this.#transport?.close();
    if (this.#applied.created.length > 0) this.#progress('removing', 'what was created');
    await removeCreated(this.#cluster, this.#options.journal, this.#applied);
  }

  async #checkOwners(): Promise<void> {
    for (const workload of this.#scenario.workloads) await podsOf(this.#cluster, workload);
    await checkService(this.#cluster, this.#scenario);
  }

  /** Awaits steady state before a fault: where it does not come, nothing has been done. */
  async #steady(state: 'preparing' | 'waiting', deadline_ms: number, signal?: AbortSignal): Promise<void> {
    try {
      await this.#awaitSteadyState(state, deadline_ms, signal);
      await checkService(this.#cluster, this.#scenario);
    } catch (error) {
      if (!(error instanceof SteadyStateTimeout)) throw error;
      throw new UserError(error.message, {
        exitCode: EXIT.configuration,
        hint: 'look at the pods with kubectl describe; no fault was under way',
        cause: error,
      });
    }
  }

  async #awaitSteadyState(
    state: Progress['state'],
    deadline_ms: number,
    signal?: AbortSignal,
  ): Promise<void> {
    await awaitSteadyState(this.#cluster, this.#scenario, {
      deadline_ms,
      hopeless_after_ms: this.#options.hopeless_after_ms ?? HOPELESS_AFTER_MS,
      signal,
      progress: (missing) => this.#progress(state, missing),
      probe: () => this.#probe(signal),
    });
  }

  /** Back to where the trial began. Not to be aborted, but bounded. */
  async #restore(hurried: boolean, failure: unknown): Promise<void> {
    const { steady_deadline_ms, aborted_deadline_ms } = this.#options;
    const deadline_ms = hurried
      ? (aborted_deadline_ms ?? ABORTED_DEADLINE_MS)
      : (steady_deadline_ms ?? STEADY_DEADLINE_MS);
    this.#progress('restoring', 'awaiting steady state');
    try {
      await this.#awaitSteadyState('restoring', deadline_ms);
      await this.#replaceRestarted('restoring', undefined, deadline_ms);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new UserError(`not restored after trial ${(this.#trial ?? 0) + 1}: ${why}`, {
        exitCode: EXIT.notRestored,
        hint: 'the journal names the pods that were hit; look at them with kubectl describe',
        cause: failure ?? error,
      });
    }
  }

  /**
   * Replaces pods in which a container has been restarted, where a fault restarts containers: the kubelet
   * waits 10 s, then 20 s, ... before further restarts, so such a pod would not show what a fresh one does.
   */
  async #replaceRestarted(
    state: 'preparing' | 'restoring',
    signal?: AbortSignal,
    deadline_ms = STEADY_DEADLINE_MS,
  ): Promise<void> {
    const faults = this.#scenario.faults.filter(
      (fault) => 'workload' in fault && actionFor(fault).leavesRestarts,
    ) as readonly Extract<Fault, { readonly workload: string }>[];
    for (const workload of new Set(faults.map((fault) => targetOf(this.#scenario, fault)))) {
      const pods = await podsOf(this.#cluster, workload);
      const restarted = pods.filter((pod) => pod.containers.some(({ restarts }) => restarts > 0));
      for (const pod of restarted) {
        signal?.throwIfAborted();
        this.#progress(state, `replacing ${pod.name}, whose container was restarted`);
        this.#tell(
          'pods in which a container was restarted were deleted gracefully before the next trial, ' +
            'so that each trial meets a container without restart back-off',
        );
        const { namespace, name, uid } = pod;
        await journaled(
          this.#options.journal,
          {
            act: 'replace-pod',
            trial: this.#trial,
            target: { kind: 'Pod', namespace, name, uid },
            undo: 'none: its ReplicaSet creates another',
          },
          () => this.#cluster.deletePod(pod, undefined).catch(unlessReplaced),
        );
        await this.#awaitSteadyState(state, deadline_ms, signal);
      }
    }
  }

  /** Some requests through the route: undefined where all were good. */
  async #probe(signal: AbortSignal | undefined): Promise<string | undefined> {
    const { load } = this.#scenario;
    this.#transport ??= await this.#cluster.transport(load);
    this.#sender ??= senderFor(this.#transport);
    const requests: RequestEvent[] = [];
    await this.#sender.run(
      {
        request: load,
        times_ms: Float64Array.from({ length: PROBES }, (_, index) => index * PROBE_GAP_MS),
        start_ms: now_ms() + PROBE_GAP_MS,
        sources: this.#sources.of(this.#trial ?? 0),
      },
      (event) => void (event.type === 'request' && requests.push(event)),
      signal ?? new AbortController().signal,
    );
    const bad = requests.filter((request) => request.outcome !== 'ok').map((request) => request.outcome);
    if (bad.length === 0) return undefined;
    return `${bad.length} of ${PROBES} requests by ${this.#transport.route} not answered well: ${[...new Set(bad)].join(', ')}`;
  }

  async #coolDown(trial: number, signal: AbortSignal | undefined): Promise<void> {
    const wait_ms = this.#sources.wait_ms(trial);
    if (wait_ms === 0) return;
    const seconds = Math.ceil(wait_ms / 1000);
    this.#progress('cooling', `${seconds} s until connection tracking has forgotten the last trial`);
    this.#tell(
      `trials were separated by ${CONNTRACK_MEMORY_MS / 1000} s: connection tracking remembers ports that long`,
    );
    await sleep(wait_ms, signal);
  }

  /**
   * Trials of equal length keep step with whatever the cluster does once a second, and would all meet it at
   * nearly the same moment: a wait by chance lets them meet it anywhere, as failures do.
   */
  async #wander(trial: number, signal: AbortSignal | undefined): Promise<void> {
    const longest_ms = this.#options.wander_ms ?? WANDER_MS;
    await sleep(longest_ms * stream(this.#scenario.seed, trial, 'wait')(), signal);
  }

  async #abortable(signal: AbortSignal | undefined, work: () => Promise<void>): Promise<void> {
    try {
      signal?.throwIfAborted();
      await work();
      signal?.throwIfAborted();
    } catch (error) {
      throw signal?.aborted ? aborted('aborted while no fault was under way', signal) : error;
    }
  }

  #progress(state: Progress['state'], detail: string): void {
    this.#options.progress?.({ trial: this.#trial, trials: this.#options.trials ?? 0, state, detail });
  }

  #tell(note: string): void {
    this.#told.add(note);
  }
}

function aborted(message: string, signal: AbortSignal): UserError {
  return new UserError(message, { exitCode: EXIT.aborted, cause: signal.reason });
}

function unlessReplaced(error: unknown): void {
  if (!(error instanceof PodReplacedError)) throw error;
}
