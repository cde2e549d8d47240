import { type AddressPlan, type NodePlan, REGISTRY_PORT } from '../addresses.ts';

/**
 * The configuration files of a node. A node sees /run and /var of its own (node.ts), so the files name
 * the usual places, and every node names the same ones.
 */

export const CNI_PLUGINS = '/usr/lib/cni'; // Debian's containernetworking-plugins
export const CONFIG_FOLDER = '/var/lib/testbed';
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';
const CNI_CONFIG = `${CONFIG_FOLDER}/cni`;
const REGISTRIES = `${CONFIG_FOLDER}/registries`;

export interface NodeConfigInputs {
  readonly plan: AddressPlan;
  readonly node: NodePlan;
  readonly pauseImage: string;
  readonly cgroup: string;
  readonly kubeconfigs: { readonly kubelet: string; readonly kubeProxy: string; readonly kubeRouter: string };
  readonly certificateAuthority: string;
}

/** File names below CONFIG_FOLDER and their contents. */
export function nodeConfig(inputs: NodeConfigInputs): ReadonlyMap<string, string> {
  const { plan, node } = inputs;
  return new Map([
    ['containerd.toml', containerdConfig(inputs.pauseImage)],
    ['registries/_default/hosts.toml', registryMirror(plan)],
    ['cni/10-pods.conflist', json(podNetwork(node))],
    ['kubelet.json', json(kubeletConfig(inputs))],
    ['kubelet.kubeconfig', inputs.kubeconfigs.kubelet],
    ['kube-proxy.json', json(kubeProxyConfig(plan, node))],
    ['kube-proxy.kubeconfig', inputs.kubeconfigs.kubeProxy],
    ['kube-router.kubeconfig', inputs.kubeconfigs.kubeRouter],
    ['ca.crt', inputs.certificateAuthority],
    ['resolv.conf', '# no name server: nothing in the testbed resolves names\n'],
  ]);
}

export function containerdConfig(pauseImage: string): string {
  // restrict_oom_score_adj: without CAP_SYS_RESOURCE runc cannot lower the score and fails with
  // "can't get final child's PID from pipe: EOF".
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"

[grpc]
  address = "${CONTAINERD_SOCKET}"

[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "${CNI_PLUGINS}"
  conf_dir = "${CNI_CONFIG}"

[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "${REGISTRIES}"
`;
}

/** All registries are the lab's; it is the `server` too, or containerd would fall back to the real one. */
export function registryMirror(plan: AddressPlan): string {
  const server = `http://${plan.lab}:${REGISTRY_PORT}`;
  return `server = "${server}"

[host."${server}"]
  capabilities = ["pull", "resolve"]
`;
}

export function podNetwork(node: NodePlan): object {
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        hairpinMode: true,
        ipMasq: false,
        ipam: { type: 'host-local', ranges: [[{ subnet: node.podRange }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

export function kubeletConfig({ cgroup, node }: Pick<NodeConfigInputs, 'cgroup' | 'node'>): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: node.address,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${CONFIG_FOLDER}/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    resolvConf: `${CONFIG_FOLDER}/resolv.conf`,
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    failCgroupV1: false,
    failSwapOn: false,
    // Nodes share the machine's disk: how full it is must evict no pod and drop no image.
    imageGCHighThresholdPercent: 100,
    evictionHard: {
      'memory.available': '1Mi',
      'nodefs.available': '0.1%',
      'nodefs.inodesFree': '0.1%',
      'imagefs.available': '0.1%',
    },
  };
}

export function kubeProxyConfig(plan: AddressPlan, node: NodePlan): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    hostnameOverride: node.name,
    clusterCIDR: plan.clusterRange,
    clientConnection: { kubeconfig: `${CONFIG_FOLDER}/kube-proxy.kubeconfig` },
    // The size of the table is not a network namespace's to set.
    conntrack: { maxPerCore: 0, min: 0 },
  };
}

const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
