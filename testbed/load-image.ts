import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileOnNode } from './cluster/node.ts';
import { CONTAINERD_SOCKET } from './cluster/node-config.ts';
import { TestbedError } from './failure.ts';
import type { Instance } from './instance.ts';
import type { Progress } from './progress.ts';
import { run } from './run.ts';
import { nodeThatRuns, running } from './running.ts';
import { planOf } from './state.ts';

/**
 * Gives all nodes the images of an OCI layout, under the names that its index has for them. A pod finds one where it
 * need not pull it: the registry does not have it.
 *
 * @throws TestbedError where a node has no power, or there is no layout
 */
export async function loadImage(
  instance: Instance,
  layout: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  if (!existsSync(join(layout, 'oci-layout'))) {
    throw new TestbedError(`${layout} is no OCI image layout: it has no file oci-layout`);
  }
  const state = running(instance);
  const { nodes } = planOf(state);
  for (const { name } of nodes) nodeThatRuns(state, name);
  for (const { name } of nodes) {
    progress(`loading into ${name}`);
    await importImages(instance, name, resolve(layout), signal);
  }
}

export async function importImages(
  instance: Instance,
  node: string,
  layout: string,
  signal: AbortSignal,
): Promise<void> {
  const socket = fileOnNode(instance, node, CONTAINERD_SOCKET);
  const ctr = `ctr --address '${socket}' --namespace k8s.io images import -`;
  await run(['sh', '-c', `tar -C '${layout}' -cf - . | ${ctr}`], { signal });
}
