import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Status } from '../../testbed/status.ts';
import { BUILD_TIMEOUT_MS, skipped, testbedNamed, title, UP_TIMEOUT_MS, until } from './one-testbed.ts';

/** Three nodes in two zones, an application to try things on, and an autoscaler that sees how much CPU it takes. */

const { testbed, inLab, kubectl, get } = testbedNamed('autoscaling');

const CPU_LIMIT_MILLI = 100;
const SCALE_TIMEOUT_MS = 150_000;

describe.skipIf(skipped)(title('testbed with zones and autoscalers'), { timeout: UP_TIMEOUT_MS }, () => {
  beforeAll(async () => {
    expect((await testbed('install')).stderr).not.toContain('cannot');
    await testbed('down');
    const up = await testbed('up', '--nodes', '3', '--zones', '2');
    expect(up.exitCode, up.stderr).toBe(0);
  }, BUILD_TIMEOUT_MS);

  afterAll(async () => {
    if (!skipped) await testbed('down');
  }, UP_TIMEOUT_MS);

  it('finds itself up, and refuses to have other zones', async () => {
    expect(await testbed('up')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('already up') });
    expect(await testbed('up', '--zones', '1', '--nodes', '3')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('up with zone_count 2, not 1\n'),
    });
  });

  it('says in which zone each node is, to Kubernetes too', async () => {
    const { nodes } = JSON.parse((await testbed('status', '--json')).stdout) as Status;
    const planned = nodes.map(({ name, zone }) => `${name} ${zone}`);
    expect(planned).toEqual(['node-1 zone-a', 'node-2 zone-b', 'node-3 zone-a']);
    const label = '{.metadata.name} {.metadata.labels.topology\\.kubernetes\\.io/zone}{"\\n"}';
    const labels = await kubectl('get', 'nodes', `--output=jsonpath={range .items[*]}${label}{end}`);
    expect(labels.trim().split('\n')).toEqual(planned);
  });

  it('runs an application that hangs when told to, which its liveness probe notices', async () => {
    const livenessProbe = {
      httpGet: { path: '/healthz', port: 8080 },
      periodSeconds: 1,
      failureThreshold: 2,
    };
    const containers = [{ name: 'hanging', image: 'localhost/worker:1.0', livenessProbe }];
    const overrides = JSON.stringify({ apiVersion: 'v1', spec: { containers } });
    await kubectl('run', 'hanging', '--image=localhost/worker:1.0', `--overrides=${overrides}`);
    await kubectl('wait', '--for=condition=Ready', 'pod/hanging', '--timeout=30s');
    const ip = await kubectl('get', 'pod', 'hanging', '--output=jsonpath={.status.podIP}');
    await until(async () => (await get(`${ip}:8080`)) === '200');
    await inLab(process.execPath, '--eval', `fetch('http://${ip}:8080/hang', { method: 'POST' })`);
    expect(await get(`${ip}:8080`)).not.toBe('200');
    const restarts = '--output=jsonpath={.status.containerStatuses[0].restartCount}';
    await until(async () => (await kubectl('get', 'pod', 'hanging', restarts)) === '1');
    await until(async () => (await get(`${ip}:8080`)) === '200');
    await kubectl('delete', 'pod', 'hanging', '--wait=false');
  });

  it('scales out a Deployment whose pod takes all the CPU that it may', {
    timeout: SCALE_TIMEOUT_MS,
  }, async () => {
    await kubectl('create', 'deployment', 'worker', '--image=localhost/worker:1.0');
    await kubectl('set', 'env', 'deployment/worker', 'SERVICE_CPU_MS=20', 'ON_SIGTERM=drain');
    await kubectl(
      ...['set', 'resources', 'deployment/worker'],
      ...[`--limits=cpu=${CPU_LIMIT_MILLI}m`, `--requests=cpu=${CPU_LIMIT_MILLI / 2}m`],
    );
    await kubectl('create', 'service', 'nodeport', 'worker', '--tcp=8080:8080', '--node-port=30081');
    await kubectl('rollout', 'status', 'deployment/worker', '--timeout=60s');
    await until(async () => (await get('198.18.0.13:30081')) === '200');
    await kubectl('autoscale', 'deployment', 'worker', '--cpu-percent=100', '--min=1', '--max=2');

    const load = keepBusy('198.18.0.13:30081');
    // A rate needs two readings of the kubelet, 15 s apart, and the kubelet's are 10 s old at most.
    await until(async () => Math.abs((await cpuMilli()) - CPU_LIMIT_MILLI) < CPU_LIMIT_MILLI / 4, 90_000);
    await until(async () => (await replicas()) === '2', 60_000);
    await kubectl('delete', 'horizontalpodautoscaler,deployment', 'worker');
    expect((await load).exitCode).toBe(0);
  });

  /** One request after the other for as long as somebody answers. */
  function keepBusy(hostAndPort: string) {
    const script = `const { get } = require('node:http');
      const next = () => get('http://${hostAndPort}/', (response) => response.resume().on('end', next)).on('error', () => {});
      next();`;
    return inLab(process.execPath, '--eval', script);
  }

  /** Of the busiest pod, since the one that the autoscaler adds has nothing to do; -Infinity until there are metrics. */
  async function cpuMilli(): Promise<number> {
    const { stdout } = await inLab('kubectl', 'top', 'pods', '--selector=app=worker', '--no-headers');
    return Math.max(...Array.from(stdout.matchAll(/\s(\d+)m\s/g), ([, milli]) => Number(milli)));
  }

  function replicas(): Promise<string> {
    return kubectl('get', 'deployment', 'worker', '--output=jsonpath={.spec.replicas}');
  }
});
