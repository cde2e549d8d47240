/** What ends a trial at once, going by what is recorded of it: `safety.abort`, and `safety.min_healthy`. */
import { amount } from '../../scenario/safety.ts';
import type { Safety, Scenario } from '../../scenario/scenario.ts';
import type { PodEvent, Recorder, RequestEvent, TimelineEvent } from '../../timeline/event.ts';
import { ObjectiveWatch } from './objective-watch.ts';

export interface AbortRulesOptions {
  readonly scenario: Scenario;
  /** Intended send times of the trial's requests, ascending. */
  readonly times_ms: Float64Array;
  /** From the start of the trial. */
  readonly at_ms: () => number;
  /** Called once, with why the trial must end. */
  readonly breach: (reason: string) => void;
}

/** Holds every event against the rules, as it is recorded. */
export class AbortRules implements Recorder {
  readonly #options: AbortRulesOptions;
  readonly #rate: ErrorRate | undefined;
  readonly #objectives: ObjectiveWatch | undefined;
  readonly #healthy: HealthyPods | undefined;
  #isOver = false;

  constructor(options: AbortRulesOptions) {
    const { safety, objectives, load } = options.scenario;
    this.#options = options;
    this.#rate = safety.abort.error_rate && new ErrorRate(safety.abort.error_rate);
    if (safety.abort.objectives) {
      this.#objectives = new ObjectiveWatch(objectives, load.duration_ms, options.times_ms);
    }
    if (safety.min_healthy !== undefined)
      this.#healthy = new HealthyPods(options.scenario, safety.min_healthy);
  }

  record(event: TimelineEvent): void {
    if (this.#isOver) return;
    const reason = this.#judge(event);
    if (reason === undefined) return;
    this.#isOver = true;
    this.#options.breach(reason);
  }

  /** The trial has ended, or is ending for another reason: what comes now is no reason any more. */
  end(): void {
    this.#isOver = true;
  }

  #judge(event: TimelineEvent): string | undefined {
    if (event.type === 'pod') return this.#healthy?.judge(event);
    if (event.type !== 'request') return undefined;
    if (event.outcome === 'not-sent') {
      this.#objectives?.pass(event);
      return undefined;
    }
    return this.#rate?.judge(event, this.#options.at_ms()) ?? this.#objectives?.judge(event);
  }
}

/** The share of bad requests among those whose outcome became known in the last while. */
class ErrorRate {
  readonly #rule: NonNullable<Safety['abort']['error_rate']>;
  #known: { readonly at_ms: number; readonly isBad: boolean }[] = [];
  #bad = 0;

  constructor(rule: NonNullable<Safety['abort']['error_rate']>) {
    this.#rule = rule;
  }

  judge({ outcome }: RequestEvent, at_ms: number): string | undefined {
    const { above, for_ms } = this.#rule;
    const isBad = outcome !== 'ok';
    this.#known.push({ at_ms, isBad });
    if (isBad) this.#bad += 1;
    const first = this.#known.findIndex((each) => each.at_ms > at_ms - for_ms);
    for (const gone of this.#known.splice(0, first)) if (gone.isBad) this.#bad -= 1;
    const share = this.#bad / this.#known.length;
    // At first there is no while yet that could be judged.
    if (at_ms < for_ms || share <= above) return undefined;
    return `${percent(share)} of the requests failed in the last ${for_ms / 1000} s; safety.abort.error_rate allows ${percent(above)}`;
  }
}

/** Ready pods of the workloads behind the Service, once so many have been there. */
class HealthyPods {
  readonly #wanted = new Map<string, number>();
  readonly #ready = new Map<string, Set<string>>();
  readonly #armed = new Set<string>();

  constructor({ workloads }: Scenario, least: NonNullable<Safety['min_healthy']>) {
    for (const { name, replicas } of workloads) this.#wanted.set(name, amount(least, replicas, 'up'));
  }

  judge({ workload, pod, ready, terminating, gone }: PodEvent): string | undefined {
    const own = this.#ready.get(workload) ?? new Set();
    this.#ready.set(workload, own);
    if (ready && !terminating && !gone) own.add(pod);
    else own.delete(pod);
    const wanted = this.#wanted.get(workload) ?? 0;
    if (own.size >= wanted) this.#armed.add(workload);
    // When a trial begins, pods are told of one by one.
    if (own.size >= wanted || !this.#armed.has(workload)) return undefined;
    return `${own.size} pods of ${workload} are ready; safety.min_healthy wants ${wanted}`;
  }
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
