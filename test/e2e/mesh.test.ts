/**
 * Faults by a mesh where there is one: Istio's control plane beside the API server of a testbed of their own, and Envoy as
 * its gateway, which the load passes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BUILD_TIMEOUT_MS,
  MAIN,
  skipped,
  testbedNamed,
  title,
  UP_TIMEOUT_MS,
  until,
} from '../testbed/one-testbed.ts';
import { FORESHOCK } from './foreshock.ts';
import { GATE, gatewayManifest, routeManifest } from './mesh/gateway.ts';
import { installMesh } from './mesh/install.ts';
import { MINUTES } from './place.ts';
import { resultsOf } from './verified.ts';
import { webManifest } from './web.ts';

const { testbed, inLab, kubectl, environment } = testbedNamed('mesh');

const folder = mkdtempSync(join(tmpdir(), 'foreshock-mesh-'));
const istiodLog = join(folder, 'istiod.log');
const namespace = 'default';
/** The lab's, which the gateway's pod reaches. */
const ISTIOD = { address: '198.18.0.1', port: 15010, http: 15080 };

/** Nothing but rules for proxies: no certificates, no webhooks, and no filter that only Istio's own build of Envoy has. */
const ISTIOD_ENVIRONMENT = {
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

function startIstiod(mesh: string): ChildProcess {
  const config = join(folder, 'mesh.yaml');
  writeFileSync(config, 'rootNamespace: istio-system\nenableAutoMtls: false\n');
  const log = openSync(istiodLog, 'w');
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
    env: { ...environment, ...ISTIOD_ENVIRONMENT },
    stdio: ['ignore', log, log],
  });
}

const answers = async (url: string): Promise<boolean> => {
  const script = `fetch('${url}').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`;
  return (await inLab(process.execPath, '--eval', script)).exitCode === 0;
};

async function applied(name: string, text: string): Promise<void> {
  const file = join(folder, name);
  writeFileSync(file, text);
  await kubectl('apply', '--server-side', '--filename', file);
}

describe.skipIf(skipped)(title('a mesh that the load passes'), { timeout: 4 * MINUTES }, () => {
  let mesh = '';
  let istiod: ChildProcess | undefined;
  beforeAll(async () => {
    expect((await testbed('install')).stderr).not.toContain('cannot');
    mesh = await installMesh();
    await testbed('down');
    const up = await testbed('up');
    expect(up.exitCode, up.stderr).toBe(0);
    await kubectl('create', 'namespace', 'istio-system');
    await kubectl('apply', '--server-side', '--filename', join(mesh, 'crds.yaml'));
    await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');
    istiod = startIstiod(mesh);
    await until(() => {
      expect(istiod?.exitCode, readFileSync(istiodLog, 'utf8')).toBe(null);
      return answers(`http://${ISTIOD.address}:${ISTIOD.http}/ready`);
    });
    await applied('route.yaml', routeManifest(namespace, 'web'));
  }, BUILD_TIMEOUT_MS);

  afterAll(async () => {
    istiod?.kill();
    if (!skipped) await testbed('down');
    rmSync(folder, { recursive: true, force: true });
  }, UP_TIMEOUT_MS);

  it('answers for a Service, then holds up what is sent to it, as predicted, and neither once it is undone', async () => {
    writeFileSync(
      join(folder, 'web.k8s.yaml'),
      `${webManifest({ namespace })}---\n${gatewayManifest({ namespace, istiod: ISTIOD, folder: mesh })}`,
    );
    const file = join(folder, 'web.yaml');
    const hit = `service: ${GATE}, virtual_service: ${GATE}`;
    writeFileSync(
      file,
      [
        'version: foreshock/v1',
        'manifests: [web.k8s.yaml]',
        `load: {service: ${GATE}, rate: 50, duration: 13s, timeout: 1s, latency_limit: 200ms}`,
        'faults:',
        `  - http-abort: {${hit}, at: 2s, duration: 3s, status: 503, percentage: 100}`,
        `  - http-delay: {${hit}, at: 8s, duration: 3s, delay: 400ms, percentage: 100}`,
        'trials: {predict: 200, measure: 1}',
        '',
      ].join('\n'),
    );
    const out = join(folder, 'out');
    const ended = await inLab(
      ...[process.execPath, FORESHOCK, 'verify', file, '--cluster', 'kubernetes', '--yes', '--out', out],
    );
    const { verdict, measurement } = resultsOf({ ...ended, code: ended.exitCode }, out);
    const { predicted, measured } = verdict.metrics.downtime_s!;
    expect(predicted.mean).toBeCloseTo(6, 0);
    expect(measured!.values).toHaveLength(1);
    // Each rule takes a tenth of a second to reach the proxy, at its beginning as at its end.
    expect(Math.abs(measured!.mean - predicted.mean)).toBeLessThan(0.5);
    const { outages, notes } = measurement;
    for (const trial of outages) expect(trial.outages).toHaveLength(2);
    expect(notes.join('\n')).not.toContain('no effect');
    const rules = await kubectl('get', 'virtualservice', GATE, '--output=jsonpath={.spec.http}');
    expect(rules).not.toContain('"fault"');
  });
});
