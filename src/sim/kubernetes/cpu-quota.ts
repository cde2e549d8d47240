import type { Environment } from '../environment.ts';

/** cpuCFSQuotaPeriod (Kubernetes 1.35 pkg/kubelet/apis/config/v1beta1/defaults.go). */
const PERIOD_MS = 100;

/** What runs in the cgroup. */
interface Throttled {
  throttle(): void;
  unthrottle(): void;
}

/** What a stressor has used, as the kubelet counts it. */
interface StressUsage {
  readonly cpu_ms: number;
  readonly requests: 0;
  readonly started_at_ms: number;
}

/**
 * A pod's cgroup under CPU stress. Linux gives it so much processor time every 100 ms (cpu.max); when that is used up,
 * by whomever, all that runs in it stands still until the next period (Documentation/scheduler/sched-bwc.rst). A stressor
 * without a limit of its own uses it from the first moment on, on processors of its own; what the pod's own programs use
 * brings the end nearer.
 *
 * Without a limit nothing is ever used up, and the stressor has the smallest weight there is (Kubernetes 1.35
 * pkg/kubelet/cm/helpers_linux.go MinShares): nothing is taken from the others then.
 */
export class CpuQuota {
  readonly #environment: Environment;
  readonly #quota_ms: number;
  readonly #processes: () => Iterable<Throttled>;
  /** Processors that the stressor keeps busy; 0 while there is none. */
  #workers = 0;
  #period = 0;
  #begun_at_ms = 0;
  /** Of the period, by the programs. */
  #used_ms = 0;
  #isThrottled = false;
  #stressed: { cpu_ms: number; started_at_ms: number } | undefined;

  /** @param cpu_millis what the cgroup may use; undefined: as much as there is */
  constructor(
    environment: Environment,
    cpu_millis: number | undefined,
    processes: () => Iterable<Throttled>,
  ) {
    this.#environment = environment;
    this.#quota_ms = cpu_millis === undefined ? Number.POSITIVE_INFINITY : (cpu_millis / 1000) * PERIOD_MS;
    this.#processes = processes;
  }

  get isStressed(): boolean {
    return this.#workers > 0;
  }

  get isThrottled(): boolean {
    return this.#isThrottled;
  }

  /** Of all stressors; it stays when they have ended. undefined: there was none. */
  get stressUsage(): StressUsage | undefined {
    const { cpu_ms, started_at_ms } = this.#stressed ?? {};
    if (cpu_ms === undefined || started_at_ms === undefined) return undefined;
    const running_ms = this.isStressed && !this.#isThrottled ? this.#ofStressor_ms() : 0;
    return { cpu_ms: cpu_ms + running_ms, requests: 0, started_at_ms };
  }

  /** @param workers processors that it keeps busy */
  stress(workers: number): void {
    if (this.isStressed) return;
    const { now_ms } = this.#environment;
    this.#workers = workers;
    this.#stressed = { cpu_ms: this.#stressed?.cpu_ms ?? 0, started_at_ms: now_ms };
    // The kernel's periods are anywhere: of the first one a part is over, and nothing of it used.
    this.#beginPeriod(PERIOD_MS * (1 - this.#environment.uniform('cpu-quota')()));
  }

  relieve(): void {
    if (!this.isStressed) return;
    this.#endPeriod();
    this.#workers = 0;
    this.#period += 1;
  }

  /** A program has used processor time. */
  use(cpu_ms: number): void {
    if (!this.isStressed || this.#isThrottled) return;
    this.#used_ms += cpu_ms;
    this.#awaitEnd();
  }

  #beginPeriod(lasts_ms: number): void {
    this.#period += 1;
    this.#begun_at_ms = this.#environment.now_ms;
    this.#used_ms = 0;
    const period = this.#period;
    this.#environment.after(lasts_ms, () => {
      if (period !== this.#period) return;
      this.#endPeriod();
      this.#beginPeriod(PERIOD_MS);
    });
    this.#awaitEnd();
  }

  #endPeriod(): void {
    if (!this.#isThrottled) {
      this.#count();
      return;
    }
    this.#isThrottled = false;
    for (const process of this.#processes()) process.unthrottle();
  }

  /** Until all is used up, if the stressor alone uses it from here on. */
  #awaitEnd(): void {
    const left_ms = (this.#quota_ms - this.#used_ms - this.#ofStressor_ms()) / this.#workers;
    if (left_ms >= PERIOD_MS) return;
    const [period, used_ms] = [this.#period, this.#used_ms];
    this.#environment.after(Math.max(0, left_ms), () => {
      // Whatever was used meanwhile has its own end.
      if (period === this.#period && used_ms === this.#used_ms) this.#throttle();
    });
  }

  #throttle(): void {
    if (this.#isThrottled) return;
    this.#count();
    this.#isThrottled = true;
    for (const process of this.#processes()) process.throttle();
  }

  /** Used by the stressor in this period, while nothing stands still. */
  #ofStressor_ms(): number {
    return this.#workers * (this.#environment.now_ms - this.#begun_at_ms);
  }

  #count(): void {
    if (this.#stressed !== undefined) this.#stressed.cpu_ms += this.#ofStressor_ms();
  }
}
