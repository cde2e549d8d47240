import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AddressPlan, type NodePlan, REGISTRY_PORT } from './addresses.ts';
import { type ControlPlaneComponent, controlPlaneArguments } from './cluster/control-plane.ts';
import { createCredentials, kubeconfig } from './cluster/credentials.ts';
import { kubeconfigFile, kubectl, readyNodes } from './cluster/kubectl.ts';
import { bootCommand, booted, fileOnNode, nodeCommands, onNode, writeNodeFiles } from './cluster/node.ts';
import { CONTAINERD_SOCKET } from './cluster/node-config.ts';
import { TestbedError } from './failure.ts';
import type { Installation } from './install/install.ts';
import type { Instance } from './instance.ts';
import { createNetwork, inNamespace } from './network.ts';
import { type ProcessId, startDaemon } from './processes.ts';
import type { Progress } from './progress.ts';
import { indent, lastLines, run, sleep } from './run.ts';
import { deadComponents, newState, type State, writeState } from './state.ts';

const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 300;
const LOG_LINES = 12;

/** Starts a testbed where none is; a failure leaves it to the caller to remove what was started. */
export async function start(
  instance: Instance,
  plan: AddressPlan,
  installation: Installation,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const state = newState(plan.nodes.length, installation);
  writeState(instance, state);
  mkdirSync(join(instance.folder, 'logs'));
  const testbed = new Starting(instance, state, signal);

  progress(`starting ${plan.nodes.length} node(s)`);
  await createNetwork(instance, plan);
  signal.throwIfAborted();
  const credentials = await createCredentials(join(instance.folder, 'pki'), plan);
  writeFileSync(kubeconfigFile(instance), kubeconfig(credentials, plan, 'admin'), { mode: 0o600 });
  for (const node of plan.nodes) writeNodeFiles(instance, plan, node, credentials);

  const controlPlane = controlPlaneArguments(plan, {
    etcdData: join(instance.folder, 'etcd'),
    credentials: credentials.folder,
    kubeconfigOf: (user) => {
      const file = join(credentials.folder, `${user.replaceAll(':', '-')}.kubeconfig`);
      writeFileSync(file, kubeconfig(credentials, plan, user), { mode: 0o600 });
      return file;
    },
  });
  const startInLab = (component: ControlPlaneComponent): void => {
    testbed.startInLab(component, [join(installation.binaries, component), ...controlPlane[component]]);
  };

  startInLab('etcd');
  startInLab('kube-apiserver');
  const registry = join(import.meta.dirname, 'images', 'registry.ts');
  testbed.startInLab('registry', [
    process.execPath,
    registry,
    installation.images,
    plan.lab,
    `${REGISTRY_PORT}`,
  ]);
  const apiServerAnswers = testbed.until('the API server answers', () =>
    kubectl(instance, state, ['get', '--raw', '/readyz']),
  );
  await all([
    apiServerAnswers.then(() => {
      startInLab('kube-controller-manager');
      startInLab('kube-scheduler');
    }),
    ...plan.nodes.map((node) => testbed.startNode(node, apiServerAnswers)),
  ]);

  progress('waiting for the nodes to become Ready');
  await testbed.until('all nodes are Ready', async () => {
    return (await readyNodes(instance, state))?.length === plan.nodes.length;
  });
  await testbed.until('the default service account exists', () =>
    kubectl(instance, state, ['get', 'serviceaccount', 'default', '-o', 'name']),
  );
  state.phase = 'up';
  writeState(instance, state);
}

/** Waits for all, also when one fails: nothing must go on while the failure is being cleaned up. */
async function all(tasks: readonly Promise<void>[]): Promise<void> {
  for (const task of await Promise.allSettled(tasks)) {
    if (task.status === 'rejected') throw task.reason;
  }
}

/** A testbed on its way up: whatever it starts is in its state at once, for `clean` to find. */
class Starting {
  readonly #instance: Instance;
  readonly #state: State;
  readonly #signal: AbortSignal;

  constructor(instance: Instance, state: State, signal: AbortSignal) {
    this.#instance = instance;
    this.#state = state;
    this.#signal = signal;
  }

  startInLab(name: string, command: readonly string[]): void {
    this.#start(name, inNamespace(this.#instance.labNamespace, command));
  }

  async startNode(node: NodePlan, apiServerAnswers: Promise<void>): Promise<void> {
    const boot = this.#start(
      `${node.name}/boot`,
      bootCommand(this.#instance, node.name, this.#state.installation.binaries),
    );
    const first = await booted(this.#instance, node.name, boot);
    this.#state.nodes[node.name] = first;
    writeState(this.#instance, this.#state);
    const commands = nodeCommands(node);
    const startOnNode = (name: keyof typeof commands): void => {
      this.#start(`${node.name}/${name}`, onNode(first, commands[name]));
    };
    startOnNode('containerd');
    await this.#importImages(node);
    await apiServerAnswers;
    startOnNode('kubelet');
    startOnNode('kube-proxy');
  }

  async #importImages(node: NodePlan): Promise<void> {
    const socket = fileOnNode(this.#instance, node.name, CONTAINERD_SOCKET);
    await this.until(`containerd of ${node.name} answers`, () => existsSync(socket));
    const layout = this.#state.installation.images;
    const ctr = `ctr --address '${socket}' --namespace k8s.io images import -`;
    await run(['sh', '-c', `tar -C '${layout}' -cf - . | ${ctr}`], { signal: this.#signal });
  }

  /** Polls until the answer is truthy, unless a component dies or it takes too long. */
  async until(what: string, check: () => unknown): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await check())) {
      this.#signal.throwIfAborted();
      const [dead] = deadComponents(this.#state);
      if (dead) {
        const log = lastLines(readFileSync(dead.log, 'utf8'), LOG_LINES);
        throw new TestbedError(
          `${dead.name} died while the testbed started; its last words:\n${indent(log)}`,
        );
      }
      if (Date.now() > deadline) {
        throw new TestbedError(`waited ${READY_TIMEOUT_MS / 1000} s in vain until ${what}`);
      }
      await sleep(POLL_MS);
    }
    this.#signal.throwIfAborted();
  }

  #start(name: string, command: readonly string[]): ProcessId {
    this.#signal.throwIfAborted();
    const log = join(this.#instance.folder, 'logs', `${name.replace('/', '-')}.log`);
    const process = startDaemon(command, log);
    this.#state.components.push({ name, process, log });
    writeState(this.#instance, this.#state);
    return process;
  }
}
