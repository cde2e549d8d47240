/** Whether who holds a Lease is still there. */
import { now_ms } from '../clock.ts';
import type { Lease, Leases } from '../cluster/leases.ts';
import { sleep } from '../sleep.ts';
import { holderRuns } from './run-identity.ts';

/** How long a Lease holds after a renewal: three may be late or lost. */
export const LEASE_DURATION_S = 20;
export const RENEW_EVERY_MS = 5000;
/** Of a holder whose clock is not ours: two renewals would have come. */
const WATCH_MS = 2 * RENEW_EVERY_MS;
const POLL_MS = 1000;

/**
 * Whether a run has died: its process is gone from this machine; or, of one elsewhere, the time of its Lease is up
 * *and* no renewal comes while we look, since its clock may be another.
 */
export async function hasLapsed(leases: Leases, lease: Lease, signal?: AbortSignal): Promise<boolean> {
  const isThere = holderRuns(lease);
  if (isThere !== undefined) return !isThere;
  const age_ms = Date.now() - lease.renewed_ms;
  if (age_ms >= 0 && age_ms < lease.duration_s * 1000) return false;
  const watch_ms = age_ms < 0 ? lease.duration_s * 1000 : Math.min(WATCH_MS, lease.duration_s * 1000);
  const until_ms = now_ms() + watch_ms;
  while (now_ms() < until_ms) {
    await sleep(Math.min(POLL_MS, watch_ms), signal);
    const now = await leases.get(lease);
    if (now === undefined) return true;
    if (now.version !== lease.version || now.uid !== lease.uid) return false;
  }
  return true;
}
