/**
 * The arms as they are. Each is loaded when it is first used, so that `--help` and `predict` do not pay for a
 * Kubernetes client.
 */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Cluster } from '../chaos/cluster/cluster.ts';
import type { Progress as ChaosProgress } from '../chaos/world.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { meanRate_per_s } from '../scenario/schedule.ts';
import type { PredictedEpisodes } from '../sim/years/predict-episodes.ts';
import { tee } from '../timeline/event.ts';
import type { FaultLog } from '../timeline/measurement.ts';
import type { Score } from '../timeline/score.ts';
import { VERSION } from '../version.ts';
import type { Arms } from './arms.ts';
import type { Target } from './options.ts';
import type { Progress } from './progress.ts';

/** Plans that differ in their counts share their episodes, which are predicted once. */
const EPISODES = new WeakMap<Plan['episodes'], PredictedEpisodes>();

export const arms: Arms = {
  async predict({ scenario, cluster, workers = availableParallelism(), ...options }) {
    const { predict } = await import('../sim/predict.ts');
    return predict(scenario, { platform: cluster, workers, ...options });
  },

  async compareScenarios({ scenario, against, cluster, workers = availableParallelism(), ...options }) {
    const { compareScenarios } = await import('../sim/compare-scenarios.ts');
    return compareScenarios(scenario, against, { platform: cluster, workers, ...options });
  },

  async predictPlan({ plan, workers = availableParallelism(), ...options }) {
    const { predictPlan } = await import('../sim/predict-plan.ts');
    const { predictEpisodes } = await import('../sim/years/predict-episodes.ts');
    const begin_ms = performance.now();
    const episodes =
      EPISODES.get(plan.episodes) ?? (await predictEpisodes(plan, workers, options.limits.max_time_ms));
    EPISODES.set(plan.episodes, episodes);
    return predictPlan(plan, { workers, episodes, begin_ms, ...options });
  },

  async measure({ scenario, target, journal: file, progress, recorderForTrial, confirm, signal }) {
    const { parseAddresses } = await import('../chaos/load/source.ts');
    const { openJournal } = await import('../chaos/safety/journal.ts');
    const { measure } = await import('../chaos/measure.ts');
    const { FaultLog, summariseMeasurement } = await import('../timeline/measurement.ts');
    const { Score } = await import('../timeline/score.ts');
    const source_addresses = parseAddresses(target.source_addresses ?? '');
    const trials: { readonly score: Score; readonly log: FaultLog }[] = [];
    const cluster = await openTarget(target, scenario);
    const journal = await openJournal(file);
    try {
      const { where, notes } = await measure(scenario, cluster, {
        journal,
        guard:
          target.cluster === 'embedded' || target.no_guard === true
            ? undefined
            : await guardFor(file, target.context, target.provider_command),
        source_addresses,
        confirm,
        signal,
        progress: told(progress),
        recorder(trial) {
          const score = new Score();
          const log = new FaultLog();
          trials.push({ score, log });
          return tee(score, log, recorderForTrial(trial));
        },
        isValid: () => trials.at(-1)?.score.observation().valid ?? false,
      });
      const scored = trials.map(({ score, log }) => ({
        observation: score.observation(),
        faults: log.faults,
      }));
      return summariseMeasurement(scenario, VERSION, where, scored, notes);
    } finally {
      await journal.close();
      await cluster.close();
    }
  },

  async preflight({ scenarios, target: { cluster, context } }) {
    if (cluster === 'embedded') {
      const { checkEmbedded } = await import('../chaos/cluster/embedded/check.ts');
      for (const scenario of scenarios) checkEmbedded(scenario);
      return;
    }
    const { connectKubernetes } = await import('../chaos/cluster/kubernetes.ts');
    const { checkAccounts } = await import('../chaos/preflight.ts');
    await checkAccounts(connectKubernetes({ context }), scenarios);
  },

  async dryRun({ scenario, target, journal: file }) {
    const { dryRun } = await import('../chaos/dry-run.ts');
    const { parseAddresses } = await import('../chaos/load/source.ts');
    const source_addresses = parseAddresses(target.source_addresses ?? '');
    const cluster = await openTarget(target, scenario);
    try {
      const journal = existsSync(file) ? readFileSync(file, 'utf8') : '';
      return await dryRun(scenario, cluster, { journal, source_addresses });
    } finally {
      await cluster.close();
    }
  },

  async observe({ scenario, subject, journal: file, progress, ...request }) {
    const { openCluster } = await import('../chaos/cluster/open.ts');
    const { parseAddresses } = await import('../chaos/load/source.ts');
    const { openJournal } = await import('../chaos/safety/journal.ts');
    const { observeKills } = await import('../calibrate/observe/run.ts');
    const source_addresses = parseAddresses(request.source_addresses ?? '');
    const cluster = await openCluster('kubernetes', scenario, { context: request.context });
    const journal = await openJournal(file);
    try {
      await observeKills(scenario, subject, cluster, {
        ...request,
        journal,
        guard: request.no_guard ? undefined : await guardFor(file, request.context, undefined),
        source_addresses,
        progress: told(progress),
      });
    } finally {
      await journal.close();
      await cluster.close();
    }
  },

  async restore({ context, provider_command, ...options }) {
    const { connectKubernetes } = await import('../chaos/cluster/kubernetes.ts');
    const { restore } = await import('../chaos/restore.ts');
    const cluster = connectKubernetes({ context, providerCommand: provider_command });
    return restore({ cluster, asksFirst: true, ...options });
  },

  async guard({ journal, namespaces, context, provider_command, tell, signal, line, ready }) {
    const { connectKubernetes } = await import('../chaos/cluster/kubernetes.ts');
    const { patrol, standGuard } = await import('../chaos/guard.ts');
    const cluster = connectKubernetes({ context, providerCommand: provider_command });
    ready();
    if (journal === undefined) await patrol(namespaces, { cluster, tell, signal });
    else await standGuard(line, journal, { cluster, tell });
  },

  async compare(scenario, prediction, measurement) {
    const { compare } = await import('../timeline/compare.ts');
    const { duration_ms, latency_limit_ms } = scenario.load;
    const rate_per_s = meanRate_per_s(scenario.load);
    const resolution = { rate_per_s, latency_limit_ms, window_s: duration_ms / 1000 };
    return compare(prediction, measurement, resolution, scenario.objectives);
  },
};

async function openTarget(target: Target, scenario: Scenario): Promise<Cluster> {
  const { openCluster } = await import('../chaos/cluster/open.ts');
  return openCluster(target.cluster, scenario, {
    context: target.context,
    containerKillCommand: target.container_kill_command,
    providerCommand: target.provider_command,
  });
}

/** This program once more, as the guard of a run. */
async function guardFor(journal: string, context: string | undefined, provider: string | undefined) {
  const { guardProcess } = await import('../chaos/guard-process.ts');
  const { guardCommand } = await import('./guard.ts');
  return guardProcess(guardCommand(journal, context, provider), `${journal}.guard.log`);
}

/** A line where something new begins; the details go where a live line shows them. */
function told(progress: Progress): (event: ChaosProgress) => void {
  let phase = '';
  return ({ trial, trials, state, detail }) => {
    const next = `${trial === undefined ? '' : `trial ${trial + 1} of ${trials}: `}${state}`;
    if (state === 'done') return;
    if (next !== phase) progress.phase(next);
    phase = next;
    if (detail !== '') progress.update(detail);
  };
}
