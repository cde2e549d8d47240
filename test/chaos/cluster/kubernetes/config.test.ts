import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../../../src/chaos/cluster/kubernetes/config.ts';
import { EXIT } from '../../../../src/scenario/errors.ts';
import { kubeconfigFor } from './fake-api-server.ts';

describe('the kubeconfig', () => {
  let folder: string;
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foreshock-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  afterEach(() => vi.unstubAllEnvs());

  it('is found under KUBECONFIG', async () => {
    vi.stubEnv('KUBECONFIG', await write('one', kubeconfigFor('https://one:6443')));
    expect(loadConfig({}).getCurrentCluster()?.server).toBe('https://one:6443');
  });

  it('may be several files, whose first current context counts', async () => {
    const one = await write('one', kubeconfigFor('https://one:6443'));
    const two = await write(
      'two',
      kubeconfigFor('https://two:6443').replaceAll(/staging|fake|alice/g, '$&2'),
    );
    vi.stubEnv('KUBECONFIG', `${one}:${two}`);
    expect(loadConfig({}).getCurrentCluster()?.server).toBe('https://one:6443');
    expect(loadConfig({ context: 'staging2' }).getCurrentCluster()?.server).toBe('https://two:6443');
  });

  it('is asked for where there is none', () => {
    vi.stubEnv('KUBECONFIG', '');
    vi.stubEnv('HOME', folder);
    expect(() => loadConfig({})).toThrow(
      expect.objectContaining({
        exitCode: EXIT.configuration,
        message: expect.stringContaining('no kubeconfig'),
        hint: expect.stringContaining('--cluster embedded'),
      }),
    );
  });

  it('is named where KUBECONFIG names a file that is not there', () => {
    vi.stubEnv('KUBECONFIG', join(folder, 'missing'));
    expect(() => loadConfig({})).toThrow(/no kubeconfig at .*missing/);
  });

  it('is named where it is broken', async () => {
    const kubeconfig = await write('broken', 'clusters: [');
    expect(() => loadConfig({ kubeconfig })).toThrow(/broken cannot be read: /);
  });

  it('is told by its contexts where the one asked for is not among them', async () => {
    const kubeconfig = await write('one', kubeconfigFor('https://one:6443'));
    expect(() => loadConfig({ kubeconfig, context: 'production' })).toThrow(
      expect.objectContaining({
        message: 'no context production',
        hint: 'the kubeconfig has staging',
        exitCode: EXIT.configuration,
      }),
    );
  });

  it('must have a current context that names a cluster', async () => {
    const kubeconfig = await write(
      'empty',
      kubeconfigFor('https://one:6443').replace('"fake","user"', '"x","user"'),
    );
    expect(() => loadConfig({ kubeconfig })).toThrow(/context "staging" names no cluster/);
  });
});

describe("a pod's account", () => {
  let pod_root: string;

  beforeAll(async () => {
    pod_root = await mkdtemp(join(tmpdir(), 'foreshock-'));
    const folder = join(pod_root, 'var/run/secrets/kubernetes.io/serviceaccount');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'token'), 'token-1');
    await writeFile(join(folder, 'ca.crt'), 'certificate');
    await writeFile(join(folder, 'namespace'), 'shop');
  });
  afterAll(() => rm(pod_root, { recursive: true }));
  beforeEach(() => {
    vi.stubEnv('KUBECONFIG', '');
    vi.stubEnv('HOME', pod_root);
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.96.0.1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', '443');
  });
  afterEach(() => vi.unstubAllEnvs());

  it('is used where there is no kubeconfig', () => {
    const config = loadConfig({ pod_root });
    expect(config.getCurrentCluster()).toMatchObject({
      server: 'https://10.96.0.1:443',
      caFile: join(pod_root, 'var/run/secrets/kubernetes.io/serviceaccount/ca.crt'),
      skipTLSVerify: false,
    });
    expect(config.getCurrentUser()?.authProvider?.config).toMatchObject({
      tokenFile: join(pod_root, 'var/run/secrets/kubernetes.io/serviceaccount/token'),
    });
  });

  it('gives way to a kubeconfig', async () => {
    const kubeconfig = join(pod_root, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigFor('https://one:6443'));
    vi.stubEnv('KUBECONFIG', kubeconfig);
    expect(loadConfig({ pod_root }).getCurrentCluster()?.server).toBe('https://one:6443');
  });

  it('is of no use where the pod does not say where the API server is', () => {
    vi.stubEnv('KUBERNETES_SERVICE_PORT', '');
    expect(() => loadConfig({ pod_root })).toThrow(/KUBERNETES_SERVICE_PORT not set/);
  });
});
