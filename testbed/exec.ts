import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kubeconfigFile } from './cluster/kubectl.ts';
import { TestbedError } from './failure.ts';
import type { Instance } from './instance.ts';
import { inNamespace } from './network.ts';
import { running } from './running.ts';
import { ENVIRONMENT, SEARCH_PATH } from './search-path.ts';

const TESTBED = fileURLToPath(new URL('./main.ts', import.meta.url));

const PASSED_ON: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a command in the lab, with the terminal as its own, and returns its exit code. */
export function execInLab(instance: Instance, command: readonly string[]): Promise<number> {
  const state = running(instance);
  const [file = '', ...args] = inNamespace(instance.labNamespace, command);
  const env = {
    ...ENVIRONMENT,
    KUBECONFIG: kubeconfigFile(instance),
    PATH: `${SEARCH_PATH}${delimiter}${state.installation.binaries}`, // for kubectl, where there is none
    // Nothing inside a container can kill it; foreshock asks whoever is named here.
    FORESHOCK_CONTAINER_KILL_COMMAND: JSON.stringify([process.execPath, TESTBED, 'kill-container']),
    // Nor can the Kubernetes API cut a node's power.
    FORESHOCK_PROVIDER_COMMAND: JSON.stringify([process.execPath, TESTBED, 'provider']),
  };
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit', env });
    for (const signal of PASSED_ON) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => reject(new TestbedError(`cannot run ${file}: ${error.message}`)));
    child.on('close', (code, signal) => {
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
