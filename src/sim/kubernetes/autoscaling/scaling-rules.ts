import type { Autoscaler, ScalingRules } from '../../../scenario/scenario.ts';

/**
 * From what the metrics ask for to what the autoscaler does: stabilised, not faster than its policies allow, within
 * its bounds (Kubernetes 1.35 pkg/controller/podautoscaler/horizontal.go normalizeDesiredReplicasWithBehaviors; where
 * the manifest has no `behavior`, normalizeDesiredReplicas).
 */
export class ReplicaRules {
  readonly #autoscaler: Autoscaler;
  readonly #recommendations: { readonly replicas: number; readonly at_ms: number }[] = [];
  readonly #added: Change[] = [];
  readonly #removed: Change[] = [];

  constructor(autoscaler: Autoscaler) {
    this.#autoscaler = autoscaler;
  }

  /** Nothing was asked for then: what holds back the way up for as long as its window is. */
  wasIdle(at_ms: number): void {
    this.#recommendations.push({ replicas: 0, at_ms });
  }

  /** @param wanted what the metrics ask for */
  normalise(current: number, wanted: number, now_ms: number): number {
    const { has_behavior, min_replicas, max_replicas } = this.#autoscaler;
    const stable = this.#stabilise(current, wanted, now_ms);
    if (!has_behavior) {
      // calculateScaleUpLimit: twofold, or to 4.
      const limit = Math.min(max_replicas, Math.max(2 * current, 4));
      return Math.min(Math.max(stable, min_replicas), limit);
    }
    if (stable > current) {
      const limit = Math.max(current, this.#upLimit(current, now_ms));
      return Math.min(stable, max_replicas, limit);
    }
    if (stable < current) {
      const limit = Math.min(current, this.#downLimit(current, now_ms));
      return Math.max(stable, min_replicas, limit);
    }
    return stable;
  }

  /** It was scaled: counts against what the policies allow in their periods. */
  scaled(from: number, to: number, now_ms: number): void {
    if (to > from) this.#added.push({ replicas: to - from, at_ms: now_ms });
    else if (to < from) this.#removed.push({ replicas: from - to, at_ms: now_ms });
  }

  /** The least that was asked for in the window upwards, the most in the window downwards. */
  #stabilise(current: number, wanted: number, now_ms: number): number {
    const { scale_up, scale_down, has_behavior } = this.#autoscaler;
    let up = wanted;
    let down = wanted;
    for (const { replicas, at_ms } of this.#recommendations) {
      if (at_ms > now_ms - scale_up.stabilization_window_s * 1000) up = Math.min(up, replicas);
      if (at_ms > now_ms - scale_down.stabilization_window_s * 1000) down = Math.max(down, replicas);
    }
    this.#recommendations.push({ replicas: wanted, at_ms: now_ms });
    // Without `behavior` only the way down is stabilised (stabilizeRecommendation).
    return has_behavior ? Math.min(Math.max(current, up), down) : down;
  }

  #upLimit(current: number, now_ms: number): number {
    return this.#limit(this.#autoscaler.scale_up, current, now_ms, 1);
  }

  #downLimit(current: number, now_ms: number): number {
    return this.#limit(this.#autoscaler.scale_down, current, now_ms, -1);
  }

  /** calculateScaleUpLimitWithScalingRules, calculateScaleDownLimitWithBehaviors. */
  #limit({ select_policy, policies }: ScalingRules, current: number, now_ms: number, sign: 1 | -1): number {
    if (select_policy === 'Disabled') return current;
    const proposals = policies.map(({ type, value, period_s }) => {
      const since_ms = now_ms - period_s * 1000;
      const atStart = current - sumSince(this.#added, since_ms) + sumSince(this.#removed, since_ms);
      if (type === 'Pods') return atStart + sign * value;
      const proposal = atStart * (1 + (sign * value) / 100);
      // Rounded up both ways, so that a small share of few replicas still adds one and removes none too many.
      return sign > 0 ? Math.ceil(proposal) : Math.trunc(proposal);
    });
    const isWidest = select_policy === 'Max';
    return isWidest === sign > 0 ? Math.max(...proposals) : Math.min(...proposals);
  }
}

interface Change {
  readonly replicas: number;
  readonly at_ms: number;
}

function sumSince(changes: readonly Change[], since_ms: number): number {
  let sum = 0;
  for (const { replicas, at_ms } of changes) if (at_ms > since_ms) sum += replicas;
  return sum;
}
