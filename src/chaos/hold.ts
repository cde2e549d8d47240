/**
 * What a run holds of a cluster from before its first act to after its last: Leases on its targets, and a guard that
 * undoes everything should it die. Taken with the repair of what dead runs left there.
 */
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Scenario, Service, Workload } from '../scenario/scenario.ts';
import { selects } from '../scenario/selector.ts';
import type { Cluster, ClusterIdentity } from './cluster/cluster.ts';
import { type Repairing, repair, reviveControlPlane, undoMarked } from './repair.ts';
import type { Journal } from './safety/journal.ts';
import { type Left, notesOf } from './safety/left.ts';
import { type MarkedFault, marksOf } from './safety/marks.ts';
import type { Records } from './safety/records.ts';
import { identify } from './safety/run-identity.ts';
import { leaseFor, TargetLeases } from './safety/target-leases.ts';
import { UNDO_PATIENCE_MS } from './undo.ts';

/** Somebody who undoes everything should this process end without a word. */
export interface Guard {
  /** Nothing is left to be undone: it may go. */
  dismiss(): Promise<void>;
}

/** @param lost called where it has ended though it was not dismissed */
export type StartGuard = (lost: (why: string) => void) => Promise<Guard>;

/** How often one that was killed is replaced, and one more. */
const GUARDS_MAX = 3;

export interface HoldOptions {
  readonly journal: Journal;
  /** Undefined: one does without. */
  readonly guard?: StartGuard | undefined;
  readonly undo_patience_ms?: number;
  /** Tells the report. */
  readonly tell: (note: string) => void;
}

export class Hold {
  readonly #targets: readonly Workload[];
  readonly #services: readonly Service[];
  readonly #cluster: Cluster;
  readonly #options: HoldOptions;
  readonly #leases: TargetLeases | undefined;
  #guard: Guard | undefined;
  #starts = 0;

  constructor({ workloads, services }: Scenario, cluster: Cluster, options: HoldOptions) {
    // A Job ends by itself: nothing hits it, and nothing is expected of it.
    this.#targets = workloads.filter(({ kind }) => kind !== 'Job');
    this.#services = services.filter((service) =>
      this.#targets.some(
        ({ namespace, pod }) => namespace === service.namespace && selects(service.selector, pod.labels),
      ),
    );
    this.#cluster = cluster;
    this.#options = options;
    const { leases } = cluster;
    if (leases !== undefined) this.#leases = new TargetLeases(leases, identify(), this.#targets);
  }

  /** Where the run records what outlives it; undefined where nothing does. */
  get records(): Records | undefined {
    return this.#leases;
  }

  /** Aborted where a target is not ours any more. */
  get lost(): AbortSignal {
    return this.#leases?.lost ?? new AbortController().signal;
  }

  /**
   * To be called before the first act.
   *
   * @throws UserError where another run has one of the targets, or what a dead one left cannot be put back
   */
  async take(cluster: ClusterIdentity, signal: AbortSignal | undefined): Promise<void> {
    const { journal, tell } = this.#options;
    const leases = this.#leases;
    const hold = leases && { holder: leases.run, leases: this.#targets.map(leaseFor) };
    const left = await journal.begin(cluster, hold);
    for (const note of notesOf(left)) tell(note);
    await leases?.acquire(signal);
    if (leases !== undefined) await this.#startGuard();
    await this.#repair(left, signal);
  }

  /** To be called before the cluster is asked for anything: a dead run may have taken its API server away. */
  async reviveControlPlane(signal: AbortSignal | undefined): Promise<void> {
    const { journal, undo_patience_ms: patience_ms, tell } = this.#options;
    const place = { cluster: this.#cluster, journal, records: undefined, tell };
    await reviveControlPlane({ ...place, patience: { patience_ms, signal } });
  }

  /** A namespace has been created, in which there may be targets. */
  async extend(signal: AbortSignal | undefined): Promise<void> {
    await this.#leases?.acquire(signal);
  }

  /** Where something is left, the Leases stay to say so, and the guard goes on when this process ends. */
  async release(): Promise<void> {
    const { undo_patience_ms = UNDO_PATIENCE_MS, tell } = this.#options;
    const left = (await this.#leases?.release(undo_patience_ms)) ?? [];
    for (const { namespace, name } of left) {
      tell(`Lease ${namespace}/${name} could not be deleted; it lapses, and the next run takes it`);
    }
    if (this.#leases === undefined || this.#leases.records.length === 0) await this.#guard?.dismiss();
  }

  async #startGuard(): Promise<void> {
    const { guard, tell } = this.#options;
    if (guard === undefined) {
      tell(
        'without a guard: had this run been killed, what it did would have stayed until the next one, or foreshock restore',
      );
      return;
    }
    this.#starts += 1;
    try {
      this.#guard = await guard((why) => this.#guardLost(why));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new UserError(`there is no guard, who would undo everything should this run be killed: ${why}`, {
        exitCode: EXIT.configuration,
        hint: '--no-guard does without',
        cause,
      });
    }
  }

  /** Somebody has killed it: there is another, unless that goes on. */
  #guardLost(why: string): void {
    this.#guard = undefined;
    this.#options.tell(`the guard of this run has ended: ${why}`);
    if (this.#starts < GUARDS_MAX) this.#startGuard().catch(() => {});
  }

  async #repair(left: Left, signal: AbortSignal | undefined): Promise<void> {
    const { journal, undo_patience_ms: patience_ms, tell } = this.#options;
    const cluster = this.#cluster;
    const patience = { patience_ms, signal };
    const place: Repairing = { cluster, journal, records: this.#leases, patience, tell };
    await repair(place, left);
    if (this.#leases === undefined) return;
    // We hold the Leases, so that whoever has marked what is ours, or what sends requests there, does not go on.
    const marks = (
      await Promise.all([...this.#targets.map(this.#marksOn), ...this.#services.map(this.#marksAt)])
    )
      .flat()
      .filter(({ run }) => run !== this.#leases?.run);
    await undoMarked(place, marks);
  }

  readonly #marksOn = async ({ kind, namespace, name }: Workload): Promise<readonly MarkedFault[]> => {
    const state = await this.#cluster.workload({ kind, namespace, name });
    if (state === undefined) return [];
    return marksOf({ kind, namespace, name, uid: state.uid }, state.annotated?.own ?? {});
  };

  readonly #marksAt = async ({ namespace, name }: Service): Promise<readonly MarkedFault[]> => {
    const service = { kind: 'Service', namespace, name };
    const found = await this.#cluster.find({ apiVersion: 'v1', ...service });
    return found === undefined ? [] : marksOf({ ...service, uid: found.uid }, found.annotated?.own ?? {});
  };
}
