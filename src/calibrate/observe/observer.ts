/**
 * Looks on while pods are killed: follows pods, endpoint slices and events of a namespace, and has connections
 * tried to what goes and to what comes. It changes nothing but an object of its own.
 */
import type {
  CoreV1Event,
  KubernetesObject,
  V1ConfigMap,
  V1EndpointSlice,
  V1Pod,
} from '@kubernetes/client-node';
import { now_ms } from '../../chaos/clock.ts';
import type { Api, Call } from '../../chaos/cluster/kubernetes/api.ts';
import { type CollectionWatcher, follow, type Selection } from '../../chaos/cluster/kubernetes/watch.ts';
import { SERVICE_NAME_LABEL, selectorString } from '../../chaos/cluster/view.ts';
import type { Workload } from '../../scenario/scenario.ts';
import type { Recorder } from '../../timeline/event.ts';
import type { Kill, SliceSight } from '../observation.ts';
import { ECHO_NAME, Echoes } from './echo.ts';
import { type Dialled, KillUnderWay } from './kill-under-way.ts';
import { eventSight, podSight, readyPods } from './sights.ts';

const ALL: Selection = { labelSelector: '' };

export interface Observed extends Dialled {
  readonly workload: Workload;
}

export class Observer {
  readonly #api: Api;
  readonly #observed: Observed;
  readonly #echoes: Echoes;
  readonly #over = new AbortController();
  readonly #addresses = new Map<string, string>();
  readonly #slices = new Map<string, V1EndpointSlice>();
  #current: KillUnderWay | undefined;

  constructor(api: Api, observed: Observed) {
    this.#api = api;
    this.#observed = observed;
    this.#echoes = new Echoes(api, observed.load.namespace);
  }

  /** Resolves once the watches stand. */
  async open(): Promise<void> {
    const { workload, load } = this.#observed;
    const core = (resource: string) => ({ group: '', version: 'v1', resource, namespace: load.namespace });
    const slices = { ...core('endpointslices'), group: 'discovery.k8s.io' };
    await Promise.all([
      this.#follow<V1Pod>(
        core('pods'),
        { labelSelector: selectorString(workload.selector) },
        (change, pod) => {
          const sight = podSight(pod, change, now_ms());
          if (sight.address !== undefined) this.#addresses.set(sight.pod, sight.address);
          this.#current?.pod(sight, this.#ready().length === 0);
        },
      ),
      this.#follow<V1EndpointSlice>(slices, ALL, (change, slice) => {
        const name = slice.metadata?.name ?? '';
        if (change === 'deleted') this.#slices.delete(name);
        else this.#slices.set(name, slice);
        this.#current?.slices.push(this.#sliceSight());
      }),
      this.#follow<CoreV1Event>(core('events'), ALL, (change, event) => {
        const sight = change === 'added' ? eventSight(event, now_ms()) : undefined;
        if (sight !== undefined) this.#current?.events.push(sight);
      }),
      // By its name, so that the account need not be allowed to see those of others.
      this.#follow<V1ConfigMap>(
        core('configmaps'),
        { fieldSelector: `metadata.name=${ECHO_NAME}` },
        (_, object) => this.#echoes.seen(object, now_ms()),
      ),
    ]);
  }

  /** Before a trial; from then on everything is taken down, until `end`. The recorder is that of the trial. */
  begin(forced: boolean): Recorder {
    const kill = new KillUnderWay(forced, this.#observed, this.#echoes);
    this.#current = kill;
    return {
      record: (event) => {
        const victim = event.type === 'fault-begin' ? event.targets[0] : undefined;
        if (victim !== undefined) kill.begun(victim, this.#addresses.get(victim), this.#sliceSight());
      },
    };
  }

  /** After a trial; undefined where no pod was killed, or a watch broke meanwhile. */
  async end(): Promise<Kill | undefined> {
    const kill = this.#current;
    this.#current = undefined;
    return kill?.end();
  }

  close(): void {
    this.#over.abort();
  }

  #follow<T extends KubernetesObject>(
    collection: Omit<Call, 'verb' | 'name'>,
    selection: Selection,
    changed: CollectionWatcher<T>['changed'],
  ): Promise<void> {
    const watcher = { changed, lost: () => this.#current?.spoil(), found: () => {} };
    return follow<T>(this.#api, collection, selection, watcher, this.#over.signal);
  }

  #sliceSight(): SliceSight {
    return { at_ms: now_ms(), ready: this.#ready() };
  }

  #ready(): readonly string[] {
    const { service } = this.#observed.load;
    const own = [...this.#slices.values()].filter(
      ({ metadata }) => metadata?.labels?.[SERVICE_NAME_LABEL] === service,
    );
    return own.flatMap(readyPods);
  }
}
