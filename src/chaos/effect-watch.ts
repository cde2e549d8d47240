/**
 * Whether a fault that the cluster took without a word had an effect. Kubernetes stores NetworkPolicies also where there
 * is no network that enforces them (kubernetes.io, Network Policies, Prerequisites), and Istio's VirtualServices though
 * no proxy of its own is on the way of a request: only the requests can tell.
 */
import { lookupsOfRequests } from '../scenario/lookups.ts';
import type { DnsOutage, Fault, FaultType, HttpAbort, HttpDelay, Scenario } from '../scenario/scenario.ts';
import type { FaultEvent, NoEffectEvent, Recorder, TimelineEvent } from '../timeline/event.ts';

/** What is known of a request when it has its outcome. */
type Sent = Pick<Extract<TimelineEvent, { readonly type: 'request' }>, 'at_ms' | 'latency_ms' | 'outcome'>;

/**
 * Networks take their time to enforce a policy, and a mesh to hear of a rule (Istio 1.30 pilot/pkg/features/tuning.go
 * PILOT_DEBOUNCE_AFTER, 100 ms at the least): what is sent earlier after it says nothing.
 */
const ENFORCED_WITHIN_MS = 2000;

/** How unlikely it must be, were it in force, that every request was spared. */
const CHANCE_MAX = 1e-6;

/** A delayed request may be early by what the resolution of timers leaves over. */
const TIMER_MS = 1;

/** What a fault does to requests, and how often. */
interface Watched {
  /** Whether a request may have met it. */
  readonly meets: (request: Sent) => boolean;
  /** How likely a request is spared while it stands; undefined: nobody knows. */
  readonly spares: number | undefined;
  /** What its absence means, of so many requests that did not meet it. */
  readonly because: (requests: number) => string;
}

interface Act {
  readonly begin: FaultEvent;
  readonly watched: Watched;
  end_ms?: number;
}

/** Follows the events of one trial. */
export class EffectWatch implements Recorder {
  readonly #scenario: Scenario;
  readonly #isNeeded: boolean;
  readonly #requests: Sent[] = [];
  readonly #acts: Act[] = [];
  #ready: readonly string[] = [];

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#isNeeded = scenario.faults.some(({ type }) => WATCHED.includes(type));
  }

  record(event: TimelineEvent): void {
    if (!this.#isNeeded) return;
    if (event.type === 'request') {
      const { at_ms, latency_ms, outcome } = event;
      this.#requests.push({ at_ms, latency_ms, outcome });
    } else if (event.type === 'endpoints') {
      this.#ready = event.ready;
    } else if (event.type === 'fault-begin') {
      const watched = this.#watched(event);
      if (watched !== undefined) this.#acts.push({ begin: event, watched });
    } else if (event.type === 'fault-end') {
      const act = this.#acts.find(
        ({ begin }) => begin.fault === event.fault && begin.repetition === event.repetition,
      );
      if (act !== undefined) act.end_ms = event.at_ms;
    }
  }

  /**
   * Acts without effect, once every request has its outcome: none met it, though of so many some should have, for all
   * but certain.
   */
  withoutEffect(): readonly NoEffectEvent[] {
    return this.#acts.flatMap(({ begin, watched, end_ms = Number.POSITIVE_INFINITY }) => {
      const { spares, meets, because } = watched;
      const sent = this.#requests.filter(({ at_ms }) => at_ms >= begin.at_ms && at_ms < end_ms);
      const during = sent.filter(({ at_ms }) => at_ms >= begin.at_ms + ENFORCED_WITHIN_MS);
      if (during.length === 0 || spares === undefined || sent.some(meets)) return [];
      if (spares ** during.length >= CHANCE_MAX) return [];
      const { fault, repetition, name } = begin;
      return [{ type: 'no-effect', at_ms: end_ms, fault, repetition, name, because: because(during.length) }];
    });
  }

  /** When requests met what is done to requests, in sentences: of other faults the timeline itself tells. */
  sightings(): readonly string[] {
    return this.#acts.flatMap(({ begin, watched, end_ms = Number.POSITIVE_INFINITY }) => {
      if (begin.name === 'network-partition' || begin.name === 'dns-outage') return [];
      // In the order in which they ended, not of their sending.
      const met = this.#requests
        .filter(({ at_ms }) => at_ms >= begin.at_ms && at_ms < end_ms + ENFORCED_WITHIN_MS)
        .filter(watched.meets)
        .sort((a, b) => a.at_ms - b.at_ms);
      const [first, last] = [met.at(0), met.at(-1)];
      if (first === undefined || last === undefined) return [];
      const times = `the first sent at ${seconds(first)} s, the last at ${seconds(last)} s`;
      return [`${begin.name} was met by requests: ${met.length}, ${times}`];
    });
  }

  #watched(begin: FaultEvent): Watched | undefined {
    const fault = this.#scenario.faults[begin.fault];
    switch (fault?.type) {
      case 'network-partition':
        return this.#partition(begin);
      case 'dns-outage':
        return this.#dnsOutage(begin, fault);
      case 'http-delay':
        return this.#isOfLoad(fault) ? delayed(fault) : undefined;
      case 'http-abort':
        return this.#isOfLoad(fault) ? answered(fault) : undefined;
      default:
        return undefined;
    }
  }

  #partition({ targets }: FaultEvent): Watched {
    return {
      meets: ({ outcome }) => outcome !== 'ok',
      spares: this.#spares(targets),
      because: (requests) =>
        `none of ${requests} requests failed while the policy stood, ` +
        'so the network of this cluster does not enforce NetworkPolicies, or not on the way that the load takes',
    };
  }

  /** Of a program that looks up no names for requests nothing can be told. */
  #dnsOutage({ targets }: FaultEvent, fault: DnsOutage): Watched | undefined {
    const workload = this.#scenario.workloads.find(
      ({ name, namespace }) => name === fault.workload && namespace === fault.namespace,
    );
    const lookups = workload && lookupsOfRequests(this.#scenario, workload);
    if (lookups === undefined) return undefined;
    const { timeout_ms } = lookups;
    return {
      // One that waits for its lookup to be tried again may be answered in the end.
      meets: ({ latency_ms, outcome }) => outcome !== 'ok' || latency_ms >= timeout_ms - TIMER_MS,
      spares: this.#spares(targets),
      because: (requests) =>
        `none of ${requests} requests failed while the policy stood, so the program does not look a name up for each, ` +
        'or the network of this cluster does not enforce NetworkPolicies on the way to its DNS (a cache on the node, another port)',
    };
  }

  /** How likely a request goes to a pod that was not hit; undefined: nobody knows. */
  #spares(targets: readonly string[]): number | undefined {
    const hit = this.#ready.filter((pod) => targets.includes(pod)).length;
    const share = this.#ready.length === 0 ? 0 : hit / this.#ready.length;
    if (share === 1) return 0;
    return this.#isBalanced ? 1 - share : undefined;
  }

  /** Only there do the requests of the load meet it for certain. */
  #isOfLoad({ service, namespace }: HttpDelay | HttpAbort): boolean {
    const { load } = this.#scenario;
    return service === load.service && namespace === load.namespace;
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

const WATCHED: readonly FaultType[] = [
  'network-partition',
  'dns-outage',
  'http-delay',
  'http-abort',
] satisfies Fault['type'][];

const seconds = ({ at_ms }: Sent): string => (at_ms / 1000).toFixed(1);

/** The client may give up before the delay is over. */
function delayed({ delay_ms, percentage }: HttpDelay): Watched {
  return {
    meets: ({ latency_ms, outcome }) => outcome === 'timeout' || latency_ms >= delay_ms - TIMER_MS,
    spares: 1 - percentage / 100,
    because: (requests) => `none of ${requests} requests was held up for ${delay_ms / 1000} s: ${NO_PROXY}`,
  };
}

function answered({ status, percentage }: HttpAbort): Watched {
  return {
    meets: ({ outcome }) => outcome === 'bad-status',
    spares: 1 - percentage / 100,
    because: (requests) => `none of ${requests} requests was answered with ${status}: ${NO_PROXY}`,
  };
}

const NO_PROXY =
  "no proxy of Istio's that injects faults is on their way (no sidecar where they are sent from, no gateway), or it has not heard of the rule";
