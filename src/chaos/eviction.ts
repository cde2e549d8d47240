import { UserError } from '../scenario/errors.ts';
import { type Cluster, type PodRef, PodReplacedError, type Refusal } from './cluster/cluster.ts';
import { sleep } from './sleep.ts';

/** `kubectl drain` asks again after this where a budget refused (kubectl 1.35 pkg/cmd/drain/drain.go EvictErrorRetryDelay). */
const EVICTION_RETRY_MS = 5000;

export interface Eviction {
  /** Whether the first attempt was refused. */
  readonly isRefused: boolean;
  /** Ends when the pod is on its way; gives why not, where the signal came first. */
  readonly rest: Promise<string | undefined>;
}

/**
 * Evicts a pod, asking again until it goes or `signal` says no more. Resolves with the first answer.
 *
 * @throws PodReplacedError where it is not the one that was chosen any more
 */
export async function evictPatiently(
  cluster: Cluster,
  pod: PodRef,
  grace_period_s: number | undefined,
  signal: AbortSignal,
): Promise<Eviction> {
  const refusal = await cluster.evictPod(pod, grace_period_s);
  if (refusal === undefined) return { isRefused: false, rest: Promise.resolve(undefined) };
  const rest = goOn(cluster, pod, grace_period_s, refusal, signal);
  // Awaited by whoever asked, after other things.
  rest.catch(() => {});
  return { isRefused: true, rest };
}

async function goOn(
  cluster: Cluster,
  pod: PodRef,
  grace_period_s: number | undefined,
  first: Refusal,
  signal: AbortSignal,
): Promise<string | undefined> {
  let refusal: Refusal | undefined = first;
  while (refusal !== undefined) {
    try {
      await sleep(Math.max(EVICTION_RETRY_MS, refusal.retry_after_ms), signal);
    } catch {
      return `${pod.name} was not evicted: ${refusal.because}`;
    }
    refusal = await cluster.evictPod(pod, grace_period_s).catch(asRefusal);
  }
  return undefined;
}

function asRefusal(error: unknown): Refusal | undefined {
  // Somebody else has deleted it: it is gone, which is what was wanted.
  if (error instanceof PodReplacedError) return undefined;
  // The API server may be away for a while.
  if (error instanceof UserError) return { because: error.message, retry_after_ms: 0 };
  throw error;
}
