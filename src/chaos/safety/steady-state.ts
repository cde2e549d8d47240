/**
 * Steady state: every replica of every workload ready and none on its way out, no rollout under way, the Service
 * sending to exactly those, and requests answered; nodes as they were at first. No fault acts before it, no trial
 * ends before it is back. A Job ends by itself and has none.
 */
import type { Scenario, Taint, Workload } from '../../scenario/scenario.ts';
import { selects } from '../../scenario/selector.ts';
import { now_ms } from '../clock.ts';
import type { ClusterNode, ClusterReader, Pod, WorkloadState } from '../cluster/cluster.ts';
import { askedBy } from '../cluster/retry.ts';
import { Unavailable } from '../cluster/unavailable.ts';
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
  /** As they were at first, where faults may change them. */
  readonly nodes: readonly ClusterNode[] | undefined;
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
  cluster: ClusterReader,
  scenario: Scenario,
  options: SteadyStateOptions,
): Promise<void> {
  const begin_ms = now_ms();
  let hopelessSince_ms: number | undefined;
  let told: string | undefined;
  while (true) {
    options.signal?.throwIfAborted();
    const { pods, missing, asked_ms = 0 } = await lookAt(cluster, scenario, options).catch(asMissing);
    if (missing.length === 0) return;
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
    const left_ms = options.deadline_ms - waited_ms;
    await sleep(Math.max(POLL_MS, Math.min(asked_ms, left_ms)), options.signal);
  }
}

interface Look {
  readonly pods: PodsByWorkload;
  readonly missing: readonly string[];
  /** How long the cluster asks to be left alone. */
  readonly asked_ms?: number;
}

async function lookAt(
  cluster: ClusterReader,
  scenario: Scenario,
  { nodes, probe }: SteadyStateOptions,
): Promise<Look> {
  const pods = await podsByWorkload(cluster, scenario);
  const missing = await missingOf(cluster, scenario, pods, nodes);
  if (missing.length > 0) return { pods, missing };
  const complaint = await probe();
  return { pods, missing: complaint === undefined ? [] : [complaint] };
}

/** An API server that is away is waited for like anything else that is missing. */
function asMissing(error: unknown): Look {
  if (!(error instanceof Unavailable)) throw error;
  return { pods: new Map(), missing: [error.message], asked_ms: askedBy(error) };
}

/** What steady state lacks now, going by what the API tells: no request is sent. */
export async function missingNow(cluster: ClusterReader, scenario: Scenario): Promise<readonly string[]> {
  return missingOf(cluster, scenario, await podsByWorkload(cluster, scenario), undefined);
}

async function missingOf(
  cluster: ClusterReader,
  scenario: Scenario,
  pods: PodsByWorkload,
  nodes: readonly ClusterNode[] | undefined,
): Promise<readonly string[]> {
  let missing = await missingNodes(cluster, nodes);
  if (missing.length === 0) missing = await missingReplicas(cluster, scenario, pods);
  if (missing.length === 0) missing = await missingEndpoints(cluster, scenario, pods);
  return missing;
}

type PodsByWorkload = ReadonlyMap<Workload, readonly Pod[]>;

async function podsByWorkload(cluster: ClusterReader, scenario: Scenario): Promise<PodsByWorkload> {
  const entries = scenario.workloads.map(
    async (workload) => [workload, await podsOf(cluster, workload)] as const,
  );
  return new Map(await Promise.all(entries));
}

/** What of the nodes is not as it was. */
async function missingNodes(
  cluster: ClusterReader,
  before: readonly ClusterNode[] | undefined,
): Promise<readonly string[]> {
  if (before === undefined) return [];
  const now = new Map((await cluster.nodes()).map((node) => [node.name, node]));
  return before.flatMap(({ name, ready, unschedulable, taints }) => {
    const node = now.get(name);
    if (node === undefined) return [`node ${name} is gone`];
    if (ready && !node.ready) return [`node ${name} is not Ready`];
    if (unschedulable !== node.unschedulable) {
      return [`node ${name} is ${node.unschedulable ? 'cordoned' : 'not cordoned any more'}`];
    }
    const old = taints.map(taintText);
    const added = node.taints.map(taintText).filter((taint) => !old.includes(taint));
    return added.length > 0 ? [`node ${name} has the taint ${added.join(', ')}`] : [];
  });
}

const taintText = ({ key, effect }: Taint): string => `${key}:${effect}`;

async function missingReplicas(
  cluster: ClusterReader,
  scenario: Scenario,
  pods: PodsByWorkload,
): Promise<readonly string[]> {
  const missing = scenario.workloads
    .filter(({ kind }) => kind !== 'Job')
    .map(async (workload) => {
      const { kind, namespace, name } = workload;
      const state = await cluster.workload(workload);
      const prefix = `${kind} ${namespace}/${name}`;
      if (state === undefined) return [`${prefix} is not there`];
      const left = missingPods(wantedOf(scenario, workload, state), pods.get(workload) ?? []);
      if (left.length === 0 && state.unsettled !== undefined) left.push(state.unsettled);
      return left.map((text) => `${prefix}: ${text}`);
    });
  return (await Promise.all(missing)).flat();
}

interface Wanted {
  readonly replicas: number;
  /** Who says so. */
  readonly by: string;
}

/** How many pods a workload has when nothing happens. */
function wantedOf({ autoscalers }: Scenario, workload: Workload, state: WorkloadState): Wanted {
  const autoscaler = autoscalers.find(
    (each) => each.workload === workload.name && each.namespace === workload.namespace,
  );
  // Without load it scales down as far as it may.
  if (autoscaler !== undefined) return { replicas: autoscaler.min_replicas, by: 'its autoscaler' };
  // One a node, and how many nodes there are, the cluster knows better than the scenario.
  if (workload.kind === 'DaemonSet') return { replicas: state.replicas, by: 'its controller' };
  return { replicas: workload.replicas, by: 'the manifest' };
}

function missingPods({ replicas, by }: Wanted, own: readonly Pod[]): string[] {
  const leaving = own.filter((pod) => pod.terminating);
  const staying = own.filter((pod) => !pod.terminating);
  const ready = staying.filter((pod) => pod.ready);
  const missing: string[] = [];
  if (ready.length < replicas || staying.length > ready.length) {
    const waiting = staying.filter((pod) => !pod.ready).map(whyNotReady);
    missing.push(
      `${ready.length} of ${replicas} replicas ready` +
        (waiting.length > 0 ? ` (${waiting.join(', ')})` : ''),
    );
  } else if (ready.length > replicas) {
    missing.push(`${ready.length} replicas, though ${by} says ${replicas}`);
  }
  if (leaving.length > 0) {
    missing.push(`${leaving.map((pod) => pod.name).join(', ')} still terminating`);
  }
  return missing;
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
  cluster: ClusterReader,
  { load, services }: Scenario,
  pods: PodsByWorkload,
): Promise<readonly string[]> {
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
