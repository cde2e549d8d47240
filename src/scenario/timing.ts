/**
 * The timers and delays of Kubernetes that decide downtime: for each its name, its default, where the
 * number comes from. A scenario may set any of them under `timing`; a calibration replaces the measured ones.
 */
import { constant, type Distribution, lognormal, uniform } from './distribution.ts';

interface TimingEntry {
  readonly default: Distribution;
  readonly what: string;
  /** Kubernetes version and file, kernel document, or the measurement it was read off. */
  readonly source: string;
}

const entry = (value: Distribution, what: string, source: string): TimingEntry => ({
  default: value,
  what,
  source,
});

/** Filled in by the model of each component; see docs/model.md for how they act together. */
export const TIMING = {
  kubelet_pleg_period: entry(
    constant(1000),
    'pause between two looks of the kubelet at its containers',
    'Kubernetes 1.35 pkg/kubelet/kubelet.go genericPlegRelistPeriod',
  ),
  kube_proxy_min_sync_period: entry(
    constant(1000),
    'least pause between the end of a sync and the next',
    'Kubernetes 1.35 pkg/proxy/apis/config/v1alpha1/defaults.go',
  ),
  sandbox_start: entry(
    lognormal(200, 0.3),
    'from the kubelet seeing a pod to its network being up',
    'to be measured',
  ),
  container_start: entry(uniform(80, 160), 'from a sandbox to the exec of the program', 'to be measured'),
} as const satisfies Record<string, TimingEntry>;

export type TimingName = keyof typeof TIMING;

/** A value for every timer. */
export type Timing = Readonly<Record<TimingName, Distribution>>;
