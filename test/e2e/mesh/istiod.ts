/** Istio's control plane as a process of the testbed's lab, beside the API server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAIN } from '../../testbed/one-testbed.ts';

/** The lab's address, which every pod reaches. */
export const ISTIOD = { address: '198.18.0.1', port: 15010, http: 15080 };

export const istiodLog = (folder: string): string => join(folder, 'istiod.log');

/** Nothing but rules for proxies: no certificates, no webhooks, and no filter that only Istio's own build of Envoy has. */
const ENVIRONMENT = {
  POD_NAMESPACE: 'istio-system',
  POD_NAME: 'istiod',
  ENABLE_CA_SERVER: 'false',
  PILOT_CERT_PROVIDER: 'none',
  INJECTION_WEBHOOK_CONFIG_NAME: '',
  VALIDATION_WEBHOOK_CONFIG_NAME: '',
  PILOT_ENABLE_ALPN_FILTER: 'false',
  PILOT_ENABLE_METADATA_EXCHANGE: 'false',
  PILOT_ENABLE_TELEMETRY_LABEL: 'false',
};

/**
 * @param mesh where it is installed
 * @param folder for its configuration, and for what it says
 * @param environment of the testbed that it is for
 */
export function startIstiod(mesh: string, folder: string, environment: NodeJS.ProcessEnv): ChildProcess {
  const config = join(folder, 'mesh.yaml');
  writeFileSync(config, 'rootNamespace: istio-system\nenableAutoMtls: false\n');
  const log = openSync(istiodLog(folder), 'w');
  const program = [
    ...[join(mesh, 'istiod'), 'discovery', '--registries=Kubernetes', `--meshConfig=${config}`],
    ...[`--grpcAddr=:${ISTIOD.port}`, `--httpAddr=:${ISTIOD.http}`, '--monitoringAddr=:0'],
    ...['--secureGRPCAddr=', '--httpsAddr='],
  ];
  const command = [
    MAIN,
    'exec',
    '--',
    'sh',
    '-c',
    'exec "$@" --kubeconfig="$KUBECONFIG"',
    'istiod',
    ...program,
  ];
  return spawn(process.execPath, command, {
    env: { ...environment, ...ENVIRONMENT },
    stdio: ['ignore', log, log],
  });
}
