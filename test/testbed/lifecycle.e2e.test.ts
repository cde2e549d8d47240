import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../../testbed/failure.ts';
import { isNamespaceOf } from '../../testbed/instance.ts';
import { namespaceFile } from '../../testbed/network.ts';
import { processesInNamespace } from '../../testbed/processes.ts';
import { whyNotHere } from '../../testbed/requirements.ts';
import { attempt, run } from '../../testbed/run.ts';
import type { Status } from '../../testbed/status.ts';
import { BUILD_TIMEOUT_MS, MAIN, skipped, testbedNamed, title, UP_TIMEOUT_MS, until } from './one-testbed.ts';

/**
 * The whole life of a testbed, beside any other that is up. Its name keeps it apart: nothing here touches
 * the default one.
 */

const { instance, environment, testbed, inLab, kubectl, get } = testbedNamed('lifecycle');

/** All that the instance can have on the machine, and what it must leave alone. */
async function traces() {
  const namespaces = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  const own = namespaces.filter((namespace) => isNamespaceOf(instance, namespace));
  const cgroups = await run(['find', '/sys/fs/cgroup', '-type', 'd', '-path', `*${instance.cgroup}*`]);
  return {
    namespaces: own,
    processes: own.flatMap((namespace) => processesInNamespace(namespaceFile(namespace))),
    mounts: readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(instance.folder) || own.some((namespace) => line.includes(namespace))),
    cgroups: cgroups.split('\n').filter(Boolean),
    folder: existsSync(instance.folder),
    links: (await run(['ip', '-o', 'link'])).replaceAll(/ qlen \d+/g, ''),
    firewall: (await attempt(['iptables-save'])).stdout.replaceAll(/^#.*$|\[\d+:\d+\]/gm, ''),
  };
}

describe.skipIf(skipped)(title('testbed lifecycle'), () => {
  let before: Awaited<ReturnType<typeof traces>>;

  beforeAll(async () => {
    expect(whyNotHere()).toBeUndefined();
    expect((await testbed('install')).stderr).not.toContain('cannot');
    await testbed('down');
    before = await traces();
  }, BUILD_TIMEOUT_MS);

  afterAll(async () => {
    if (!skipped) await testbed('down');
  }, UP_TIMEOUT_MS);

  it('is down at first, and says so', async () => {
    const status = JSON.parse((await testbed('status', '--json')).stdout) as Status;
    expect(status).toMatchObject({ up: false, nodes: [] });
    expect(await inLab('true')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('is down') });
    expect((await testbed('down')).exitCode).toBe(0);
  });

  it('comes up after an `up` that was killed on its way', { timeout: UP_TIMEOUT_MS }, async () => {
    const killed = spawn(process.execPath, [MAIN, 'up'], { env: environment, stdio: 'ignore' });
    await until(() => existsSync(join(instance.folder, 'logs', 'node-2-containerd.log')));
    killed.kill('SIGKILL');
    const up = await testbed('up');
    expect(up.stderr).toContain('removing what an interrupted testbed has left');
    expect(up.exitCode, up.stderr).toBe(0);
  });

  it('finds itself up the second time, and refuses to be another', { timeout: UP_TIMEOUT_MS }, async () => {
    expect(await testbed('up')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('already up') });
    expect(await testbed('up', '--nodes', '3')).toMatchObject({
      exitCode: ExitCode.failed,
      stderr: expect.stringMatching(/node_count 2, not 3[\s\S]*testbed -- down/),
    });
  });

  it('tells where everything is', async () => {
    const status = JSON.parse((await testbed('status', '--json')).stdout) as Status;
    expect(status).toMatchObject({
      up: true,
      problems: [],
      lab_namespace: 'foreshock-lifecycle-lab',
      source_addresses: '198.18.250.0/24',
      nodes: [
        { name: 'node-1', address: '198.18.0.11', ready: true },
        { name: 'node-2', address: '198.18.0.12', ready: true },
      ],
    });
  });

  it('passes on exit code and output of what it runs', async () => {
    expect(await inLab('sh', '-c', 'echo said; exit 7')).toMatchObject({ exitCode: 7, stdout: 'said\n' });
  });

  it('serves an unedited Deployment through its NodePort', { timeout: UP_TIMEOUT_MS }, async () => {
    await kubectl('create', 'deployment', 'web', '--image=nginx', '--replicas=2');
    await kubectl('create', 'service', 'nodeport', 'web', '--tcp=80:80', '--node-port=30080');
    await kubectl('wait', '--for=condition=Available', 'deployment/web', '--timeout=60s');
    const clusterIP = await kubectl('get', 'service', 'web', '--output=jsonpath={.spec.clusterIP}');
    const podIPs = await kubectl('get', 'pods', '--output=jsonpath={.items[*].status.podIP}');
    const urls = ['198.18.0.11:30080', '198.18.0.12:30080', clusterIP, ...podIPs.split(' ')];
    expect(urls).toHaveLength(5);
    // kube-proxy may wait for its minSyncPeriod: 1 s (Kubernetes 1.35, pkg/proxy/apis/config/v1alpha1/defaults.go).
    for (const url of urls) await until(async () => (await get(url)) === '200');
    expect(await get('198.18.0.12:30080', '198.18.250.200')).toBe('200');
  });

  it('fails to pull an image that it does not have', { timeout: UP_TIMEOUT_MS }, async () => {
    await kubectl('run', 'unknown', '--image=registry.example/unknown:1');
    const reasonOf = () =>
      kubectl(
        'get',
        'pod',
        'unknown',
        '--output=jsonpath={.status.containerStatuses[0].state.waiting.reason}',
      );
    await until(async () => /ErrImagePull|ImagePullBackOff/.test(await reasonOf()));
  });

  it('shows a pod with hostPID its own node and no other', { timeout: UP_TIMEOUT_MS }, async () => {
    const spec = { nodeName: 'node-1', hostPID: true, restartPolicy: 'Never' };
    const overrides = JSON.stringify({ apiVersion: 'v1', spec });
    await kubectl('run', 'ps', '--image=busybox', `--overrides=${overrides}`, '--', 'ps', '-o', 'args');
    await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/ps', '--timeout=30s');
    const processes = await kubectl('logs', 'ps');
    expect(processes.match(/^\S*kubelet .*/gm)).toEqual([
      expect.stringContaining('--hostname-override=node-1'),
    ]);
    expect(processes).not.toContain('kube-apiserver');
  });

  it('kills a container from outside, and Kubernetes restarts it', { timeout: UP_TIMEOUT_MS }, async () => {
    const pod = await kubectl(
      'get',
      'pods',
      '--selector=app=web',
      '--output=jsonpath={.items[0].metadata.name}',
    );
    const killed = await testbed('kill-container', '--namespace', 'default', '--pod', pod);
    expect(JSON.parse(killed.stdout)).toMatchObject({ restart_count: 0 });
    const terminated = '{.status.containerStatuses[0].lastState.terminated.exitCode}';
    await until(async () => (await kubectl('get', 'pod', pod, `--output=jsonpath=${terminated}`)) === '137');
  });

  it('cuts a node off, and plugs it in again', { timeout: UP_TIMEOUT_MS }, async () => {
    const reachable = async () => (await get('198.18.0.12:30080')) === '200';
    await testbed('link', 'node-2', 'down');
    expect(await reachable()).toBe(false);
    await testbed('link', 'node-2', 'up');
    await until(reachable);
  });

  it('leaves nothing behind', { timeout: UP_TIMEOUT_MS }, async () => {
    const during = await traces();
    expect(during.processes.length).toBeGreaterThan(10);
    expect(during.cgroups.length).toBeGreaterThan(0);
    const down = await testbed('down');
    expect(down.exitCode, down.stderr).toBe(0);
    expect(await traces()).toEqual(before);
    expect(before).toMatchObject({ namespaces: [], processes: [], mounts: [], cgroups: [], folder: false });
    expect(during.processes.filter(({ pid }) => existsSync(`/proc/${pid}/exe`))).toEqual([]);
  });
});
