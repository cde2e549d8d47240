import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { planAddresses } from '../../testbed/addresses.ts';

/** The testbed's own program. */
export const TESTBED = fileURLToPath(new URL('../../testbed/main.ts', import.meta.url));

/** For `--container-kill-command`: what kills a container's main process on the testbed. */
export const CONTAINER_KILL_COMMAND = JSON.stringify([process.execPath, TESTBED, 'kill-container']);

/** Whether this process is in the testbed's network: the lab is the namespace that has its own address. */
export function isInLab(): boolean {
  const { lab } = planAddresses(1);
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === lab),
  );
}

/** For `--provider-command`: what does on the testbed what no API of Kubernetes does. */
export const PROVIDER_COMMAND = JSON.stringify([process.execPath, TESTBED, 'provider']);
