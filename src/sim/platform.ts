import { constant, lognormal, uniform } from '../scenario/distribution.ts';
import {
  behaviourOf,
  KNOWN_VERSION,
  type KubernetesBehaviour,
  type KubernetesVersion,
} from '../scenario/kubernetes-version.ts';
import { isLeftToDefault } from '../scenario/said.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Timing, TimingName } from '../scenario/timing.ts';

/**
 * What a prediction is made for. Clusters differ in their delays, which a scenario can set, and in some
 * behaviour, which it cannot.
 */
export interface Platform {
  readonly name: 'kubernetes' | 'embedded';
  /** Delays that differ from the defaults of TIMING. */
  readonly timing: Readonly<Partial<Timing>>;
  /** How a new connection chooses among the endpoints. */
  readonly balancing: 'random' | 'round-robin';
  /** Whether endpoints that terminate and still serve are used when no other is left. */
  readonly usesTerminating: boolean;
  /** What a client gets from an address that is gone. */
  readonly absentAddress: 'silence' | 'refusal';
  /** When a container is probed outside of the probe's period. */
  readonly firstProbe: 'when-seen-running' | 'at-the-next-looks';
  /** How exactly a pod's status says when a container started; initialDelaySeconds counts from there. */
  readonly statusTimes: 'whole-seconds' | 'exact';
  /** What depends on the version of Kubernetes. */
  readonly kubernetes: KubernetesBehaviour;
}

/** Kubernetes as its sources have it; kube-proxy in iptables mode. */
export const KUBERNETES: Platform = {
  name: 'kubernetes',
  timing: {},
  balancing: 'random',
  usesTerminating: true,
  absentAddress: 'silence',
  firstProbe: 'when-seen-running',
  statusTimes: 'whole-seconds',
  kubernetes: behaviourOf(KNOWN_VERSION),
};

/** The cluster inside the process (@ngrok/webernetes 0.3.5): what differs is in docs/embedded.md. */
export const EMBEDDED: Platform = {
  name: 'embedded',
  timing: {
    api_write: lognormal(2, 0.4),
    watch_delivery: lognormal(1, 0.4),
    controller_sync: lognormal(1, 0.4),
    scheduler_bind: lognormal(2, 0.4),
    kubelet_pleg_relist: uniform(1, 5),
    kubelet_volume_wait: constant(0),
    sandbox_start: lognormal(4, 0.4),
    image_check: constant(0),
    image_pull_error: constant(0),
    probe_exec: lognormal(2, 0.4),
    container_start: lognormal(4, 0.4),
    container_signal: lognormal(3, 0.4),
    sandbox_stop: lognormal(3, 0.4),
    sandbox_start_cpu: constant(0),
    container_start_cpu: constant(0),
    container_signal_cpu: constant(0),
    sandbox_stop_cpu: constant(0),
    kube_proxy_min_sync_period: constant(0),
    kube_proxy_sync: lognormal(2, 0.4),
    kube_proxy_sync_rest: constant(0),
    conntrack_syn_sent: constant(0),
    icmp_interval: constant(0),
  },
  balancing: 'round-robin',
  usesTerminating: false,
  absentAddress: 'refusal',
  firstProbe: 'at-the-next-looks',
  statusTimes: 'exact',
  kubernetes: {
    ...behaviourOf(KNOWN_VERSION),
    restarted_container_counts_as_started: false,
    traffic_distribution: false,
  },
};

export const PLATFORMS = { kubernetes: KUBERNETES, embedded: EMBEDDED } as const;

/** A platform as the scenario's version of Kubernetes has it; the embedded cluster is of one version. */
export function atVersion(platform: Platform, version: KubernetesVersion): Platform {
  return platform.name === 'kubernetes' ? { ...platform, kubernetes: behaviourOf(version) } : platform;
}

/** The scenario's timing on a platform: what the scenario or a calibration says holds everywhere. */
export function timingOn(
  platform: Platform,
  scenario: Pick<Scenario, 'timing' | 'said' | 'cluster'>,
): Timing {
  const result: Record<string, unknown> = { ...scenario.timing };
  for (const [name, value] of Object.entries(platform.timing)) {
    if (isLeftToDefault(scenario, name as TimingName)) result[name] = value;
  }
  return result as Timing;
}
