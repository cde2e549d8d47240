import { join } from 'node:path';
import type { Instance } from '../instance.ts';
import { inNamespace } from '../network.ts';
import { attempt } from '../run.ts';
import type { State } from '../state.ts';

export function kubeconfigFile(instance: Instance): string {
  return join(instance.folder, 'kubeconfig');
}

/** Asks the API server from the lab; undefined when it does not answer. */
export async function kubectl(
  instance: Instance,
  state: Pick<State, 'installation'>,
  args: readonly string[],
): Promise<string | undefined> {
  const command = [
    join(state.installation.binaries, 'kubectl'),
    `--kubeconfig=${kubeconfigFile(instance)}`,
    '--request-timeout=5s',
    ...args,
  ];
  const { exitCode, stdout } = await attempt(inNamespace(instance.labNamespace, command));
  return exitCode === 0 ? stdout : undefined;
}

/** The nodes whose condition Ready is true; undefined when the API server does not answer. */
export async function readyNodes(
  instance: Instance,
  state: Pick<State, 'installation'>,
): Promise<string[] | undefined> {
  const answer = await kubectl(instance, state, ['get', 'nodes', '-o', 'json']);
  return answer === undefined ? undefined : readyNodesIn(JSON.parse(answer) as NodeList);
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

export function readyNodesIn(nodes: NodeList): string[] {
  return nodes.items
    .filter((node) =>
      node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
    )
    .map((node) => node.metadata.name);
}
