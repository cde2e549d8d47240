/**
 * The arms as they are. Each is loaded when it is first used, so that `--help` and `predict` do not pay for a
 * Kubernetes client.
 */
import type { Arms } from './arms.ts';

export const arms: Arms = {
  async predict({ scenario, onProgress, recorderForTrial }) {
    const { predict } = await import('../sim/predict.ts');
    return predict(scenario, { onProgress, recorderForTrial });
  },

  async measure() {
    throw new Error('src/chaos/world.ts is on its way');
  },

  async compare(scenario, prediction, measurement) {
    const { compare } = await import('../timeline/compare.ts');
    const { rate_per_s, duration_ms, latency_limit_ms } = scenario.load;
    const resolution = { rate_per_s, latency_limit_ms, window_s: duration_ms / 1000 };
    return compare(prediction, measurement, resolution, scenario.objectives);
  },
};
