import { constant } from '../../../src/scenario/distribution.ts';
import { behaviourOf } from '../../../src/scenario/kubernetes-version.ts';
import type { Application, Container, PodTemplate, Probe, Registry } from '../../../src/scenario/scenario.ts';
import type { Timing } from '../../../src/scenario/timing.ts';
import { type Cause, step } from '../../../src/sim/cause.ts';
import { Environment } from '../../../src/sim/environment.ts';
import { ApiServer } from '../../../src/sim/kubernetes/api-server.ts';
import type { Process } from '../../../src/sim/kubernetes/container-runtime.ts';
import { Kubelet } from '../../../src/sim/kubernetes/kubelet.ts';
import { Link } from '../../../src/sim/kubernetes/link.ts';
import type { PodObject } from '../../../src/sim/kubernetes/objects.ts';
import type { PodWorker } from '../../../src/sim/kubernetes/pod-worker.ts';
import { Registry as ImageRegistry } from '../../../src/sim/kubernetes/registry.ts';
import { DnsOutages } from '../../../src/sim/kubernetes/resolver.ts';
import { KUBERNETES } from '../../../src/sim/platform.ts';
import type { TimelineEvent } from '../../../src/timeline/event.ts';
import { INSTANT } from './environment.ts';
import { pod, template } from './objects.ts';

export interface KubeletLabOptions {
  readonly timing?: Timing;
  readonly trial?: number;
  readonly minor?: number;
  readonly registry?: Registry;
}

/** What one look at a pod's object said, where it differed from the look before. */
export interface Seen {
  readonly at_ms: number;
  readonly phase: PodObject['phase'];
  readonly ready: boolean;
  readonly address: PodObject['address'];
}

const NOTHING_TO_PULL: Registry = { images: {}, bytes_per_s: Number.POSITIVE_INFINITY };

export const CAUSE: Cause = step(undefined, 'test', 0);

/** One kubelet beside an API server: pods are put on its node, and what becomes of them is written down. */
export class KubeletLab {
  readonly environment: Environment;
  readonly api: ApiServer;
  readonly registry: ImageRegistry;
  readonly link: Link;
  readonly events: TimelineEvent[] = [];
  /** When a pull came to nothing, but for those that were backed off. */
  readonly failedPulls_ms: number[] = [];
  /** When processes began to serve, by pod. */
  readonly #serving = new Map<string, number[]>();
  readonly #whenServing: (() => void)[] = [];
  readonly #kubelet: Kubelet;
  readonly #seen = new Map<string, Seen[]>();
  readonly #gone = new Map<string, number>();

  constructor({
    timing = INSTANT,
    trial = 0,
    minor = 35,
    registry = NOTHING_TO_PULL,
  }: KubeletLabOptions = {}) {
    const platform = { ...KUBERNETES, kubernetes: behaviourOf({ minor, feature_gates: [] }) };
    const recorder = { record: (event: TimelineEvent) => void this.events.push(event) };
    this.environment = new Environment('1', trial, platform, timing, recorder);
    this.api = new ApiServer(this.environment);
    this.registry = new WatchedRegistry(registry, () => this.failedPulls_ms.push(this.environment.now_ms));
    this.link = new Link(this.environment);
    this.#kubelet = new Kubelet(this.environment, this.api.client(this.link), {
      name: 'node-1',
      index: 0,
      images: this.registry.node(),
      dnsOutages: new DnsOutages(),
      events: {
        processServing: ({ name }) => {
          this.#serving.set(name, [...this.servingAt_ms(name), this.environment.now_ms]);
          for (const action of this.#whenServing) action();
        },
      },
    });
    this.#kubelet.startLongAgo();
    this.api.client(new Link(this.environment)).pods.watch((object, gone) => {
      if (gone) this.#gone.set(object.name, this.environment.now_ms);
      else this.#note(object);
    });
  }

  /** Puts a pod on the node, now. */
  start(change: Partial<PodTemplate> = {}, name = 'web'): void {
    const object = pod(name, {
      template: template(change),
      phase: 'Pending',
      address: undefined,
      ready: false,
    });
    this.api.client(this.link).pods.create({ ...object, node: 0 }, CAUSE);
  }

  /** A pod that runs, and is ready, since long ago. */
  restore(change: Partial<PodTemplate> = {}, name = 'web'): void {
    const object = pod(name, { template: template(change), node: 0 });
    this.api.pods.restore(object);
    this.#kubelet.restore(object);
  }

  delete(grace_period_s: number, name = 'web'): void {
    this.api.client(this.link).pods.delete(name, grace_period_s, CAUSE);
  }

  worker(name = 'web'): PodWorker {
    const worker = this.#kubelet.worker(name);
    if (worker === undefined) throw new Error(`the kubelet has no pod ${name}`);
    return worker;
  }

  /** The latest process of a container. */
  process(container = 'web', name = 'web'): Process {
    const process = this.worker(name).container(container);
    if (process === undefined) throw new Error(`container ${container} was never started`);
    return process;
  }

  whenServing(action: () => void): void {
    this.#whenServing.push(action);
  }

  at(at_ms: number, action: () => void): void {
    this.environment.simulation.at(at_ms, action);
  }

  run(until_ms: number): void {
    this.environment.simulation.runUntil(until_ms);
  }

  seen(name = 'web'): readonly Seen[] {
    return this.#seen.get(name) ?? [];
  }

  /** When the object was removed; undefined while it is there. */
  goneAt_ms(name = 'web'): number | undefined {
    return this.#gone.get(name);
  }

  /** When each process of a pod began to serve. */
  servingAt_ms(name = 'web'): readonly number[] {
    return this.#serving.get(name) ?? [];
  }

  /** When probes of a kind were answered, and how. */
  probes(
    kind: 'startup' | 'readiness' | 'liveness',
  ): readonly { readonly at_ms: number; readonly success: boolean }[] {
    return this.events.flatMap((event) =>
      event.type === 'probe' && event.probe === kind ? [{ at_ms: event.at_ms, success: event.success }] : [],
    );
  }

  #note({ name, phase, ready, address }: PodObject): void {
    const seen = this.#seen.get(name) ?? [];
    const last = seen.at(-1);
    if (last?.phase === phase && last.ready === ready && last.address === address) return;
    this.#seen.set(name, [...seen, { at_ms: this.environment.now_ms, phase, ready, address }]);
  }
}

class WatchedRegistry extends ImageRegistry {
  readonly #failed: () => void;

  constructor(images: Registry, failed: () => void) {
    super(images);
    this.#failed = failed;
  }

  override fetch(...[environment, image, isPresent, done]: Parameters<ImageRegistry['fetch']>): void {
    super.fetch(environment, image, isPresent, (success) => {
      if (!success) this.#failed();
      done(success);
    });
  }
}

/** The container of the usual template, changed. */
export function container(
  change: Partial<Container> = {},
  application: Partial<Application> = {},
): Container {
  const usual = template().containers[0] as Container;
  return { ...usual, ...change, application: { ...usual.application, ...application } };
}

export function probe(change: Partial<Probe> = {}): Probe {
  return {
    handler: 'http',
    port: 80,
    initial_delay_s: 0,
    period_s: 1,
    timeout_s: 1,
    success_threshold: 1,
    failure_threshold: 3,
    ...change,
  };
}

export const initContainer = (name: string, run_ms: number) => ({
  name,
  image: 'nginx',
  image_pull_policy: 'IfNotPresent' as const,
  run_time: constant(run_ms),
});
