import type { Environment } from '../../environment.ts';
import type { PodMetric } from './replica-calculator.ts';

/** What the containers of a pod have used since they started. */
export interface Usage {
  readonly cpu_ms: number;
  readonly requests: number;
  readonly started_at_ms: number;
}

/** A container younger than this has no rate yet (metrics-server pkg/storage/pod.go freshContainerMinMetricsResolution). */
const FRESH_MIN_MS = 10_000;

/**
 * metrics-server, and what stands before it: the kubelet reads a container's counters now and then, metrics-server
 * reads the kubelets' last figures, and gives the rate between the two latest that differ (metrics-server 0.7
 * pkg/storage/pod.go). So a figure is tens of seconds old, and a new pod has none at first.
 */
export class MetricsServer {
  readonly #environment: Environment;
  readonly #pods: () => Iterable<string>;
  readonly #usage: (pod: string) => Usage | undefined;
  /** Latest figures of the kubelets. */
  readonly #read = new Map<string, Point>();
  readonly #stored = new Map<string, { readonly last: Point; readonly before: Point | undefined }>();

  /**
   * @param pods names of the pods there are; those that are there now have been there since long ago
   * @param usage undefined where nothing of the pod runs
   */
  constructor(
    environment: Environment,
    pods: () => Iterable<string>,
    usage: (pod: string) => Usage | undefined,
  ) {
    this.#environment = environment;
    this.#pods = pods;
    this.#usage = usage;
    const resolution_ms = environment.delay_ms('metrics_resolution');
    const first_ms = environment.uniform('metrics-server')() * resolution_ms;
    environment.after(first_ms, () => this.#scrape());
    for (const pod of pods()) this.#restore(pod, first_ms - resolution_ms, resolution_ms);
    environment.after(0, () => this.#findNew());
  }

  cpu(pod: string): PodMetric | undefined {
    // Milliseconds of processor time a second are milli-cores.
    return this.#rate(pod, ({ cpu_ms }) => cpu_ms);
  }

  requests(pod: string): PodMetric | undefined {
    return this.#rate(pod, ({ requests }) => requests * 1000);
  }

  #rate(pod: string, counter: (point: Point) => number): PodMetric | undefined {
    const { last, before } = this.#stored.get(pod) ?? {};
    if (last === undefined || before === undefined) return undefined;
    const window_ms = last.at_ms - before.at_ms;
    const value_milli = ((counter(last) - counter(before)) * 1000) / window_ms;
    return { value_milli, at_ms: last.at_ms, window_ms };
  }

  /**
   * A pod that has been there since long ago was read before the trial too, while nothing was asked of it: the first
   * figures of the trial are rates over a time of which a part was idle.
   *
   * @param scraped_ms when the kubelets' figures were last taken before the trial
   */
  #restore(pod: string, scraped_ms: number, resolution_ms: number): void {
    const usage = this.#usage(pod);
    if (usage === undefined) return;
    const interval_ms = this.#housekeeping_ms();
    const next_ms = interval_ms * this.#environment.uniform('cadvisor')();
    let at_ms = next_ms - interval_ms;
    this.#read.set(pod, { ...usage, at_ms });
    this.#environment.after(next_ms, () => this.#readCounters(pod));
    // Back to the reading of the last scrape, and to that of the last scrape before it that had another.
    const readingAt_ms = (scrape_ms: number): number => {
      while (at_ms > scrape_ms) at_ms -= this.#housekeeping_ms();
      return at_ms;
    };
    const last_ms = readingAt_ms(scraped_ms);
    const scrapes = Math.floor((scraped_ms - last_ms) / resolution_ms) + 1;
    const before_ms = readingAt_ms(scraped_ms - scrapes * resolution_ms);
    this.#stored.set(pod, { last: { ...usage, at_ms: last_ms }, before: { ...usage, at_ms: before_ms } });
  }

  /** Every kubelet finds new containers as they come; seconds do not matter here. */
  #findNew(): void {
    for (const pod of this.#pods()) if (!this.#read.has(pod)) this.#readCounters(pod);
    this.#environment.after(1000, () => this.#findNew());
  }

  /** cAdvisor's housekeeping of one container: an interval, and up to as much again by chance. */
  #readCounters(pod: string): void {
    const usage = this.#usage(pod);
    if (usage === undefined) {
      this.#read.delete(pod);
      return;
    }
    this.#read.set(pod, { ...usage, at_ms: this.#environment.now_ms });
    this.#environment.after(this.#housekeeping_ms(), () => this.#readCounters(pod));
  }

  #housekeeping_ms(): number {
    const interval_ms = this.#environment.delay_ms('cadvisor_housekeeping');
    return interval_ms * (1 + this.#environment.uniform('cadvisor')());
  }

  #scrape(): void {
    const resolution_ms = this.#environment.delay_ms('metrics_resolution');
    for (const [pod, point] of this.#read) this.#store(pod, point, resolution_ms);
    for (const pod of this.#stored.keys()) if (!this.#read.has(pod)) this.#stored.delete(pod);
    this.#environment.after(resolution_ms, () => this.#scrape());
  }

  #store(pod: string, point: Point, resolution_ms: number): void {
    const stored = this.#stored.get(pod);
    if (stored !== undefined && stored.last.started_at_ms === point.started_at_ms) {
      if (point.at_ms > stored.last.at_ms) this.#stored.set(pod, { last: point, before: stored.last });
      return;
    }
    const age_ms = point.at_ms - point.started_at_ms;
    const isFresh = age_ms >= FRESH_MIN_MS && age_ms < resolution_ms;
    const start = { cpu_ms: 0, requests: 0, started_at_ms: point.started_at_ms, at_ms: point.started_at_ms };
    this.#stored.set(pod, { last: point, before: isFresh ? start : undefined });
  }
}

interface Point extends Usage {
  readonly at_ms: number;
}
