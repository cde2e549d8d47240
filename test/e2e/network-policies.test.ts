/**
 * Faults by NetworkPolicy where the network enforces them: on a testbed of their own with kube-router's controller. It
 * refuses what is not allowed, where the model, as most networks do, lets it go without an answer; how long nobody is
 * served is the same.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { EXIT } from '../../src/scenario/errors.ts';
import type { Measurement, Verdict } from '../../src/timeline/verdict.ts';
import { BUILD_TIMEOUT_MS, skipped, testbedNamed, title, UP_TIMEOUT_MS } from '../testbed/one-testbed.ts';
import { FORESHOCK } from './foreshock.ts';
import { MINUTES } from './place.ts';
import { webManifest } from './web.ts';

const { testbed, inLab, kubectl } = testbedNamed('policies');

const folder = mkdtempSync(join(tmpdir(), 'foreshock-policies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TRIALS = 3;
/** In the Services' range, and known before there is a Service. */
const DNS_ADDRESS = '198.18.200.253';

/** Answers DNS queries on port 53, which the fault takes, at an address that is known beforehand. */
const DNS = [
  {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'dns', namespace: 'default' } },
    spec: {
      selector: { matchLabels: { app: 'dns' } },
      template: {
        metadata: { labels: { app: 'dns' } },
        spec: {
          containers: [
            {
              ...{ name: 'dns', image: 'localhost/worker:1.0', imagePullPolicy: 'IfNotPresent' },
              env: [{ name: 'DNS_PORT', value: '53' }],
              readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  },
  {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'dns', namespace: 'default' } },
    spec: {
      ...{ selector: { app: 'dns' }, clusterIP: DNS_ADDRESS },
      ports: [{ port: 53, protocol: 'UDP' }],
    },
  },
]
  .map((object) => stringify(object))
  .join('---\n');

/** Looks a name up for each request, and has nobody else to ask. */
const LOOKING_UP = webManifest({
  ...{ namespace: 'default', name: 'shop', image: 'localhost/worker:1.0' },
  pod: { dnsPolicy: 'None', dnsConfig: { nameservers: [DNS_ADDRESS] } },
  container: {
    ports: [{ containerPort: 80 }],
    env: [
      { name: 'PORT', value: '80' },
      { name: 'LOOKUP', value: 'db.example.' },
    ],
    readinessProbe: { httpGet: { path: '/healthz', port: 80 }, periodSeconds: 1 },
  },
});

async function verified(name: string, manifest: string, scenario: object) {
  writeFileSync(join(folder, `${name}.k8s.yaml`), manifest);
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    stringify({
      ...{ version: 'foreshock/v1', manifests: [`${name}.k8s.yaml`] },
      ...{ trials: { predict: 200, measure: TRIALS }, seed: 1 },
      ...scenario,
    }),
  );
  const out = join(folder, `${name}-out`);
  const ended = await inLab(
    ...[process.execPath, FORESHOCK, 'verify', file, '--cluster', 'kubernetes', '--yes', '--out', out],
  );
  // Three trials may be too few to tell; they must not tell otherwise.
  expect([EXIT.ok, EXIT.inconclusive], ended.stderr + ended.stdout).toContain(ended.exitCode);
  const read = (written: string): unknown => JSON.parse(readFileSync(join(out, written), 'utf8'));
  return { verdict: read('verdict.json') as Verdict, measurement: read('measurement.json') as Measurement };
}

describe.skipIf(skipped)(title('a network that enforces policies'), { timeout: 4 * MINUTES }, () => {
  beforeAll(async () => {
    expect((await testbed('install')).stderr).not.toContain('cannot');
    await testbed('down');
    const up = await testbed('up', '--network-policies');
    expect(up.exitCode, up.stderr).toBe(0);
  }, BUILD_TIMEOUT_MS);

  afterAll(async () => {
    if (!skipped) await testbed('down');
  }, UP_TIMEOUT_MS);

  it('takes new connections from the victims of a network-partition, as predicted, and gives them back', async () => {
    const { verdict, measurement } = await verified('partition', webManifest({ namespace: 'default' }), {
      load: { rate: 50, duration: '10s', timeout: '1s' },
      faults: [{ 'network-partition': { workload: 'web', mode: 'all', at: '2s', duration: '4s' } }],
    });
    const { predicted, measured } = verdict.metrics.downtime_s!;
    expect(measured!.values).toHaveLength(TRIALS);
    expect(predicted.mean).toBeCloseTo(4, 0);
    expect(Math.abs(measured!.mean - predicted.mean)).toBeLessThan(0.5);
    expect(measurement.notes.join('\n')).not.toContain('no effect');
    expect(await kubectl('get', 'networkpolicies', '--all-namespaces', '--output=name')).toBe('');
  });

  it('takes DNS from the victims of a dns-outage, and nothing else', async () => {
    const { verdict } = await verified('without-dns', `${DNS}---\n${LOOKING_UP}`, {
      load: { service: 'shop', rate: 50, duration: '10s', timeout: '1s' },
      // Refused, a query need not be waited for.
      applications: { shop: { lookups: { for: ['requests'], timeout: '10ms', attempts: 2 } } },
      faults: [{ 'dns-outage': { workload: 'shop', mode: 'all', at: '2s', duration: '4s' } }],
    });
    const { predicted, measured } = verdict.metrics.downtime_s!;
    expect(measured!.values).toHaveLength(TRIALS);
    expect(predicted.mean).toBeCloseTo(4, 0);
    expect(Math.abs(measured!.mean - predicted.mean)).toBeLessThan(0.5);
    expect(await kubectl('get', 'networkpolicies', '--all-namespaces', '--output=name')).toBe('');
  });
});
