/**
 * Who did what, said on the objects themselves: an Event for each act on a pod, a node, a Service or a workload, for whoever looks
 * at it with `kubectl describe` and has never heard of foreshock. A courtesy: written after the act, one at a time and
 * beside the run, which neither waits for it nor fails by it.
 */
import { hostname } from 'node:os';
import type { Scenario } from '../scenario/scenario.ts';
import type { Cluster, ObjectEvent } from './cluster/cluster.ts';
import { namespaceOf } from './cluster/object-event.ts';
import type { Intent, Journal } from './safety/journal.ts';
import { sleep } from './sleep.ts';

/** For the last of them, when the run is over. */
const FLUSH_PATIENCE_MS = 5000;

/** What acts of faults are done to, and where the API has it. */
const API_VERSIONS: Readonly<Record<string, string>> = {
  Pod: 'v1',
  Node: 'v1',
  Service: 'v1',
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
};

export class ActEvents {
  readonly #scenario: Scenario;
  readonly #cluster: Cluster;
  /** Namespaces in which the account may write them. */
  #told: ReadonlySet<string> = new Set();
  #count = 0;
  #writing: Promise<void> = Promise.resolve();
  /** What could not be written when it happened: the API server may have been away. */
  readonly #unsaid: ObjectEvent[] = [];
  #because = 'no answer';
  readonly #over = new AbortController();

  constructor(scenario: Scenario, cluster: Cluster) {
    this.#scenario = scenario;
    this.#cluster = cluster;
  }

  /** Where nothing has been allowed, nothing is told. */
  allow(namespaces: ReadonlySet<string>): void {
    this.#told = namespaces;
  }

  /** A journal that has every act told that it says was done. */
  witness(journal: Journal): Journal {
    return {
      ...journal,
      intend: async (intent) => {
        const settle = await journal.intend(intent);
        return async (outcome, details) => {
          await settle(outcome, details);
          if (outcome === 'done') this.#tell(intent, journal.run);
        };
      },
    };
  }

  /**
   * Ends when all is written or given up, within seconds.
   *
   * @returns notes for the report
   */
  async flush(): Promise<readonly string[]> {
    const done = new AbortController();
    await Promise.race([this.#writeAll(), sleep(FLUSH_PATIENCE_MS, done.signal)]).finally(() => done.abort());
    this.#over.abort();
    const { length } = this.#unsaid;
    if (length === 0) return [];
    const what = `${length} ${length === 1 ? 'Event' : 'Events'} on what was hit`;
    return [`${what} could not be written: ${this.#because}`];
  }

  #tell(intent: Intent, run: string): void {
    const event = this.#eventOf(intent, run);
    if (event === undefined || !this.#told.has(namespaceOf(event))) return;
    this.#unsaid.push(event);
    this.#writing = this.#writing.then(() => this.#write(event)).then(() => {});
  }

  async #writeAll(): Promise<void> {
    await this.#writing;
    // Where the first of them fails again, so would the others.
    for (const event of [...this.#unsaid]) if (!(await this.#write(event))) return;
  }

  async #write(event: ObjectEvent): Promise<boolean> {
    try {
      await this.#cluster.tell(event, this.#over.signal);
      this.#unsaid.splice(this.#unsaid.indexOf(event), 1);
      return true;
    } catch (error) {
      this.#because = error instanceof Error ? error.message : String(error);
      return false;
    }
  }

  #eventOf({ act, target, trial, fault, cause = fault, undo }: Intent, run: string): ObjectEvent | undefined {
    const { kind, namespace, name, uid, container } = target;
    const apiVersion = API_VERSIONS[kind];
    if (act === 'create' || act === 'remove' || apiVersion === undefined || uid === undefined)
      return undefined;
    const at = new Date();
    const isUndoing = act === 'undo';
    const what = cause === undefined ? act : isUndoing ? `${cause} undone` : cause;
    const inContainer = container === undefined ? '' : ` (container ${container})`;
    const during = trial === undefined ? '' : `, trial ${trial + 1}`;
    const byHand = fault === undefined || isUndoing ? '' : `; to undo it: ${undo}`;
    return {
      regarding: { apiVersion, kind, namespace, name, uid },
      // Nanoseconds since 1970, as the components of Kubernetes number theirs, of which the last digits only count.
      id: (BigInt(at.getTime()) * 1_000_000n + BigInt(this.#count++)).toString(16),
      at,
      // A fault is what a person looks for who wonders why something broke.
      type: cause === undefined || isUndoing ? 'Normal' : 'Warning',
      reason: camelCase(isUndoing && cause !== undefined ? `${cause}-undone` : (cause ?? act)),
      action: camelCase(act),
      note: `${what}${inContainer}, by foreshock: run ${run}, scenario ${this.#scenario.name}${during}${byHand}`,
      instance: `${hostname()}-${process.pid}`,
    };
  }
}

/** "pod-kill" to "PodKill". */
function camelCase(words: string): string {
  return words
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
