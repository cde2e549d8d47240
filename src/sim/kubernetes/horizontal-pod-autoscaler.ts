import type { Autoscaler } from '../../scenario/scenario.ts';
import { selects } from '../../scenario/selector.ts';
import { step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import type { MetricsServer } from './autoscaling/metrics-server.ts';
import { type PodMetric, replicasFor } from './autoscaling/replica-calculator.ts';
import { ReplicaRules } from './autoscaling/scaling-rules.ts';
import { type PodObject, workloadKey } from './objects.ts';

/**
 * The horizontal pod autoscaler of one workload: every `hpa_sync_period` it asks each metric how many replicas it
 * wants, takes the most, and scales the workload (Kubernetes 1.35 pkg/controller/podautoscaler/horizontal.go
 * reconcileAutoscaler).
 */
export class HorizontalPodAutoscaler {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #metrics: MetricsServer;
  readonly #autoscaler: Autoscaler;
  readonly #key: string;
  readonly #pods = new Map<string, PodObject>();
  readonly #rules: ReplicaRules;

  /** @param key of the workload it scales, see `workloadKey` */
  constructor(
    environment: Environment,
    api: ApiClient,
    metrics: MetricsServer,
    autoscaler: Autoscaler,
    key: string,
    steady: readonly PodObject[],
  ) {
    this.#environment = environment;
    this.#api = api;
    this.#metrics = metrics;
    this.#autoscaler = autoscaler;
    this.#key = key;
    this.#rules = new ReplicaRules(autoscaler);
    for (const pod of steady) this.#remember(pod, false);
    api.pods.watch((pod, gone) => this.#remember(pod, gone));
    const period_ms = environment.delay_ms('hpa_sync_period');
    const first_ms = environment.uniform(`autoscaler/${autoscaler.name}`)() * period_ms;
    this.#rules.wasIdle(first_ms - period_ms);
    environment.after(first_ms, () => this.#sync());
  }

  #remember(pod: PodObject, gone: boolean): void {
    const selector = this.#api.workloads.get(this.#key)?.workload.selector;
    const isIts = workloadKey(pod.workload) === this.#key;
    if (!isIts || selector === undefined || !selects(selector, pod.template.labels)) return;
    if (gone) this.#pods.delete(pod.name);
    else this.#pods.set(pod.name, pod);
  }

  #sync(): void {
    this.#environment.after(this.#environment.delay_ms('hpa_sync_period'), () => this.#sync());
    // Without the API server or its metrics nothing is decided.
    if (!this.#api.link.isUp) return;
    const current = this.#api.workloads.get(this.#key)?.replicas;
    // Scaled to nothing by hand: the autoscaler is off.
    if (current === undefined || current === 0) return;
    const wanted = this.#wanted(current);
    if (wanted === undefined || wanted === current) return;
    const now_ms = this.#environment.now_ms;
    this.#rules.scaled(current, wanted, now_ms);
    const cause = step(undefined, 'autoscaler', now_ms);
    this.#api.workloads.update(this.#key, { replicas: wanted }, cause);
    this.#environment.record({
      type: 'note',
      at_ms: now_ms,
      text: `autoscaler ${this.#autoscaler.name}: from ${current} to ${wanted} replicas`,
    });
  }

  #wanted(current: number): number | undefined {
    const { min_replicas, max_replicas, metrics } = this.#autoscaler;
    if (current > max_replicas) return max_replicas;
    if (current < min_replicas) return min_replicas;
    const now_ms = this.#environment.now_ms;
    const initialisation = {
      cpu_initialization_ms: this.#environment.delay_ms('hpa_cpu_initialization_period'),
      readiness_delay_ms: this.#environment.delay_ms('hpa_initial_readiness_delay'),
    };
    const pods = [...this.#pods.values()];
    const answers = metrics.map((metric) => {
      const metricOf = ({ name }: PodObject): PodMetric | undefined =>
        metric.type === 'requests' ? this.#metrics.requests(name) : this.#metrics.cpu(name);
      return replicasFor(metric, this.#autoscaler, current, pods, metricOf, initialisation, now_ms);
    });
    const said = answers.filter((answer) => answer !== undefined);
    // A metric that says nothing forbids to scale down on the word of the others.
    if (said.length === 0) return undefined;
    const most = Math.max(...said);
    if (said.length < answers.length && most < current) return undefined;
    return this.#rules.normalise(current, most, now_ms);
  }
}
