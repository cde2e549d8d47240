/**
 * What only a network can do, on a testbed that has one for it: faults by NetworkPolicy with kube-router's controller, and
 * faults by a mesh with Istio's control plane and an Envoy, its gateway, which the load passes.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Measurement } from '../../src/timeline/verdict.ts';
import {
  BUILD_TIMEOUT_MS,
  skipped,
  testbedNamed,
  title,
  UP_TIMEOUT_MS,
  until,
} from '../testbed/one-testbed.ts';
import { FORESHOCK } from './foreshock.ts';
import { GATE, gatewayManifest, routeManifest } from './mesh/gateway.ts';
import { installMesh } from './mesh/install.ts';
import { ISTIOD, istiodLog, startIstiod } from './mesh/istiod.ts';
import { SHOP, shopManifest } from './names.ts';
import { MINUTES } from './place.ts';
import { resultsOf } from './verified.ts';
import { webManifest } from './web.ts';

const { testbed, inLab, kubectl, environment } = testbedNamed('network');
const folder = mkdtempSync(join(tmpdir(), 'foreshock-network-'));

const answers = async (url: string): Promise<boolean> => {
  const script = `fetch('${url}').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`;
  return (await inLab(process.execPath, '--eval', script)).exitCode === 0;
};

async function applied(name: string, text: string): Promise<void> {
  const file = join(folder, name);
  writeFileSync(file, text);
  await kubectl('apply', '--server-side', '--filename', file);
}

/** Predicts and measures two faults of two seconds each. */
async function verified(name: string, manifest: string, lines: readonly string[]) {
  writeFileSync(join(folder, `${name}.k8s.yaml`), manifest);
  const file = join(folder, `${name}.yaml`);
  const trials = 'trials: {predict: 200, measure: 1}';
  writeFileSync(
    file,
    ['version: foreshock/v1', `manifests: [${name}.k8s.yaml]`, ...lines, trials, ''].join('\n'),
  );
  const out = join(folder, name);
  const ended = await inLab(
    ...[process.execPath, FORESHOCK, 'verify', file, '--cluster', 'kubernetes', '--yes', '--out', out],
  );
  const { verdict, measurement } = resultsOf({ ...ended, code: ended.exitCode }, out);
  const { predicted, measured } = verdict.metrics.downtime_s!;
  expect(predicted.mean).toBeCloseTo(4, 0);
  expect(measured!.values).toHaveLength(1);
  return { measured_s: measured!.mean, lasted_s: lastedSeconds(measurement) };
}

/** From one answer of the API server to another: on a busy machine longer than the scenario says. */
const lastedSeconds = ({ faults }: Measurement): number =>
  faults.reduce((sum, { lasting }) => sum + lasting!.effective_ms / 1000, 0);

describe.skipIf(skipped)(title('a network'), { timeout: 4 * MINUTES, concurrent: true }, () => {
  let mesh = '';
  let istiod: ChildProcess | undefined;
  beforeAll(async () => {
    expect((await testbed('install')).stderr).not.toContain('cannot');
    mesh = await installMesh();
    await testbed('down');
    const up = await testbed('up', '--network-policies');
    expect(up.exitCode, up.stderr).toBe(0);
    for (const namespace of ['istio-system', SHOP]) await kubectl('create', 'namespace', namespace);
    await kubectl('apply', '--server-side', '--filename', join(mesh, 'crds.yaml'));
    await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');
    istiod = startIstiod(mesh, folder, environment);
    await until(() => {
      expect(istiod?.exitCode, readFileSync(istiodLog(folder), 'utf8')).toBe(null);
      return answers(`http://${ISTIOD.address}:${ISTIOD.http}/ready`);
    });
    await applied('route.yaml', routeManifest('default', 'web'));
  }, BUILD_TIMEOUT_MS);

  afterAll(async () => {
    istiod?.kill();
    if (!skipped) await testbed('down');
    rmSync(folder, { recursive: true, force: true });
  }, UP_TIMEOUT_MS);

  it('that enforces policies takes new connections from the victims of a network-partition, and DNS and nothing else from those of a dns-outage', async () => {
    const { measured_s, lasted_s } = await verified(SHOP, shopManifest(), [
      `load: {service: ${SHOP}, rate: 50, duration: 9s, timeout: 1s}`,
      // kube-router refuses what is not allowed, so that nobody waits for an answer to a query.
      `applications: {${SHOP}: {lookups: {for: [requests], timeout: 10ms, attempts: 2}}}`,
      'faults:',
      `  - network-partition: {workload: ${SHOP}, mode: all, at: 1s, duration: 2s}`,
      `  - dns-outage: {workload: ${SHOP}, mode: all, at: 5s, duration: 2s}`,
    ]);
    // It takes some tenths of a second to enforce a policy, and as many to forget it.
    expect(Math.abs(measured_s - lasted_s)).toBeLessThan(1);
    expect(await kubectl('get', 'networkpolicies', '--all-namespaces', '--output=name')).toBe('');
  });

  it('with a mesh answers for a Service, then holds up what is sent to it, and neither once it is undone', async () => {
    const gateway = gatewayManifest({ namespace: 'default', istiod: ISTIOD, folder: mesh });
    const hit = `service: ${GATE}, virtual_service: ${GATE}`;
    const { measured_s, lasted_s } = await verified(
      'web',
      `${webManifest({ namespace: 'default' })}---\n${gateway}`,
      [
        `load: {service: ${GATE}, rate: 50, duration: 9s, timeout: 1s, latency_limit: 200ms}`,
        'faults:',
        `  - http-abort: {${hit}, at: 1s, duration: 2s, status: 503, percentage: 100}`,
        `  - http-delay: {${hit}, at: 5s, duration: 2s, delay: 400ms, percentage: 100}`,
      ],
    );
    // istiod waits a tenth of a second before it passes on what it hears.
    expect(Math.abs(measured_s - lasted_s)).toBeLessThan(1);
    const rules = await kubectl('get', 'virtualservice', GATE, '--output=jsonpath={.spec.http}');
    expect(rules).not.toContain('"fault"');
  });
});
