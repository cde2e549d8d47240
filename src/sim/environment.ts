import { stream } from '../scenario/random.ts';
import { sample_ms } from '../scenario/sample.ts';
import type { Timing, TimingName } from '../scenario/timing.ts';
import type { Recorder, TimelineEvent } from '../timeline/event.ts';
import type { Uniform } from './engine/random.ts';
import { Simulation } from './engine/simulation.ts';
import type { Platform } from './platform.ts';

/** What every part of one simulated trial shares: the clock, the luck, and where events are recorded. */
export class Environment {
  readonly simulation = new Simulation();
  readonly platform: Platform;
  readonly #streams = new Map<string, Uniform>();
  readonly #seed: string;
  readonly #trial: number;
  readonly #timing: Timing;
  readonly #recorder: Recorder;
  #second_begins_ms: number | undefined;

  constructor(seed: string, trial: number, platform: Platform, timing: Timing, recorder: Recorder) {
    this.platform = platform;
    this.#seed = seed;
    this.#trial = trial;
    this.#timing = timing;
    this.#recorder = recorder;
  }

  get now_ms(): number {
    return this.simulation.now;
  }

  /** The stream of one purpose; asked for twice it goes on where it was. */
  uniform(purpose: string): Uniform {
    let uniform = this.#streams.get(purpose);
    if (uniform === undefined) {
      uniform = stream(this.#seed, this.#trial, purpose);
      this.#streams.set(purpose, uniform);
    }
    return uniform;
  }

  /** Draws one of the delays of the scenario's timing, in milliseconds. */
  delay_ms(name: TimingName): number {
    return sample_ms(this.#timing[name], this.uniform(`timing/${name}`));
  }

  /**
   * What a pod's status says of a moment: the whole second of the wall clock before it, which begins anywhere in
   * the trial's (Kubernetes 1.35 pkg/kubelet/status/status_manager.go normalizeStatus).
   */
  statusTime_ms(at_ms: number): number {
    if (this.platform.statusTimes === 'exact') return at_ms;
    this.#second_begins_ms ??= this.uniform('wall-clock')() * 1000;
    return Math.floor((at_ms - this.#second_begins_ms) / 1000) * 1000 + this.#second_begins_ms;
  }

  after(delay_ms: number, action: () => void): void {
    this.simulation.after(delay_ms, action);
  }

  record(event: TimelineEvent): void {
    this.#recorder.record(event);
  }
}
