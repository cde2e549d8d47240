/**
 * Whether a node that was taken away is really gone, going by its Ready condition: a provider's command may say that it
 * has cut the power of a machine that runs on. Kubernetes finds out by itself, when the node's lease stands still for
 * long enough; a fault that is over by then is judged by the requests alone.
 */
import { mean_ms } from '../scenario/distribution.ts';
import type { FaultType, Scenario } from '../scenario/scenario.ts';
import type { FaultEvent, NoEffectEvent, Recorder, TimelineEvent } from '../timeline/event.ts';
import type { ClusterReader } from './cluster/cluster.ts';
import { sleep } from './sleep.ts';

/** Faults after which a node does not renew its lease. */
const TAKING_AWAY: readonly string[] = [
  'node-loss',
  'node-partition',
  'zone-outage',
] satisfies readonly FaultType[];

/** Nobody measures anything by it, and a list of all nodes may be long. */
const POLL_MS = 2000;

/**
 * A kubelet renews its lease that often: a quarter of 40 s (Kubernetes 1.35 pkg/kubelet/kubelet.go
 * nodeLeaseRenewIntervalFraction, pkg/kubelet/apis/config/v1beta1/defaults.go NodeLeaseDurationSeconds).
 */
const RENEWAL_MS = 10_000;

interface Act {
  readonly begin: FaultEvent;
  readonly over: AbortController;
  /** Of its targets, those that were seen not Ready. */
  readonly gone: Set<string>;
  /** When each was last seen Ready. */
  readonly ready_ms: Map<string, number>;
  end_ms?: number;
}

/** Follows the events of one trial, and looks at the nodes while such a fault stands. */
export class NodeReadiness implements Recorder {
  readonly #scenario: Scenario;
  readonly #cluster: ClusterReader;
  readonly #recorder: Recorder;
  readonly #at_ms: () => number;
  readonly #signal: AbortSignal;
  readonly #acts: Act[] = [];

  /** @param at_ms the time of the trial @param signal ends all looking */
  constructor(
    trial: { readonly scenario: Scenario; readonly cluster: ClusterReader; readonly recorder: Recorder },
    at_ms: () => number,
    signal: AbortSignal,
  ) {
    this.#scenario = trial.scenario;
    this.#cluster = trial.cluster;
    this.#recorder = trial.recorder;
    this.#at_ms = at_ms;
    this.#signal = signal;
  }

  record(event: TimelineEvent): void {
    if (event.type === 'fault-begin' && TAKING_AWAY.includes(event.name)) {
      const act: Act = { begin: event, over: new AbortController(), gone: new Set(), ready_ms: new Map() };
      this.#acts.push(act);
      void this.#look(act);
    } else if (event.type === 'fault-end') {
      const act = this.#acts.find(
        ({ begin }) => begin.fault === event.fault && begin.repetition === event.repetition,
      );
      if (act === undefined) return;
      act.end_ms = event.at_ms;
      act.over.abort();
    }
  }

  /** Acts that lasted long enough to be found out, and were not, of one node at the least. */
  withoutEffect(): readonly NoEffectEvent[] {
    const { faults } = this.#scenario;
    // Who would find it out may be away.
    if (faults.some(({ type }) => type === 'control-plane-outage')) return [];
    return this.#acts.flatMap(({ begin, gone, ready_ms, end_ms = begin.at_ms }) => {
      const late_ms = begin.at_ms + this.#foundOutWithin_ms;
      const ready = begin.targets.filter((name) => !gone.has(name) && (ready_ms.get(name) ?? 0) >= late_ms);
      if (ready.length === 0) return [];
      const { fault, repetition, name } = begin;
      const lasted_s = ((end_ms - begin.at_ms) / 1000).toFixed(1);
      const because = `${ready.join(', ')} was Ready for all of its ${lasted_s} s`;
      return [{ type: 'no-effect', at_ms: end_ms, fault, repetition, name, because }];
    });
  }

  /**
   * From a node's end to its condition, at the latest (Kubernetes 1.35
   * pkg/controller/nodelifecycle/node_lifecycle_controller.go tryUpdateNodeHealth).
   */
  get #foundOutWithin_ms(): number {
    const { node_monitor_grace_period, node_monitor_period } = this.#scenario.timing;
    const looks_ms = 2 * mean_ms(node_monitor_period);
    return mean_ms(node_monitor_grace_period) + looks_ms + RENEWAL_MS;
  }

  async #look({ begin, over, gone, ready_ms }: Act): Promise<void> {
    const signal = AbortSignal.any([over.signal, this.#signal]);
    while (gone.size < begin.targets.length) {
      try {
        await sleep(POLL_MS, signal);
      } catch {
        return;
      }
      // An API server that does not answer says nothing of a node.
      const nodes = await this.#cluster.nodes().catch(() => undefined);
      if (nodes === undefined || signal.aborted) continue;
      for (const name of begin.targets) {
        if (gone.has(name)) continue;
        if (nodes.some((node) => node.name === name && node.ready)) {
          ready_ms.set(name, this.#at_ms());
          continue;
        }
        gone.add(name);
        const after_s = (this.#at_ms() - begin.at_ms) / 1000;
        const text = `${begin.name}: ${name} was seen not Ready ${after_s.toFixed(0)} s after it began`;
        this.#recorder.record({ type: 'note', at_ms: this.#at_ms(), text });
      }
    }
  }
}
