/** What a taint of ours has a controller delete, which disruption budgets know of only when it is done. */
import type { ClusterReader } from '../cluster/cluster.ts';
import { sleep } from '../sleep.ts';
import type { Claim, Claims } from './claims.ts';
import { isAlive } from './ownership.ts';

/** Between two looks: an eviction that waits for them is late by so much more at the most. */
const LOOK_MS = 100;

export interface Expelling {
  readonly cluster: ClusterReader;
  readonly claims: Claims;
}

/**
 * Waits until the API shows that all go whom acts chosen before this one have a controller delete, or those acts are
 * undone.
 *
 * @returns false where the signal came first
 */
export async function expelled(
  { cluster, claims }: Expelling,
  claim: Claim,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    const staying = await Promise.all(claims.expelling(claim).map((each) => isStaying(cluster, each)));
    if (!staying.includes(true)) return true;
    await sleep(LOOK_MS, signal).catch(() => {});
  }
  return false;
}

async function isStaying(cluster: ClusterReader, { targets, expels }: Claim): Promise<boolean> {
  const pods = (await Promise.all(targets.map(({ name }) => cluster.podsOn(name)))).flat();
  return pods.some((pod) => isAlive(pod) && !pod.terminating && expels?.(pod) === true);
}
