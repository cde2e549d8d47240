/**
 * A cluster, a scenario and the trials in between: what must hold before anything is touched, steady state before and
 * after each trial, and everything put back.
 */
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Recorder, RequestEvent } from '../timeline/event.ts';
import type { World } from '../timeline/world.ts';
import { ActEvents } from './act-events.ts';
import { checkFaults } from './check-faults.ts';
import { now_ms } from './clock.ts';
import type { Cluster, ClusterIdentity, ClusterNode, Transport } from './cluster/cluster.ts';
import { insisting, retrying } from './cluster/retry.ts';
import { CommandPace } from './command-pace.ts';
import { aborted, afterFault } from './ended.ts';
import { actionFor } from './fault-action.ts';
import { Hold, type StartGuard } from './hold.ts';
import { type Sender, senderFor } from './load/sender.ts';
import { CONNTRACK_MEMORY_MS } from './load/source.ts';
import { type Applied, applyManifests, removeCreated } from './manifests.ts';
import { checkAccount } from './preflight.ts';
import { lastingWorkloads, restartedWorkloads } from './restarted.ts';
import {
  type Placement,
  placementOf,
  type Renewal,
  replaceRestarted,
  spreadAnew,
} from './safety/fresh-pods.ts';
import { probeOnce } from './safety/health-probe.ts';
import { ConnectionLost } from './safety/heartbeat.ts';
import type { Journal } from './safety/journal.ts';
import { isNotRestored } from './safety/not-restored.ts';
import { checkService, podsOf } from './safety/ownership.ts';
import { checkScenario } from './safety/protection.ts';
import { awaitSteadyState, SteadyStateTimeout } from './safety/steady-state.ts';
import { sleep } from './sleep.ts';
import { runTrial } from './trial.ts';
import { TrialSources } from './trial-sources.ts';
import type { Place as ActingPlace } from './undo.ts';
import { wanderFor_ms } from './wander.ts';

const STEADY_DEADLINE_MS = 5 * 60_000;
/** After an abort a person waits; the journal and the message say what is left. */
const ABORTED_DEADLINE_MS = 60_000;
const HOPELESS_AFTER_MS = 30_000;
/** Good requests in a row that make the route part of steady state. */
const PROBES = 5;
const PROBE_GAP_MS = 50;

export interface Progress {
  /** From 0; undefined before the first and after the last trial. */
  readonly trial: number | undefined;
  readonly trials: number;
  readonly state: 'preparing' | 'waiting' | 'cooling' | 'running' | 'restoring' | 'done' | 'removing';
  /** For people: what is waited for, what was hit. */
  readonly detail: string;
}

/** Where a run is about to act. */
export interface Place {
  /** "kubernetes v1.35.4, 2 nodes" */
  readonly where: string;
  readonly identity: ClusterIdentity;
}

export interface ChaosOptions {
  readonly journal: Journal;
  /** Asked when all checks have passed and nothing has been touched; where it throws, nothing will be. */
  readonly confirm?: (place: Place) => Promise<void>;
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
  /** How long undoing a fault is tried for. */
  readonly undo_patience_ms?: number;
  /** Starts somebody who undoes everything should this process end without a word; undefined: one does without. */
  readonly guard?: StartGuard | undefined;
}

/** `prepare`, then `run` as often as wanted, then `close`. */
export class ChaosWorld implements World {
  readonly #scenario: Scenario;
  readonly #cluster: Cluster;
  readonly #options: ChaosOptions & { readonly trials?: number };
  readonly #applied: Applied = { created: [], notes: [] };
  readonly #sources: TrialSources;
  readonly #told = new Set<string>();
  readonly #tell = (note: string): void => void this.#told.add(note);
  readonly #pace = new CommandPace();
  readonly #events: ActEvents;
  readonly #journal: Journal;
  #where = '';
  readonly #hold: Hold;
  #trial: number | undefined;
  /** Whether a fault has begun. */
  #hasActed = false;
  #transport: Transport | undefined;
  #sender: Sender | undefined;
  /** As they were at first, where faults may change them. */
  #nodes: readonly ClusterNode[] | undefined;
  /** How the pods were spread at first, where faults may move them. */
  #placement: Placement | undefined;

  constructor(scenario: Scenario, cluster: Cluster, options: ChaosOptions & { readonly trials?: number }) {
    this.#scenario = scenario;
    this.#cluster = cluster;
    this.#options = options;
    this.#events = new ActEvents(scenario, cluster);
    this.#journal = this.#events.witness(options.journal);
    this.#sources = new TrialSources(scenario.load, cluster.kind, options.source_addresses ?? []);
    this.#hold = new Hold(scenario, cluster, { ...options, journal: this.#journal, tell: this.#tell });
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
    const cluster = this.#cluster;
    await this.#abortable(signal, async () => {
      checkScenario(scenario);
      await this.#sources.check();
      this.#progress('preparing', 'reaching the cluster');
      await this.#hold.reviveControlPlane(signal);
      this.#where = await cluster.describe();
      cluster.check(scenario);
      const allowed = await checkAccount(cluster, scenario);
      this.#events.allow(allowed.told);
      for (const note of allowed.notes) this.#tell(note);
      await this.#checkOwners();
      const identity = await cluster.identity();
      await this.#options.confirm?.({ where: this.#where, identity });
      signal?.throwIfAborted();
      await this.#hold.take(identity, signal);
      if (this.#touchesNodes()) this.#nodes = await cluster.nodes();
      this.#progress('preparing', 'applying the manifests');
      await applyManifests(this.#place, allowed, this.#applied, signal, async ({ kind }) => {
        if (kind === 'Namespace') await this.#hold.extend(signal);
      });
      await this.#steady('preparing', this.#deadline_ms, signal);
      await replaceRestarted(
        this.#renewal('preparing', this.#deadline_ms, signal),
        restartedWorkloads(scenario),
      );
      const entry_node = this.#transport?.entry_node;
      if (this.#movesPods())
        this.#placement = await placementOf(cluster, lastingWorkloads(scenario), entry_node);
      for (const note of await checkFaults({ scenario, cluster, entry_node })) this.#tell(note);
      this.#tell(`route: ${this.#transport?.route}`);
      this.#tell(this.#sources.describe());
      if (scenario.load.resolve === 'dns') {
        this.#tell("requests went to the Service's address: its name was not looked up in the cluster's DNS");
      }
    });
  }

  async run(trial: number, recorder: Recorder, signal?: AbortSignal): Promise<void> {
    this.#trial = trial;
    await this.#abortable(signal, async () => {
      await this.#coolDown(trial, signal);
      await this.#steady('waiting', this.#deadline_ms, signal);
      await sleep(wanderFor_ms(this.#scenario, trial, this.#options.wander_ms), signal);
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
          entry_node: this.#transport?.entry_node,
          undo_patience_ms: this.#options.undo_patience_ms,
          pace: this.#pace,
          where: this.#where,
          sender: this.#sender!,
          sources: this.#sources.of(trial),
          journal: this.#journal,
          records: this.#hold.records,
          recorder,
          progress: (detail) => this.#progress('running', detail),
          tell: this.#tell,
          begun: () => {
            this.#hasActed = true;
          },
        },
        signal,
      );
    } catch (error) {
      failure = { error };
    }
    this.#sources.sent(trial);
    // What could not be undone does not come back by waiting for it.
    if (isNotRestored(failure?.error)) throw failure?.error;
    await this.#restore(signal?.aborted === true, failure?.error);
    if (signal?.aborted) {
      throw aborted('aborted; no further fault was caused, and the workload is back in steady state', signal);
    }
    if (failure !== undefined) throw this.#hasActed ? afterFault(failure.error) : failure.error;
    this.#progress('done', '');
  }

  /** Removes what `prepare` created. */
  async close(): Promise<void> {
    this.#trial = undefined;
    await this.#sender?.close();
    await this.#transport?.close();
    if (this.#applied.created.length > 0) this.#progress('removing', 'what was created');
    // Before anything is removed that they are about.
    for (const note of await this.#events.flush()) this.#tell(note);
    try {
      await removeCreated(this.#place, this.#applied, this.#options.undo_patience_ms);
    } finally {
      await this.#hold.release();
    }
  }

  /** Aborted where the cluster is not the run's to go on with. */
  get lost(): AbortSignal {
    return this.#hold.lost;
  }

  get #place(): ActingPlace {
    return { cluster: this.#cluster, journal: this.#journal, records: this.#hold.records };
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
    // An image that was refused while the registry was away is asked for again after up to 5 minutes.
    const isPatient =
      state === 'restoring' && this.#scenario.faults.some(({ type }) => type === 'registry-outage');
    await awaitSteadyState(this.#cluster, this.#scenario, {
      deadline_ms,
      hopeless_after_ms: isPatient ? deadline_ms : (this.#options.hopeless_after_ms ?? HOPELESS_AFTER_MS),
      nodes: this.#nodes,
      signal,
      progress: (missing) => this.#progress(state, missing),
      probe: () => this.#probe(signal),
    });
  }

  /** Back to where the trial began. Not to be aborted, but bounded. */
  async #restore(hurried: boolean, failure: unknown): Promise<void> {
    // A machine takes longer to come back than a pod.
    const aborted_ms = this.#touchesNodes() ? this.#deadline_ms : ABORTED_DEADLINE_MS;
    const deadline_ms = hurried ? (this.#options.aborted_deadline_ms ?? aborted_ms) : this.#deadline_ms;
    this.#progress('restoring', 'awaiting steady state');
    try {
      await this.#awaitApiServer(deadline_ms, failure instanceof ConnectionLost);
      await retrying(() => this.#renew(deadline_ms, hurried), { patience_ms: deadline_ms });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new UserError(`not restored after trial ${(this.#trial ?? 0) + 1}: ${why}`, {
        exitCode: EXIT.notRestored,
        hint: 'the journal names what was hit; look at it with kubectl describe',
        cause: failure ?? error,
      });
    }
  }

  /** Repeated, it looks again at what there is. */
  async #renew(deadline_ms: number, hurried: boolean): Promise<void> {
    await this.#awaitSteadyState('restoring', deadline_ms);
    const renewal = this.#renewal('restoring', deadline_ms);
    await replaceRestarted(renewal, restartedWorkloads(this.#scenario));
    if (this.#placement !== undefined && !hurried) await spreadAnew(renewal, this.#placement);
  }

  /** One that has just been started may turn us away for a moment. */
  async #awaitApiServer(deadline_ms: number, wasLost: boolean): Promise<void> {
    if (!wasLost && !this.#scenario.faults.some(({ type }) => type === 'control-plane-outage')) return;
    await insisting(() => this.#checkOwners(), { patience_ms: deadline_ms });
  }

  /** How long steady state may take: an autoscaler takes its time to scale down. */
  get #deadline_ms(): number {
    const windows_s = this.#scenario.autoscalers.map(({ scale_down }) => scale_down.stabilization_window_s);
    return this.#options.steady_deadline_ms ?? STEADY_DEADLINE_MS + Math.max(0, ...windows_s) * 1000;
  }

  #renewal(state: 'preparing' | 'restoring', deadline_ms: number, signal?: AbortSignal): Renewal {
    return {
      cluster: this.#cluster,
      journal: this.#journal,
      trial: this.#trial,
      signal,
      progress: (detail) => this.#progress(state, detail),
      tell: this.#tell,
      settle: () => this.#awaitSteadyState(state, deadline_ms, signal),
    };
  }

  #movesPods(): boolean {
    return this.#scenario.faults.some(({ type }) => actionFor(type).on === 'nodes');
  }

  #touchesNodes(): boolean {
    return this.#movesPods() || this.#scenario.faults.some(({ type }) => type === 'control-plane-outage');
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
    const { probe } = this.#scenario.safety.abort;
    const complaint = probe && (await probeOnce(probe));
    if (complaint !== undefined) return `safety.abort.probe: ${complaint}`;
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

  async #abortable(signal: AbortSignal | undefined, work: () => Promise<void>): Promise<void> {
    try {
      signal?.throwIfAborted();
      await work();
      signal?.throwIfAborted();
    } catch (error) {
      if (signal?.aborted && !isNotRestored(error)) {
        throw aborted('aborted while no fault was under way', signal);
      }
      throw this.#hasActed ? afterFault(error) : error;
    }
  }

  #progress(state: Progress['state'], detail: string): void {
    this.#options.progress?.({ trial: this.#trial, trials: this.#options.trials ?? 0, state, detail });
  }
}
