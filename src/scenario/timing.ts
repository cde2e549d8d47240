/**
 * The timers and delays that decide downtime: of each its name, its default and where the number comes
 * from. A scenario may set any of them under `timing`.
 *
 * Two kinds. A *timer* is a constant of the source code of Kubernetes or Linux. A *delay* is the work of a
 * machine, so it differs from cluster to cluster; its default was measured (docs/model.md says how).
 */
import { constant, type Distribution, lognormal } from './distribution.ts';
import { KNOWN_VERSION, type KubernetesVersion } from './kubernetes-version.ts';

export interface TimingDefault {
  readonly default: Distribution;
  /** Version and file of Kubernetes or Linux, or the measurement it was read off. */
  readonly source: string;
}

/** What some versions of Kubernetes have instead. */
export interface TimingVariant extends TimingDefault {
  readonly when: (version: KubernetesVersion) => boolean;
  /** The same in words: "up to 1.31". */
  readonly text: string;
}

export interface TimingEntry extends TimingDefault {
  readonly what: string;
  /** The first that applies holds. */
  readonly variants: readonly TimingVariant[];
}

const timer = (
  value_ms: number,
  what: string,
  source: string,
  variants: readonly TimingVariant[] = [],
): TimingEntry => ({ default: constant(value_ms), what, source, variants });

const MEASURED = 'measured: Kubernetes 1.35.4, containerd 1.6, two nodes on one machine of 2 cores';

const delay = (value: Distribution, what: string): TimingEntry => ({
  default: value,
  what,
  source: MEASURED,
  variants: [],
});

/**
 * The counter of the whole machine (cgroup v1 cpuacct.usage), less what it takes at rest: until the last of 1 and of 5
 * pods had started 286 and 266 ms a pod; where these took the place of 5 that ended, 514. A pod that ended alone: 259 ms,
 * and 5 at once 254 each. The two steps of a start, and of an end, have it in proportion to how long they take.
 */
const processorTime = (value_ms: number, task: string): TimingEntry => ({
  default: constant(value_ms),
  what: `processor time of ${task} on average, with what the control plane does for it; counts on nodes that say their cores`,
  source: `${MEASURED}, which the control plane is on too; processor time of the machine, 1 and 5 pods at once`,
  variants: [],
});

export const TIMING = {
  api_write: delay(lognormal(8, 0.4), 'from a component sending a write to the API server having stored it'),
  watch_delivery: delay(lognormal(3, 0.4), 'from the API server storing an object to a watcher seeing it'),
  controller_sync: delay(lognormal(6, 0.6), 'work of a controller on one key of its queue'),
  scheduler_bind: delay(lognormal(5, 0.4), 'from the scheduler seeing a pod to having chosen its node'),

  kubelet_pleg_period: timer(
    1000,
    'pause between the end of a look of the kubelet at its containers and the next',
    'Kubernetes 1.35 pkg/kubelet/kubelet.go genericPlegRelistPeriod',
  ),
  kubelet_pleg_relist: {
    default: lognormal(1, 0.4),
    what: 'how long one such look takes: two calls to the runtime, and some more for each pod that has changed',
    source: `${MEASURED}: kubelet_pleg_relist_duration_seconds, 0.87 ms on average over 16 looks that found nothing and 1.3 ms over 22 while a pod started or ended; Kubernetes 1.35 pkg/kubelet/pleg/generic.go Relist`,
    variants: [],
  },
  kubelet_volume_wait: timer(
    300,
    'a new pod that mounts volumes waits for the second look at them; the first is always too early',
    'Kubernetes 1.35 pkg/kubelet/volumemanager/volume_manager.go podAttachAndMountRetryInterval',
  ),
  kubelet_minimum_grace_period: timer(
    2000,
    'least time between SIGTERM and SIGKILL, forced deletion included',
    'Kubernetes 1.35 pkg/kubelet/kuberuntime/kuberuntime_container.go minimumGracePeriodInSeconds',
  ),
  kubelet_restart_backoff: timer(
    10_000,
    'wait before the second restart of a container; each further one waits twice as long',
    'Kubernetes 1.35 pkg/kubelet/kubelet.go initialCrashLoopBackOff',
    [
      {
        when: ({ feature_gates }) => feature_gates.includes('ReduceDefaultCrashLoopBackOffDecay'),
        text: 'with the gate ReduceDefaultCrashLoopBackOffDecay',
        default: constant(1000),
        source: 'Kubernetes 1.35 pkg/kubelet/kubelet.go reducedInitialCrashLoopBackOff',
      },
    ],
  ),
  kubelet_restart_backoff_max: timer(
    300_000,
    'longest wait before a restart',
    'Kubernetes 1.35 pkg/kubelet/kubelet.go MaxCrashLoopBackOff',
    [
      {
        // KubeletCrashLoopBackOffMax, on since 1.35, sets it back to its own default (newCrashLoopBackOff).
        when: ({ minor, feature_gates }) =>
          feature_gates.includes('ReduceDefaultCrashLoopBackOffDecay') &&
          minor < 35 &&
          !feature_gates.includes('KubeletCrashLoopBackOffMax'),
        text: 'up to 1.34 with the gate ReduceDefaultCrashLoopBackOffDecay alone',
        default: constant(60_000),
        source: 'Kubernetes 1.34 pkg/kubelet/kubelet.go reducedMaxCrashLoopBackOff',
      },
    ],
  ),

  node_lease_renew_interval: timer(
    10_000,
    'how often a kubelet renews the lease of its node, up to 4 % more by chance',
    'Kubernetes 1.35 pkg/kubelet/kubelet.go nodeLeaseRenewIntervalFraction of nodeLeaseDurationSeconds 40',
  ),
  node_status_update_period: timer(
    10_000,
    "how often a kubelet looks whether its node's status has changed, up to 4 % more by chance",
    'Kubernetes 1.35 pkg/kubelet/apis/config/v1beta1/defaults.go NodeStatusUpdateFrequency',
  ),
  kubelet_status_sync_period: timer(
    10_000,
    "how often a kubelet compares its pods' statuses with what the API server says of them",
    'Kubernetes 1.35 pkg/kubelet/status/status_manager.go syncPeriod',
  ),
  kubelet_node_sync_wait: timer(
    1000,
    'a kubelet that has started looks again for its own node before it asks for its pods; the first look is too early',
    'Kubernetes 1.35 pkg/kubelet/config/apiserver.go WaitForAPIServerSyncPeriod',
  ),
  node_monitor_period: timer(
    5000,
    'pause between two looks of the node lifecycle controller at the leases',
    'Kubernetes 1.35 staging/src/k8s.io/cloud-provider/config/v1alpha1/defaults.go NodeMonitorPeriod',
  ),
  node_monitor_grace_period: timer(
    50_000,
    'how long a lease may stand still before its node is Unknown',
    'Kubernetes 1.35 pkg/controller/nodelifecycle/config/v1alpha1/defaults.go NodeMonitorGracePeriod',
    [
      {
        when: ({ minor }) => minor < 32,
        text: 'up to 1.31',
        default: constant(40_000),
        source:
          'Kubernetes 1.31 pkg/controller/nodelifecycle/config/v1alpha1/defaults.go NodeMonitorGracePeriod',
      },
    ],
  ),
  default_toleration: timer(
    300_000,
    'how long a pod that says nothing of it stays on a node that is not ready or not reachable; one value, in whole seconds',
    'Kubernetes 1.35 plugin/pkg/admission/defaulttolerationseconds/admission.go, flags --default-*-toleration-seconds',
  ),
  node_eviction_interval: timer(
    10_000,
    'least time between two nodes of a zone being tainted so that their pods are evicted',
    'Kubernetes 1.35 cmd/kube-controller-manager/app/options/nodelifecyclecontroller.go NodeEvictionRate 0.1',
  ),
  node_eviction_interval_unhealthy: timer(
    100_000,
    'the same in a zone of more than 50 nodes of which at least 55 % are not ready',
    'Kubernetes 1.35 cmd/kube-controller-manager/app/options/nodelifecyclecontroller.go SecondaryNodeEvictionRate 0.01',
  ),
  http2_read_idle_timeout: timer(
    30_000,
    'a connection to the API server on which nothing came for so long is asked whether it still lives',
    'Kubernetes 1.35 staging/src/k8s.io/apimachinery/pkg/util/net/http.go readIdleTimeoutSeconds',
  ),
  http2_ping_timeout: timer(
    15_000,
    'how long it is waited for that answer',
    'Kubernetes 1.35 staging/src/k8s.io/apimachinery/pkg/util/net/http.go pingTimeoutSeconds',
  ),

  node_boot: delay(
    lognormal(900, 0.2),
    'from the power of a node being back to the start of its kubelet; a real machine takes a minute or so, set it',
  ),
  leader_election_lease_duration: timer(
    15_000,
    'how long a controller manager or a scheduler that starts takes the lock for held, from when it first sees it',
    'Kubernetes 1.35 staging/src/k8s.io/component-base/config/v1alpha1/defaults.go LeaseDuration',
  ),
  leader_election_renew_deadline: timer(
    10_000,
    'how long it tries to renew its lock before it ends itself',
    'Kubernetes 1.35 staging/src/k8s.io/component-base/config/v1alpha1/defaults.go RenewDeadline',
  ),
  leader_election_retry_period: timer(
    2000,
    'pause between two tries',
    'Kubernetes 1.35 staging/src/k8s.io/component-base/config/v1alpha1/defaults.go RetryPeriod',
  ),
  api_server_start: delay(lognormal(2400, 0.15), 'from the start of the API server to its being ready'),
  controller_manager_start: delay(
    lognormal(2500, 0.2),
    'from the start of the controller manager to its controllers working',
  ),
  scheduler_start: delay(lognormal(1800, 0.4), 'from the start of the scheduler to its scheduling'),

  sandbox_start: delay(lognormal(95, 0.3), "creating a pod's sandbox and its network"),
  image_check: delay(
    lognormal(15, 0.4),
    'asking the registry for the digest, where imagePullPolicy is Always',
  ),
  image_pull_error: delay(
    lognormal(5, 0.6),
    'from asking a registry that is away, or does not have the image, to the error; one that is silent costs the timeout of the runtime',
  ),
  container_start: delay(
    lognormal(70, 0.2),
    'from asking the runtime for a container to the exec of its program',
  ),
  container_signal: delay(
    lognormal(22, 0.4),
    'from the kubelet seeing a deletion to SIGTERM in the container',
  ),
  sandbox_stop: delay(lognormal(105, 0.15), 'from the end of the last container to the address being gone'),
  sandbox_start_cpu: processorTime(165, 'sandbox_start'),
  container_start_cpu: processorTime(100, 'container_start'),
  container_signal_cpu: processorTime(43, 'container_signal'),
  sandbox_stop_cpu: processorTime(205, 'sandbox_stop'),
  probe_request: delay(lognormal(2, 0.4), 'one probe of a healthy application over the network'),
  probe_exec: delay(lognormal(45, 0.3), 'one probe by a command in the container'),

  hpa_sync_period: timer(
    15_000,
    'how often a horizontal pod autoscaler looks at its metrics',
    'Kubernetes 1.35 pkg/controller/podautoscaler/config/v1alpha1/defaults.go HorizontalPodAutoscalerSyncPeriod',
  ),
  hpa_cpu_initialization_period: timer(
    300_000,
    'how long after its start the processor time of a pod counts only while it is ready',
    'Kubernetes 1.35 pkg/controller/podautoscaler/config/v1alpha1/defaults.go HorizontalPodAutoscalerCPUInitializationPeriod',
  ),
  hpa_initial_readiness_delay: timer(
    30_000,
    'a pod that turned unready within this of its start is taken as never ready',
    'Kubernetes 1.35 pkg/controller/podautoscaler/config/v1alpha1/defaults.go HorizontalPodAutoscalerInitialReadinessDelay',
  ),
  metrics_resolution: timer(
    15_000,
    "how often the metrics server reads the kubelets' figures",
    'metrics-server 0.7 manifests/base/deployment.yaml metric-resolution',
  ),
  cadvisor_housekeeping: timer(
    10_000,
    "how often a kubelet reads a container's counters; up to twice that by chance",
    'Kubernetes 1.35 pkg/kubelet/cadvisor/cadvisor_linux.go housekeeping_interval; cadvisor manager/container.go nextHousekeepingInterval',
  ),

  kube_proxy_min_sync_period: timer(
    1000,
    'least pause between the end of a sync and the next; an idle proxy syncs at once',
    'Kubernetes 1.35 pkg/proxy/apis/config/v1alpha1/defaults.go, pkg/proxy/runner',
  ),
  kube_proxy_ipvs_min_sync_period: timer(
    0,
    'the same in IPVS mode',
    'Kubernetes 1.35 pkg/proxy/apis/config/v1alpha1/defaults.go: no default, so 0',
  ),
  kube_proxy_sync: delay(lognormal(17, 0.3), 'from the begin of a sync to its rules being in force'),
  kube_proxy_sync_rest: delay(
    lognormal(21, 0.3),
    'from there to the end of the sync, from which the pause before the next is counted',
  ),

  network_round_trip: delay(lognormal(0.4, 0.3), 'from the client to a pod and back'),
  conntrack_syn_sent: timer(
    120_000,
    'how long connection tracking remembers where a half-open connection was sent',
    'Linux 6.x net/netfilter/nf_conntrack_proto_tcp.c, nf_conntrack_tcp_timeout_syn_sent',
  ),
  dns_ttl: timer(
    30_000,
    "how long whoever asked the cluster's DNS remembers the answer, that there is no address as well",
    'Kubernetes 1.35 cmd/kubeadm/app/phases/addons/dns/manifests.go: ttl 30; CoreDNS plugin/kubernetes/kubernetes.go MinTTL for denials',
  ),
  icmp_interval: timer(
    1000,
    'one ICMP refusal to a client address in this time, after a burst of six',
    'Linux 6.x Documentation/networking/ip-sysctl.rst icmp_ratelimit; net/ipv4/route.c XRLIM_BURST_FACTOR',
  ),
} as const satisfies Record<string, TimingEntry>;

export type TimingName = keyof typeof TIMING;

/** A value for every timer and delay. */
export type Timing = Readonly<Record<TimingName, Distribution>>;

/** What a timer or delay is where nobody says otherwise. */
export function timingDefault(name: TimingName, version: KubernetesVersion = KNOWN_VERSION): TimingDefault {
  const entry: TimingEntry = TIMING[name];
  return entry.variants.find(({ when }) => when(version)) ?? entry;
}

/** The defaults of a version, with some of them replaced. */
export function timing(
  overrides: Readonly<Partial<Record<TimingName, Distribution | undefined>>> = {},
  version: KubernetesVersion = KNOWN_VERSION,
): Timing {
  const names = Object.keys(TIMING) as TimingName[];
  const values = names.map((name) => [name, overrides[name] ?? timingDefault(name, version).default]);
  return Object.fromEntries(values) as Record<TimingName, Distribution>;
}
