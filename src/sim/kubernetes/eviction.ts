import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { covers } from './disruption.ts';
import { type DisruptionBudgetObject, isTerminating, type PodObject } from './objects.ts';

/**
 * The eviction subresource of a pod: a deletion that asks the disruption budget first. A refusal is HTTP 429, told
 * to `answered` as false, and so is the HTTP 500 of a pod that has two budgets: it never goes (Kubernetes 1.35
 * pkg/registry/core/pod/storage/eviction.go Create, checkAndDecrement).
 *
 * @param grace_period_s undefined: the pod's own
 */
export function evict(
  environment: Environment,
  api: ApiClient,
  name: string,
  grace_period_s: number | undefined,
  cause: Cause,
  answered: (isEvicted: boolean) => void,
): void {
  const pod = api.pods.get(name);
  if (pod === undefined) {
    answered(true);
    return;
  }
  const remove = (because: Cause) => {
    const grace_s = grace_period_s ?? pod.template.termination_grace_period_s;
    api.pods.delete(name, grace_s, because, () => answered(true));
  };
  const [budget, ...others] = canIgnoreBudgets(pod) ? [] : budgetsOf(api, pod);
  if (budget === undefined) {
    remove(cause);
    return;
  }
  if (others.length > 0) {
    answered(false);
    return;
  }
  takeFrom(environment, api, budget.name, pod, cause, (isAllowed, because) => {
    if (isAllowed) remove(because);
    else answered(false);
  });
}

/** Wait before an eviction tries again whose write came too late, and how much more it may be, as a share (EvictionsRetry). */
const CONFLICT_RETRY_MS = 500;
const CONFLICT_JITTER = 0.1;

/** How often it does; then it is an error. */
const ATTEMPTS = 20;

/**
 * Takes a pod's eviction from its budget. The budget is written on what was read of it: where something else has
 * written it in between, another eviction or the disruption controller, it is read and written again after a while.
 */
function takeFrom(
  environment: Environment,
  api: ApiClient,
  budget: string,
  pod: PodObject,
  cause: Cause,
  done: (isAllowed: boolean, because: Cause) => void,
  attempt = 1,
): void {
  const seen = api.disruptionBudgets.get(budget);
  let outcome: 'allowed' | 'refused' | 'conflict' = 'refused';
  api.disruptionBudgets.update(
    budget,
    (current) => {
      if (seen !== undefined && isUnhealthyAndMayGo(seen, pod)) {
        outcome = 'allowed';
        return undefined;
      }
      if (seen === undefined || seen.allowed === 0) return undefined;
      if (current !== seen) {
        outcome = 'conflict';
        return undefined;
      }
      outcome = 'allowed';
      const disrupted = new Map(current.disrupted).set(pod.name, environment.now_ms);
      return { allowed: current.allowed - 1, disrupted };
    },
    cause,
    (stored) => {
      if (outcome !== 'conflict' || attempt === ATTEMPTS) {
        done(outcome === 'allowed', step(stored, 'eviction', environment.now_ms));
        return;
      }
      const wait_ms = CONFLICT_RETRY_MS * (1 + CONFLICT_JITTER * environment.uniform('eviction')());
      environment.after(wait_ms, () => {
        const waited = step(stored, 'eviction', environment.now_ms);
        takeFrom(environment, api, budget, pod, waited, done, attempt + 1);
      });
    },
  );
}

/** canIgnorePDB: it is down anyway. */
function canIgnoreBudgets(pod: PodObject): boolean {
  return pod.phase !== 'Running' || isTerminating(pod);
}

function budgetsOf(api: ApiClient, pod: PodObject): DisruptionBudgetObject[] {
  return [...api.disruptionBudgets.values()].filter(({ budget }) => covers(budget, pod));
}

function isUnhealthyAndMayGo(object: DisruptionBudgetObject, pod: PodObject): boolean {
  if (pod.ready) return false;
  if (object.budget.unhealthy_pod_eviction_policy === 'AlwaysAllow') return true;
  return object.current_healthy >= object.desired_healthy && object.desired_healthy > 0;
}

/** `kubectl drain` asks again after this where a budget refused (kubectl 1.35 pkg/cmd/drain/drain.go EvictErrorRetryDelay). */
export const EVICTION_RETRY_MS = 5000;

/** Evicts a pod, asking again until it goes or `isWanted` says no more. */
export function evictPatiently(
  environment: Environment,
  api: ApiClient,
  name: string,
  grace_period_s: number | undefined,
  cause: Cause,
  isWanted: () => boolean,
): void {
  if (!isWanted()) return;
  evict(environment, api, name, grace_period_s, cause, (isEvicted) => {
    if (isEvicted) return;
    environment.after(EVICTION_RETRY_MS, () => {
      const waited = step(cause, 'disruption budget', environment.now_ms);
      evictPatiently(environment, api, name, grace_period_s, waited, isWanted);
    });
  });
}
