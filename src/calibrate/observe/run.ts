/** Kills pods of a scenario under the rules of a chaos run and has everything about it observed. */
import type { Cluster } from '../../chaos/cluster/cluster.ts';
import { Api } from '../../chaos/cluster/kubernetes/api.ts';
import { Credentials } from '../../chaos/cluster/kubernetes/credentials.ts';
import type { StartGuard } from '../../chaos/hold.ts';
import { HttpTransport } from '../../chaos/load/http.ts';
import { measure } from '../../chaos/measure.ts';
import type { Journal } from '../../chaos/safety/journal.ts';
import { checkRights } from '../../chaos/safety/rights.ts';
import type { Place, Progress } from '../../chaos/world.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Kill } from '../observation.ts';
import type { SamplesHeader } from '../samples.ts';
import type { Subject } from '../subject.ts';
import { killingOf, rightsToObserve } from './killing.ts';
import { Observer } from './observer.ts';

export interface ObserveOptions {
  readonly kills: number;
  /** Of the kubeconfig; undefined: its current one. */
  readonly context: string | undefined;
  readonly source_addresses: readonly string[];
  readonly journal: Journal;
  readonly guard: StartGuard | undefined;
  readonly progress: (progress: Progress) => void;
  /** Asked before anything is touched, by each of the two kinds of kills. */
  readonly confirm: (place: Place) => Promise<void>;
  readonly signal: AbortSignal;
  /** Told what cluster it is, before anything is done to it. */
  readonly reached: (cluster: SamplesHeader['cluster']) => void;
  /** Told of each kill when its trial is over. */
  readonly seen: (kill: Kill) => void;
}

/** @throws UserError as `measure` does */
export async function observeKills(
  scenario: Scenario,
  subject: Subject,
  cluster: Cluster,
  options: ObserveOptions,
): Promise<void> {
  await checkRights(cluster, rightsToObserve(scenario));
  const api = new Api(new Credentials({ context: options.context }));
  options.reached({
    version: (await api.readPath<{ gitVersion: string }>('/version')).gitVersion,
    where: api.context,
    nodes: await countNodes(cluster, subject),
  });
  const graceful = Math.floor(options.kills / 2);
  await observeAlike(killingOf(scenario, subject, true), options.kills - graceful, true);
  if (graceful > 0) await observeAlike(killingOf(scenario, subject, false), graceful, false);

  async function observeAlike(killing: Scenario, trials: number, forced: boolean): Promise<void> {
    let observer: Observer | undefined;
    const endKill = async () => {
      const kill = await observer?.end();
      if (kill !== undefined) options.seen(kill);
    };
    try {
      await measure(killing, cluster, {
        ...options,
        trials,
        async recorder() {
          await endKill();
          observer ??= await open(killing);
          return observer.begin(forced);
        },
      });
    } finally {
      await endKill();
      observer?.close();
    }
  }

  /** Once the Service answers, which it does before the first trial. */
  async function open({ load }: Scenario): Promise<Observer> {
    const transport = await cluster.transport(load);
    if (!(transport instanceof HttpTransport))
      throw new Error('only what is reached by HTTP can be observed');
    await transport.close();
    const observer = new Observer(api, { ...subject, load, target: transport.target });
    await observer.open();
    return observer;
  }
}

/** Who may not list nodes knows of those where the pods are. */
async function countNodes(cluster: Cluster, { workload }: Subject): Promise<number> {
  if (await cluster.may('list', 'nodes', undefined)) return (await cluster.nodes()).length;
  const pods = await cluster.pods(workload.namespace, workload.selector);
  return Math.max(1, new Set(pods.map(({ node }) => node)).size);
}
