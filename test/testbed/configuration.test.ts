import { describe, expect, it } from 'vitest';
import { planAddresses } from '../../testbed/addresses.ts';
import { controlPlaneArguments } from '../../testbed/cluster/control-plane.ts';
import { tokenFile, users } from '../../testbed/cluster/credentials.ts';
import { readyNodesIn } from '../../testbed/cluster/kubectl.ts';
import { CONFIG_FOLDER, nodeConfig, registryMirror } from '../../testbed/cluster/node-config.ts';

const plan = planAddresses(2);
const [node] = plan.nodes;

const controlPlane = controlPlaneArguments(plan, {
  etcdData: '/state/etcd',
  credentials: '/state/pki',
  kubeconfigOf: (user) => `/state/${user}`,
  auditPolicy: '/state/audit/policy.json',
  auditLog: '/state/audit/audit.log',
});
const files = nodeConfig({
  plan,
  node: node!,
  pauseImage: 'localhost/pause:testbed',
  cgroup: '/testbed/node-1',
  kubeconfigs: { kubelet: '{}', kubeProxy: '{}', kubeRouter: '{}' },
  certificateAuthority: 'CERTIFICATE',
});

// What decides how long a failure lasts has to be what Kubernetes comes with.
const TIMERS = /period|sync|timeout|interval|frequency|duration|grace|backoff|qps|burst|evict.*rate/i;

describe('the cluster keeps its default timers', () => {
  it.each(Object.entries(controlPlane).filter(([name]) => name !== 'etcd'))('%s', (_, args) => {
    expect(args.filter((argument) => TIMERS.test(argument.split('=')[0] ?? ''))).toEqual([]);
  });

  it.each(['kubelet.json', 'kube-proxy.json'])('%s', (name) => {
    const keys = JSON.stringify(JSON.parse(files.get(name) ?? '')).match(/"\w+":/g) ?? [];
    expect(keys.length).toBeGreaterThan(5);
    expect(keys.filter((key) => TIMERS.test(key))).toEqual([]);
  });
});

describe('configuration of the control plane', () => {
  it('authorizes by Node and RBAC and restricts nodes', () => {
    expect(controlPlane['kube-apiserver']).toContain('--authorization-mode=Node,RBAC');
    expect(controlPlane['kube-apiserver']).toContain('--enable-admission-plugins=NodeRestriction');
  });

  it('knows each component by the user that its default role is bound to', () => {
    const tokens = new Map([...users(plan).keys()].map((user, index) => [user, `t${index}`]));
    expect(tokenFile(users(plan), tokens)).toBe(
      [
        't0,admin,admin,"system:masters"',
        't1,system:kube-controller-manager,system:kube-controller-manager,""',
        't2,system:kube-scheduler,system:kube-scheduler,""',
        't3,system:kube-proxy,system:kube-proxy,""',
        't4,system:metrics-server,system:metrics-server,""',
        't5,system:kube-router,system:kube-router,""',
        't6,system:node:node-1,system:node:node-1,"system:nodes"',
        't7,system:node:node-2,system:node:node-2,"system:nodes"',
        '',
      ].join('\n'),
    );
  });
});

describe('configuration of a node', () => {
  it('names only files that it writes', () => {
    const named = [...files.values()].flatMap(
      (text) => text.match(new RegExp(`${CONFIG_FOLDER}/[\\w./-]+`, 'g')) ?? [],
    );
    const written = [...files.keys()].map((name) => `${CONFIG_FOLDER}/${name}`);
    expect(named.length).toBeGreaterThan(4);
    for (const path of named)
      expect(written.some((file) => file === path || file.startsWith(`${path}/`))).toBe(true);
  });

  it('gives pods addresses of its own range', () => {
    expect(files.get('cni/10-pods.conflist')).toContain('"subnet": "198.18.101.0/24"');
  });

  it('asks the lab for the images of every registry, and nobody else', () => {
    expect(files.has('registries/_default/hosts.toml')).toBe(true);
    expect(registryMirror(plan).match(/http[^"]+/g)).toEqual([
      'http://198.18.0.1:5000',
      'http://198.18.0.1:5000',
    ]);
  });
});

describe('readyNodesIn', () => {
  const nodeWith = (name: string, status: string) => ({
    metadata: { name },
    status: {
      conditions: [
        { type: 'MemoryPressure', status: 'True' },
        { type: 'Ready', status },
      ],
    },
  });

  it('counts only the condition Ready, and only when it is True', () => {
    const items = [nodeWith('a', 'True'), nodeWith('b', 'False'), nodeWith('c', 'Unknown')];
    expect(readyNodesIn({ items: [...items, { metadata: { name: 'd' }, status: {} }] })).toEqual(['a']);
  });
});
