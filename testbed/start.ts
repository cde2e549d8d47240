import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodePlan } from './addresses.ts';
import { kubectl, readyNodes } from './cluster/kubectl.ts';
import { writeLabFiles } from './cluster/lab.ts';
import { metricsServerRegistration, metricsServerRights } from './cluster/metrics.ts';
import { kubeRouterRights } from './cluster/network-policies.ts';
import { writeNodeFiles } from './cluster/node.ts';
import type { Installation } from './install/install.ts';
import type { Instance } from './instance.ts';
import { Launch } from './launch.ts';
import { importImages } from './load-image.ts';
import { createNetwork } from './network.ts';
import type { Progress } from './progress.ts';
import { type Layout, newState, planOf, type State, writeState } from './state.ts';

/** Starts a testbed where none is; a failure leaves it to the caller to remove what was started. */
export async function start(
  instance: Instance,
  layout: Layout,
  installation: Installation,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const state = newState(layout, installation);
  const plan = planOf(state);
  writeState(instance, state);
  const launch = new Launch(instance, state, signal);

  progress(`starting ${plan.nodes.length} node(s)`);
  await createNetwork(instance, plan);
  signal.throwIfAborted();
  const credentials = await writeLabFiles(instance, plan);
  for (const node of plan.nodes) writeNodeFiles(instance, plan, node, credentials);

  launch.startInLab('etcd');
  launch.startInLab('kube-apiserver');
  launch.startInLab('registry');
  const apiServerAnswers = launch.until('the API server answers', () =>
    kubectl(instance, state, ['get', '--raw', '/readyz']),
  );
  const startNode = async (node: NodePlan): Promise<void> => {
    await launch.bootNode(node);
    await importImages(instance, node.name, installation.images, signal);
    await apiServerAnswers;
    launch.startKubelet(node);
  };
  await all([
    apiServerAnswers.then(async () => {
      launch.startInLab('kube-controller-manager');
      launch.startInLab('kube-scheduler');
      const apply = applier(instance, state, launch);
      if (state.network_policies) await apply('kube-router-rights.json', kubeRouterRights());
      await startMetricsServer(instance, state, launch, apply);
    }),
    ...plan.nodes.map(startNode),
  ]);

  progress('waiting for the nodes to become Ready');
  await launch.until('all nodes are Ready', async () => {
    return (await readyNodes(instance, state))?.length === plan.nodes.length;
  });
  await launch.until('the default service account exists', () =>
    kubectl(instance, state, ['get', 'serviceaccount', 'default', '-o', 'name']),
  );
  state.phase = 'up';
  writeState(instance, state);
}

type Apply = (file: string, objects: object) => Promise<void>;

function applier(instance: Instance, state: State, launch: Launch): Apply {
  return (file, objects) => {
    const path = join(instance.folder, file);
    writeFileSync(path, JSON.stringify(objects));
    return launch.until(`${file} is applied`, () => kubectl(instance, state, ['apply', '-f', path]));
  };
}

async function startMetricsServer(
  instance: Instance,
  state: State,
  launch: Launch,
  apply: Apply,
): Promise<void> {
  await apply('metrics-server-rights.json', metricsServerRights());
  // It reads there whom to believe, once, as it starts.
  const trust = ['get', 'configmap', 'extension-apiserver-authentication', '--namespace=kube-system'];
  await launch.until('the API server has said whom to trust', () => kubectl(instance, state, trust));
  launch.startInLab('metrics-server');
  const authority = readFileSync(join(instance.folder, 'pki', 'ca.crt'), 'utf8');
  await apply('metrics-server.json', metricsServerRegistration(planOf(state), authority));
  const available = 'jsonpath={.status.conditions[?(@.type=="Available")].status}';
  const get = ['get', 'apiservice', 'v1beta1.metrics.k8s.io', `--output=${available}`];
  await launch.until(
    'the API server finds metrics-server',
    async () => (await kubectl(instance, state, get)) === 'True',
  );
}

/** Waits for all, also when one fails: nothing must go on while the failure is being cleaned up. */
async function all(tasks: readonly Promise<void>[]): Promise<void> {
  for (const task of await Promise.allSettled(tasks)) {
    if (task.status === 'rejected') throw task.reason;
  }
}
