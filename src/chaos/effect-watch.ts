/**
 * Whether a fault that the cluster took without a word had an effect. Kubernetes stores NetworkPolicies wherever there
 * is no network that enforces them (kubernetes.io, Network Policies, Prerequisites): only the requests can tell.
 */
import type { FaultType, Scenario } from '../scenario/scenario.ts';
import type { FaultEvent, NoEffectEvent, Recorder, TimelineEvent } from '../timeline/event.ts';

const WATCHED = 'network-partition' satisfies FaultType;

/** Networks take their time to enforce a policy: what is sent earlier after it says nothing. */
const ENFORCED_WITHIN_MS = 2000;

/** How unlikely it must be, were it enforced, that every request went to another pod. */
const CHANCE_MAX = 1e-6;

/** Follows the events of one trial. */
export class EffectWatch implements Recorder {
  readonly #scenario: Scenario;
  readonly #requests: { readonly at_ms: number; readonly isGood: boolean }[] = [];
  readonly #acts: Act[] = [];
  #ready: readonly string[] = [];

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  record(event: TimelineEvent): void {
    if (!this.#scenario.faults.some(({ type }) => type === WATCHED)) return;
    if (event.type === 'request') {
      this.#requests.push({ at_ms: event.at_ms, isGood: event.outcome === 'ok' });
    } else if (event.type === 'endpoints') {
      this.#ready = event.ready;
    } else if (event.type === 'fault-begin' && event.name === WATCHED) {
      const cut = this.#ready.filter((pod) => event.targets.includes(pod)).length;
      this.#acts.push({ begin: event, share: this.#ready.length === 0 ? 0 : cut / this.#ready.length });
    } else if (event.type === 'fault-end') {
      const act = this.#acts.find(
        ({ begin }) => begin.fault === event.fault && begin.repetition === event.repetition,
      );
      if (act !== undefined) act.end_ms = event.at_ms;
    }
  }

  /**
   * Acts without effect, once every request has its outcome: none failed, though of so many some should have gone to
   * the pods that were cut off.
   */
  withoutEffect(): readonly NoEffectEvent[] {
    return this.#acts.flatMap(({ begin, share, end_ms = Number.POSITIVE_INFINITY }) => {
      const during = this.#requests.filter(
        ({ at_ms }) => at_ms >= begin.at_ms + ENFORCED_WITHIN_MS && at_ms < end_ms,
      );
      if (during.some(({ isGood }) => !isGood)) return [];
      const isAlone = share === 1 && during.length > 0;
      if (!isAlone && !(this.#isBalanced && (1 - share) ** during.length < CHANCE_MAX)) return [];
      const { fault, repetition, name } = begin;
      const because =
        `none of ${during.length} requests failed while the policy stood, ` +
        'so the network of this cluster does not enforce NetworkPolicies, or not on the way that the load takes';
      return [{ type: 'no-effect', at_ms: end_ms, fault, repetition, name, because }];
    });
  }

  /** Whether each request goes to any of the endpoints, alike. */
  get #isBalanced(): boolean {
    const { load, services } = this.#scenario;
    const service = services.find(
      ({ name, namespace }) => name === load.service && namespace === load.namespace,
    );
    return (
      load.connections === 'per-request' &&
      service?.session_affinity_s === undefined &&
      service?.external_traffic_policy === 'Cluster' &&
      service.traffic_distribution === undefined
    );
  }
}

interface Act {
  readonly begin: FaultEvent;
  /** Of the endpoints, how many are cut off. */
  readonly share: number;
  end_ms?: number;
}
