/**
 * Steady state: every replica of every workload ready and none on its way out, the Service sending to exactly
 * those, and requests answered. No fault acts before it, no trial ends before it is back.
 */
import type { Scenario, Workload } from '../../scenario/scenario.ts';
import { selects } from '../../scenario/selector.ts';
import { now_ms } from '../clock.ts';
import type { Cluster, Pod } from '../cluster/cluster.ts';
import { sleep } from '../sleep.ts';
import { isOwnedBy, podsOf } from './ownership.ts';

const POLL_MS = 250;

/**
 * Reasons of a waiting container that do not go away by themselves, as kubelet words them (Kubernetes 1.35
 * pkg/kubelet/images/types.go, pkg/kubelet/kuberuntime/kuberuntime_container.go).
 */
const HOPELESS: readonly string[] = [
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
];

export interface SteadyStateOptions {
  readonly deadline_ms: number;
  /** How long a container may wait for a reason that seldom goes away. */
  readonly hopeless_after_ms: number;
  readonly signal: AbortSignal | undefined;
  /** Tells what is still missing, whenever it changes. */
  readonly progress: (missing: string) => void;
  /** Sends some requests; gives what was wrong, undefined where all were good. */
  readonly probe: () => Promise<string | undefined>;
}

/** It was not there in time. */
export class SteadyStateTimeout extends Error {
  override readonly name = 'SteadyStateTimeout';
  readonly missing: readonly string[];

  constructor(missing: readonly string[], waited_ms: number) {
    super(`no steady state after ${Math.round(waited_ms / 1000)} s: ${missing.join('; ')}`);
    this.missing = missing;
  }
}

/** @throws SteadyStateTimeout with what is missing; the signal's reason where it was aborted */
export async function awaitSteadyState(
  cluster: Cluster,
  scenario: Scenario,
  options: SteadyStateOptions,
): Promise<void> {
  const begin_ms = now_ms();
  let hopelessSince_ms: number | undefined;
  let told: string | undefined;
  while (true) {
    options.signal?.throwIfAborted();
    const pods = await podsByWorkload(cluster, scenario);
    let missing = missingOf(scenario, pods);
    if (missing.length === 0) missing = await missingEndpoints(cluster, scenario, pods);
    if (missing.length === 0) {
      const complaint = await options.probe();
      if (complaint === undefined) return;
      missing = [complaint];
    }
    const [first] = missing;
    if (first !== told && first !== undefined) {
      told = first;
      options.progress(first);
    }
    hopelessSince_ms = isHopeless(pods) ? (hopelessSince_ms ?? now_ms()) : undefined;
    const waited_ms = now_ms() - begin_ms;
    const hopeless =
      hopelessSince_ms !== undefined && now_ms() - hopelessSince_ms >= options.hopeless_after_ms;
    if (hopeless || waited_ms >= options.deadline_ms) throw new SteadyStateTimeout(missing, waited_ms);
    await sleep(POLL_MS, options.signal);
  }
}

type PodsByWorkload = ReadonlyMap<Workload, readonly Pod[]>;

async function podsByWorkload(cluster: Cluster, scenario: Scenario): Promise<PodsByWorkload> {
  const entries = scenario.workloads.map(
    async (workload) => [workload, await podsOf(cluster, workload)] as const,
  );
  return new Map(await Promise.all(entries));
}

function missingOf(scenario: Scenario, pods: PodsByWorkload): string[] {
  return scenario.workloads.flatMap((workload) => {
    const own = pods.get(workload) ?? [];
    const leaving = own.filter((pod) => pod.terminating);
    const staying = own.filter((pod) => !pod.terminating);
    const ready = staying.filter((pod) => pod.ready);
    const name = `Deployment ${workload.namespace}/${workload.name}`;
    const missing: string[] = [];
    if (ready.length < workload.replicas || staying.length > ready.length) {
      const waiting = staying.filter((pod) => !pod.ready).map(whyNotReady);
      missing.push(
        `${name}: ${ready.length} of ${workload.replicas} replicas ready` +
          (waiting.length > 0 ? ` (${waiting.join(', ')})` : ''),
      );
    } else if (ready.length > workload.replicas) {
      missing.push(`${name}: ${ready.length} replicas, though the manifest says ${workload.replicas}`);
    }
    if (leaving.length > 0) {
      missing.push(`${name}: ${leaving.map((pod) => pod.name).join(', ')} still terminating`);
    }
    return missing;
  });
}

function whyNotReady({ name, phase, containers }: Pod): string {
  const waiting = containers.find((container) => !container.ready);
  if (waiting === undefined) return `pod ${name} ${phase}`;
  return `pod ${name}, container ${waiting.name}: ${waiting.reason ?? 'not ready'}`;
}

function isHopeless(pods: PodsByWorkload): boolean {
  return [...pods.values()]
    .flat()
    .some((pod) => pod.containers.some(({ reason }) => reason !== undefined && HOPELESS.includes(reason)));
}

async function missingEndpoints(
  cluster: Cluster,
  { load, services }: Scenario,
  pods: PodsByWorkload,
): Promise<string[]> {
  const service = services.find(
    ({ name, namespace }) => name === load.service && namespace === load.namespace,
  );
  if (service === undefined) return [`Service ${load.namespace}/${load.service} is not in the manifests`];
  const endpoints = await cluster.endpoints(service.namespace, service.name);
  const expected = [...pods]
    .flatMap(([workload, own]) => own.filter((pod) => isOwnedBy(workload, pod)))
    .filter((pod) => pod.namespace === service.namespace && selects(service.selector, pod.labels))
    .map((pod) => pod.name);
  const left = expected.filter((pod) => !endpoints.ready.includes(pod));
  const over = [...endpoints.ready.filter((pod) => !expected.includes(pod)), ...endpoints.terminating];
  if (left.length === 0 && over.length === 0 && expected.length > 0) return [];
  const missing = [
    ...(expected.length === 0 ? ['no pod'] : []),
    ...(left.length > 0 ? [`not yet ${left.join(', ')}`] : []),
    ...(over.length > 0 ? [`still ${over.join(', ')}`] : []),
  ];
  return [`Service ${service.namespace}/${service.name} sends to ${missing.join(', ')}`];
}
