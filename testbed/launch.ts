import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodePlan } from './addresses.ts';
import { type LabComponent, labCommands } from './cluster/lab.ts';
import { bootCommand, booted, clearRun, fileOnNode, nodeCommands, onNode } from './cluster/node.ts';
import { CONTAINERD_SOCKET } from './cluster/node-config.ts';
import { TestbedError } from './failure.ts';
import type { Instance } from './instance.ts';
import { inNamespace } from './network.ts';
import { isRunning, type ProcessId, startDaemon } from './processes.ts';
import { indent, lastLines, sleep } from './run.ts';
import { type Component, planOf, remember, type State, writeState } from './state.ts';

const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 300;
const LOG_LINES = 12;

/** Starts components, at first and again. Whatever it starts is in the state at once, for `clean` to find. */
export class Launch {
  readonly #instance: Instance;
  readonly #state: State;
  readonly #signal: AbortSignal;
  readonly #started: Component[] = [];

  constructor(instance: Instance, state: State, signal: AbortSignal) {
    this.#instance = instance;
    this.#state = state;
    this.#signal = signal;
    mkdirSync(join(instance.folder, 'logs'), { recursive: true });
  }

  startInLab(name: LabComponent): void {
    const commands = labCommands(this.#instance, planOf(this.#state), this.#state.installation);
    this.#start(name, inNamespace(this.#instance.labNamespace, commands[name]));
  }

  /** Boots a node that has its network, as far as containerd. */
  async bootNode(node: NodePlan): Promise<void> {
    clearRun(this.#instance, node.name);
    const boot = this.#start(
      `${node.name}/boot`,
      bootCommand(this.#instance, node.name, this.#state.installation.binaries),
    );
    this.#state.nodes[node.name] = await booted(this.#instance, node.name, boot);
    writeState(this.#instance, this.#state);
    this.#startOnNode(node, 'containerd');
    const socket = fileOnNode(this.#instance, node.name, CONTAINERD_SOCKET);
    await this.until(`containerd of ${node.name} answers`, () => existsSync(socket));
  }

  /** The rest of what a node runs; a kubelet needs its containerd. */
  startKubelet(node: NodePlan): void {
    this.#startOnNode(node, 'kubelet');
    this.#startOnNode(node, 'kube-proxy');
    if (this.#state.network_policies) this.#startOnNode(node, 'kube-router');
  }

  /** Polls until the answer is truthy, unless something that was started here dies or it takes too long. */
  async until(what: string, check: () => unknown): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await check())) {
      this.#signal.throwIfAborted();
      const dead = this.#started.find(({ process }) => !isRunning(process));
      if (dead) {
        const log = lastLines(readFileSync(dead.log, 'utf8'), LOG_LINES);
        throw new TestbedError(`${dead.name} died as it started; its last words:\n${indent(log)}`);
      }
      if (Date.now() > deadline) {
        throw new TestbedError(`waited ${READY_TIMEOUT_MS / 1000} s in vain until ${what}`);
      }
      await sleep(POLL_MS);
    }
    this.#signal.throwIfAborted();
  }

  #startOnNode(node: NodePlan, name: keyof ReturnType<typeof nodeCommands>): void {
    const first = this.#state.nodes[node.name];
    if (first === undefined) throw new TestbedError(`${node.name} has not booted`);
    this.#start(`${node.name}/${name}`, onNode(first, nodeCommands(planOf(this.#state), node)[name]));
  }

  #start(name: string, command: readonly string[]): ProcessId {
    this.#signal.throwIfAborted();
    const log = join(this.#instance.folder, 'logs', `${name.replace('/', '-')}.log`);
    const component = { name, process: startDaemon(command, log), log };
    this.#started.push(component);
    remember(this.#state, component);
    writeState(this.#instance, this.#state);
    return component.process;
  }
}
