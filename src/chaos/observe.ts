import type { Scenario, Workload } from '../scenario/scenario.ts';
import { selects } from '../scenario/selector.ts';
import type { Recorder } from '../timeline/event.ts';
import type { Cluster } from './cluster/cluster.ts';

interface Observed {
  readonly scenario: Scenario;
  readonly cluster: Cluster;
  readonly recorder: Recorder;
}

/**
 * Records the pods of the workloads behind the Service of the load, and its endpoints, until `signal`. Resolves
 * when what there is has been recorded.
 */
export async function observe(
  { scenario, cluster, recorder }: Observed,
  at_ms: () => number,
  signal: AbortSignal,
): Promise<void> {
  const { load } = scenario;
  const note = (text: string) => {
    if (!signal.aborted) recorder.record({ type: 'note', at_ms: at_ms(), text });
  };
  for (const [index, { kind, name: workload, selector }] of servingWorkloads(scenario).entries()) {
    await cluster.watch(
      { namespace: load.namespace, selector, service: load.service },
      {
        pod(change, { name, node, phase, ready, terminating }) {
          if (signal.aborted) return;
          const gone = change === 'deleted';
          recorder.record({
            type: 'pod',
            at_ms: at_ms(),
            ...{ pod: name, workload, node, phase, ready, terminating, gone },
          });
        },
        endpoints({ service, ready, terminating }) {
          // Each watch tells of them; once is enough.
          if (signal.aborted || index > 0) return;
          recorder.record({ type: 'endpoints', at_ms: at_ms(), service, ready, terminating });
        },
        lost: ({ message }) =>
          note(`the watch of ${kind} ${workload} broke, nothing is seen of it: ${message}`),
        found: () =>
          note(`the watch of ${kind} ${workload} stands again; what changed meanwhile is seen now`),
      },
      signal,
    );
  }
}

function servingWorkloads({ load, services, workloads }: Scenario): readonly Workload[] {
  const service = services.find(
    ({ name, namespace }) => name === load.service && namespace === load.namespace,
  );
  if (service === undefined) return [];
  return workloads.filter(
    ({ namespace, pod }) => namespace === load.namespace && selects(service.selector, pod.labels),
  );
}
