import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILD_TIMEOUT_MS, skipped, testbedNamed, title, UP_TIMEOUT_MS, until } from '../one-testbed.ts';

/** Each fault that no Kubernetes API can cause, caused and undone for real. */

const { testbed, inLab, kubectl, get } = testbedNamed('provider');

const NODE_1 = '198.18.0.11:30080';
const NODE_2 = '198.18.0.12:30080';
const ONE_ON_EACH_NODE = {
  containers: [
    { name: 'nginx', image: 'nginx:1.27', readinessProbe: { httpGet: { port: 80 }, periodSeconds: 1 } },
  ],
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
    },
  ],
};

interface Pod {
  readonly name: string;
  readonly ip: string;
  readonly ready: boolean;
  readonly restarts: number;
}

describe.skipIf(skipped)(title('provider'), { timeout: UP_TIMEOUT_MS }, () => {
  beforeAll(async () => {
    expect((await testbed('install')).stderr).not.toContain('cannot');
    await testbed('down');
    const up = await testbed('up');
    expect(up.exitCode, up.stderr).toBe(0);
    await kubectl('create', 'deployment', 'web', '--image=nginx:1.27', '--replicas=2');
    const patch = JSON.stringify({ spec: { template: { spec: ONE_ON_EACH_NODE } } });
    await kubectl('patch', 'deployment', 'web', `--patch=${patch}`);
    await kubectl('create', 'service', 'nodeport', 'web', '--tcp=80:80', '--node-port=30080');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await until(async () => (await get(NODE_2)) === '200');
  }, BUILD_TIMEOUT_MS);

  afterAll(async () => {
    if (!skipped) await testbed('down');
  }, UP_TIMEOUT_MS);

  it('is at hand in `exec` under the name that foreshock looks for', async () => {
    const { stdout } = await inLab('sh', '-c', 'echo "$FORESHOCK_PROVIDER_COMMAND"');
    const [program, ...words] = JSON.parse(stdout) as string[];
    expect(await inLab(program ?? '', ...words, 'registry-up')).toMatchObject({
      exitCode: 0,
      stdout: '{"verb":"registry-up","changed":false}\n',
    });
  });

  it('partitions a node, which goes on by itself, and lets it rejoin', async () => {
    await cause('node-partition', '--node', 'node-2');
    expect(await get(NODE_2)).toBe('timeout');
    await cause('node-rejoin', '--node', 'node-2');
    await until(async () => (await get(NODE_2)) === '200');
    expect((await podOn('node-2')).restarts).toBe(0);
  });

  // Before its node loses its power: a kubelet that has already restarted a container waits before it does so again.
  it('kills a container', async () => {
    const { name, restarts } = await podOn('node-2');
    const killed = await provider('container-kill', '--namespace', 'default', '--pod', name);
    expect(JSON.parse(killed.stdout)).toMatchObject({
      changed: true,
      node: 'node-2',
      restart_count: restarts,
    });
    await until(async () => (await podOn('node-2')).restarts === restarts + 1);
    await until(async () => (await podOn('node-2')).ready);
  });

  it('takes the power from a node; with it again the node boots and has its pods restarted', async () => {
    const before = await podOn('node-2');
    await cause('node-loss', '--node', 'node-2');
    expect(await get(NODE_2)).not.toMatch(/200|ECONNREFUSED|ECONNRESET/);
    expect((await testbed('status')).stdout).toContain('node-2 has no power');
    expect((await provider('node-rejoin', '--node', 'node-2')).stderr).toContain('node-2 has no power');

    await cause('node-return', '--node', 'node-2');
    await until(async () => (await podOn('node-2')).restarts === before.restarts + 1);
    await until(async () => (await podOn('node-2')).ready);
    expect((await podOn('node-2')).name).toBe(before.name);
    await until(async () => (await get(NODE_2)) === '200');
    await kubectl('wait', '--for=condition=Ready', 'node/node-2', '--timeout=30s');
    expect((await testbed('status')).stdout).toContain('is up.');
  });

  it('kills a sandbox: the pod goes on until its kubelet has noticed, and then has another address', async () => {
    const { name, ip, restarts } = await podOn('node-1');
    const killed = await provider('sandbox-kill', '--namespace', 'default', '--pod', name);
    expect(JSON.parse(killed.stdout), killed.stderr).toMatchObject({ changed: true, node: 'node-1' });
    await until(async () => (await podOn('node-1')).restarts === restarts + 1);
    await until(async () => (await podOn('node-1')).ready);
    const after = await podOn('node-1');
    expect(after.name).toBe(name);
    expect(after.ip).not.toBe(ip);
    await until(async () => (await get(`${after.ip}:80`)) === '200');
    expect(await get(`${ip}:80`)).not.toBe('200');
  });

  it('refuses to kill the sandbox of a pod that is not there', async () => {
    const nobody = await provider('sandbox-kill', '--namespace', 'default', '--pod', 'nobody');
    expect(nobody).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('there is no pod nobody in namespace default'),
    });
  });

  it('pauses a container: it takes connections and does not answer; resumed, it answers', async () => {
    const { name, ip } = await podOn('node-1');
    const container = ['--namespace', 'default', '--pod', name, '--container', 'nginx'];
    await cause('container-pause', ...container);
    expect(await get(`${ip}:80`)).toBe('timeout');
    await until(async () => !(await podOn('node-1')).ready);
    await cause('container-resume', ...container);
    expect(await get(`${ip}:80`)).toBe('200');
    await until(async () => (await podOn('node-1')).ready);
  });

  it('lets Kubernetes stop a paused container at the end of its grace period', async () => {
    const { name } = await podOn('node-1');
    const pod = ['--namespace', 'default', '--pod', name];
    await cause('container-pause', ...pod);
    const begin = Date.now();
    await kubectl('delete', 'pod', name, '--grace-period=2', '--timeout=30s');
    expect(Date.now() - begin).toBeGreaterThan(2000);
    expect(await effect('container-resume', ...pod)).toEqual({ verb: 'container-resume', changed: false });
    expect(await provider('container-pause', ...pod)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(`there is no pod ${name} in namespace default`),
    });
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=30s');
  });

  it('takes the API server away: refused; pods go on, and what was asked is there afterwards', async () => {
    await cause('control-plane-pause', '--component', 'api-server');
    expect((await inLab('kubectl', 'get', 'nodes')).stderr).toContain('was refused');
    expect(await get(NODE_1)).toBe('200');
    await cause('control-plane-resume', '--component', 'api-server');
    expect(await kubectl('get', 'deployment', 'web', '--output=jsonpath={.spec.replicas}')).toBe('2');
  });

  it('takes the scheduler away: a pod waits for it', async () => {
    await cause('control-plane-pause', '--component', 'scheduler');
    await kubectl('run', 'waiting', '--image=nginx:1.27');
    await kubectl('wait', '--for=create', 'pod/waiting', '--timeout=10s');
    const nodeOf = () => kubectl('get', 'pod', 'waiting', '--output=jsonpath={.spec.nodeName}');
    expect(await nodeOf()).toBe('');
    await cause('control-plane-resume', '--component', 'scheduler');
    await until(async () => (await nodeOf()) !== '');
  });

  it('takes the controller manager away: nobody replaces a pod until it is there again', async () => {
    await cause('control-plane-pause', '--component', 'controller-manager');
    await kubectl('delete', 'pod', (await podOn('node-1')).name, '--grace-period=1');
    expect(await kubectl('get', 'pods', '--selector=app=web', '--output=name')).toMatch(/^pod\/\S+\n$/);
    await cause('control-plane-resume', '--component', 'controller-manager');
    await until(async () => (await podsOn('node-1')).length === 1);
  });

  it('takes the whole control plane away', async () => {
    await cause('control-plane-pause', '--component', 'all');
    const { stdout } = await testbed('status');
    for (const name of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']) {
      expect(stdout).toContain(`${name} is dead`);
    }
    await cause('control-plane-resume', '--component', 'all');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=30s');
  });

  it('takes the registry away: pulls fail until it is there again', async () => {
    await cause('registry-down');
    await kubectl('run', 'pulling', '--image=nginx:1.27', '--image-pull-policy=Always');
    const waiting = '--output=jsonpath={.status.containerStatuses[0].state.waiting.reason}';
    await until(async () => /ErrImagePull|BackOff/.test(await kubectl('get', 'pod', 'pulling', waiting)));
    await cause('registry-up');
    // The first waits for its kubelet, which asks again after 10 s.
    await kubectl('run', 'pulled', '--image=nginx:1.27', '--image-pull-policy=Always');
    await kubectl('wait', '--for=condition=Ready', 'pod/pulled', '--timeout=30s');
  });

  const provider = (...args: string[]) => testbed('provider', ...args);

  async function effect(...args: string[]): Promise<unknown> {
    const { exitCode, stdout, stderr } = await provider(...args);
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout);
  }

  /** Changes something, and a second time nothing. */
  async function cause(...args: string[]): Promise<void> {
    const begin = Date.now();
    const first = await effect(...args);
    expect(first).toMatchObject({ verb: args[0], changed: true });
    const { after_ms, before_ms } = first as { after_ms: number; before_ms: number };
    const times = [begin, after_ms, before_ms, Date.now()];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(await effect(...args)).toMatchObject({ verb: args[0], changed: false });
  }

  async function podsOn(node: string): Promise<Pod[]> {
    const selected = ['--selector=app=web', `--field-selector=spec.nodeName=${node}`];
    const list = JSON.parse(await kubectl('get', 'pods', ...selected, '--output=json')) as {
      items: {
        metadata: { name: string };
        status: { podIP: string; containerStatuses?: { ready: boolean; restartCount: number }[] };
      }[];
    };
    return list.items.map(({ metadata, status }) => ({
      name: metadata.name,
      ip: status.podIP,
      ready: status.containerStatuses?.[0]?.ready ?? false,
      restarts: status.containerStatuses?.[0]?.restartCount ?? 0,
    }));
  }

  async function podOn(node: string): Promise<Pod> {
    const [pod] = await podsOn(node);
    if (pod === undefined) throw new Error(`no pod of web is on ${node}`);
    return pod;
  }
});
