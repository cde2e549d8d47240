/**
 * What an outage was spent on, read off a timeline: the same parts in the same way for both arms, so that they can be
 * held against each other. Coarser than a prediction's budget, which knows the causes; this knows only what anyone can
 * watch from outside.
 */
import type { EndpointsEvent, PodEvent, Recorder, TimelineEvent } from './event.ts';
import type { Outage } from './observation.ts';

/**
 * Each ends where the next begins; of the pod that ended the outage:
 *
 * - `reaction`: the outage's begin to the pod's creation; nothing for a pod that was there all the time
 * - `scheduling`: to its node being chosen
 * - `start`: to its being seen running
 * - `readiness`: to its Ready condition
 * - `endpoint`: to its being a ready endpoint of the Service
 * - `route`: to the first good request
 * - `other`: the whole of an outage that no pod's coming ended
 */
export const PHASES = ['reaction', 'scheduling', 'start', 'readiness', 'endpoint', 'route', 'other'] as const;
export type Phase = (typeof PHASES)[number];

/** Milliseconds of each phase, summed over outages. */
export type PhaseTimes = Readonly<Record<Phase, number>>;

/** Keeps what happened to pods and endpoints. */
export class PhaseRecorder implements Recorder {
  readonly #pods = new Map<string, Milestones>();
  /** Pods that became ready endpoints, in the order of time. */
  readonly #arrivals: { readonly pod: string; readonly at_ms: number }[] = [];
  #ready: ReadonlySet<string> = new Set();

  record(event: TimelineEvent): void {
    if (event.type === 'pod') this.#onPod(event);
    else if (event.type === 'endpoints') this.#onEndpoints(event);
  }

  /** @param outages of the same trial; the times add up to theirs */
  phases(outages: readonly Outage[]): PhaseTimes {
    const total = Object.fromEntries(PHASES.map((phase) => [phase, 0])) as Record<Phase, number>;
    for (const { begin_ms, end_ms } of outages) {
      const arrival = this.#arrivals.findLast(({ at_ms }) => at_ms > begin_ms && at_ms <= end_ms);
      const pod = arrival && this.#pods.get(arrival.pod);
      if (arrival === undefined || pod === undefined) {
        total.other += end_ms - begin_ms;
        continue;
      }
      const ends_ms = [pod.created_ms, pod.scheduled_ms, pod.running_ms, pod.ready_ms, arrival.at_ms, end_ms];
      let from_ms = begin_ms;
      for (const [index, at_ms] of ends_ms.entries()) {
        // What is not known, or was before the outage, took no time of it; and nothing goes backwards.
        const to_ms = Math.min(Math.max(at_ms, from_ms), end_ms);
        total[PHASES[index] as Phase] += to_ms - from_ms;
        from_ms = to_ms;
      }
    }
    return total;
  }

  #onPod({ at_ms, pod, node, phase, ready, gone }: PodEvent): void {
    if (gone) {
      // A stateful set's next pod has the same name.
      this.#pods.delete(pod);
      return;
    }
    const known = this.#pods.get(pod) ?? { ...UNKNOWN, created_ms: at_ms };
    this.#pods.set(pod, {
      created_ms: known.created_ms,
      scheduled_ms: node === undefined ? Number.NEGATIVE_INFINITY : earlier(known.scheduled_ms, at_ms),
      running_ms: phase === 'Running' ? earlier(known.running_ms, at_ms) : Number.NEGATIVE_INFINITY,
      ready_ms: ready ? earlier(known.ready_ms, at_ms) : Number.NEGATIVE_INFINITY,
    });
  }

  #onEndpoints({ at_ms, ready }: EndpointsEvent): void {
    for (const pod of ready) if (!this.#ready.has(pod)) this.#arrivals.push({ pod, at_ms });
    this.#ready = new Set(ready);
  }
}

/** When a pod came to where it is; -Infinity for what it has not come to. */
interface Milestones {
  readonly created_ms: number;
  readonly scheduled_ms: number;
  readonly running_ms: number;
  readonly ready_ms: number;
}

const UNKNOWN = {
  scheduled_ms: Number.NEGATIVE_INFINITY,
  running_ms: Number.NEGATIVE_INFINITY,
  ready_ms: Number.NEGATIVE_INFINITY,
} as const;

/** It has been so since then. */
const earlier = (since_ms: number, now_ms: number): number =>
  since_ms === Number.NEGATIVE_INFINITY ? now_ms : since_ms;
