/**
 * Faults by NetworkPolicy where the network enforces them: on a testbed of their own with kube-router's controller. It
 * refuses what is not allowed, where the model, as most networks do, lets it go without an answer; how long nobody is
 * served is the same.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { BUILD_TIMEOUT_MS, skipped, testbedNamed, title, UP_TIMEOUT_MS } from '../testbed/one-testbed.ts';
import { FORESHOCK } from './foreshock.ts';
import { MINUTES } from './place.ts';
import { resultsOf } from './verified.ts';
import { webManifest } from './web.ts';

const { testbed, inLab, kubectl } = testbedNamed('policies');

const folder = mkdtempSync(join(tmpdir(), 'foreshock-policies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In the Services' range, and known before there is a Service. */
const DNS_ADDRESS = '198.18.200.253';

const MAY_LISTEN_BELOW_1024 = { runAsUser: 0 };

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
              ...{ env: [{ name: 'DNS_LISTEN_PORT', value: '53' }], securityContext: MAY_LISTEN_BELOW_1024 },
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
    securityContext: MAY_LISTEN_BELOW_1024,
  },
});

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

  it('takes new connections from the victims of a network-partition, and DNS and nothing else from those of a dns-outage', async () => {
    writeFileSync(join(folder, 'shop.k8s.yaml'), `${DNS}---\n${LOOKING_UP}`);
    const file = join(folder, 'shop.yaml');
    writeFileSync(
      file,
      [
        'version: foreshock/v1',
        'manifests: [shop.k8s.yaml]',
        'load: {service: shop, rate: 50, duration: 13s, timeout: 1s}',
        // Refused, a query need not be waited for.
        'applications: {shop: {lookups: {for: [requests], timeout: 10ms, attempts: 2}}}',
        'faults:',
        '  - network-partition: {workload: shop, mode: all, at: 2s, duration: 3s}',
        '  - dns-outage: {workload: shop, mode: all, at: 8s, duration: 3s}',
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
    expect(Math.abs(measured!.mean - predicted.mean)).toBeLessThan(0.5);
    expect(measurement.notes.join('\n')).not.toContain('no effect');
    expect(await kubectl('get', 'networkpolicies', '--all-namespaces', '--output=name')).toBe('');
  });
});
