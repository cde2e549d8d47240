import { type Instance, nodeNamespace } from './instance.ts';
import { inNamespace } from './network.ts';
import { run } from './run.ts';
import { hasPower, running } from './running.ts';

/**
 * Makes every node forget its connections. A dead backend stays remembered for up to 120 s
 * (nf_conntrack_tcp_timeout_syn_sent) and would leak from one trial into the next.
 */
export async function forgetConnections(instance: Instance): Promise<void> {
  const state = running(instance);
  for (const node of Object.keys(state.nodes)) {
    if (!hasPower(state, node)) continue; // it remembers nothing
    await run(inNamespace(nodeNamespace(instance, node), ['conntrack', '-F']));
  }
}
