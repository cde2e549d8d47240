import { mean_ms } from '../scenario/distribution.ts';
import { stream } from '../scenario/random.ts';
import { sample_ms } from '../scenario/sample.ts';
import type { Timing, TimingName } from '../scenario/timing.ts';
import type { Recorder, TimelineEvent } from '../timeline/event.ts';
import type { Processors } from './engine/processors.ts';
import type { Uniform } from './engine/random.ts';
import { type Clock, Lifespan, Simulation } from './engine/simulation.ts';
import type { Platform } from './platform.ts';

/**
 * Delays that are computing for the most part. Of each, `NAME_cpu` is the processor time that it takes on average: one
 * that takes longer takes more of it.
 */
export type Task = 'sandbox_start' | 'container_start' | 'container_signal' | 'sandbox_stop';

/**
 * Cores that one task keeps busy at the most, however short it is said to be: runtime, plugins and control plane mostly
 * wait for each other. A pod that started or ended alone never kept more than 1.6 busy over a tenth of a second
 * (Kubernetes 1.35.4, containerd 1.6).
 */
const TASK_CORES_MAX = 2;

/** What every part of one simulated trial shares: the clock, the luck, and where events are recorded. */
export class Environment {
  readonly simulation: Clock;
  readonly platform: Platform;
  readonly #timing: Timing;
  readonly #recorder: Recorder;
  readonly #luck: Luck;
  /** Of the machine that it is on; undefined: as many as anybody wants. */
  readonly #processors: Processors | undefined;

  constructor(
    seed: string,
    trial: number,
    platform: Platform,
    timing: Timing,
    recorder: Recorder,
    within?: { readonly clock: Clock; readonly luck: Luck; readonly processors: Processors | undefined },
  ) {
    this.platform = platform;
    this.#timing = timing;
    this.#recorder = recorder;
    this.simulation = within?.clock ?? new Simulation();
    this.#processors = within?.processors;
    this.#luck = within?.luck ?? {
      seed,
      trial,
      streams: new Map(),
      delays: new Map(),
      second_begins_ms: undefined,
    };
  }

  /**
   * The same trial for something that may end before it: what it has still to do then never happens.
   *
   * @param processors of the machine that it runs on
   */
  mortal(processors: Processors | undefined = this.#processors): {
    readonly environment: Environment;
    readonly lifespan: Lifespan;
  } {
    const lifespan = new Lifespan(this.simulation);
    const { seed, trial } = this.#luck;
    const within = { clock: lifespan, luck: this.#luck, processors };
    const environment = new Environment(seed, trial, this.platform, this.#timing, this.#recorder, within);
    return { environment, lifespan };
  }

  get now_ms(): number {
    return this.simulation.now;
  }

  /** The stream of one purpose; asked for twice it goes on where it was. */
  uniform(purpose: string): Uniform {
    const { streams, seed, trial } = this.#luck;
    let uniform = streams.get(purpose);
    if (uniform === undefined) {
      uniform = stream(seed, trial, purpose);
      streams.set(purpose, uniform);
    }
    return uniform;
  }

  /** Draws one of the delays of the scenario's timing, in milliseconds. */
  delay_ms(name: TimingName): number {
    const distribution = this.#timing[name];
    // Most are constants, and asked for often: those need no luck.
    if (distribution.kind === 'constant') return distribution.value_ms;
    const { delays } = this.#luck;
    let uniform = delays.get(name);
    if (uniform === undefined) {
      uniform = this.uniform(`timing/${name}`);
      delays.set(name, uniform);
    }
    return sample_ms(distribution, uniform);
  }

  /**
   * What a pod's status says of a moment: the whole second of the wall clock before it, which begins anywhere in
   * the trial's (Kubernetes 1.35 pkg/kubelet/status/status_manager.go normalizeStatus).
   */
  statusTime_ms(at_ms: number): number {
    if (this.platform.statusTimes === 'exact') return at_ms;
    this.#luck.second_begins_ms ??= this.uniform('wall-clock')() * 1000;
    const begins_ms = this.#luck.second_begins_ms;
    return Math.floor((at_ms - begins_ms) / 1000) * 1000 + begins_ms;
  }

  after(delay_ms: number, action: () => void): void {
    this.simulation.after(delay_ms, action);
  }

  /**
   * Does a task, in the time that the machine's processors allow.
   *
   * @param alone_ms how long it takes where nothing is in its way
   * @param done told how much longer it took
   * @param wait_ms how long it is until it begins
   */
  run(task: Task, alone_ms: number, done: (lost_ms: number) => void, wait_ms = 0): void {
    const processors = this.#processors;
    if (processors === undefined) {
      this.after(wait_ms + alone_ms, () => done(0));
      return;
    }
    const cores = mean_ms(this.#timing[`${task}_cpu`]) / mean_ms(this.#timing[task]);
    const demand = Math.min(cores, TASK_CORES_MAX);
    const begin = () => processors.run(this.simulation, alone_ms, demand, done);
    if (wait_ms > 0) this.after(wait_ms, begin);
    else begin();
  }

  record(event: TimelineEvent): void {
    this.#recorder.record(event);
  }
}

/** A trial's random numbers: one stream for each purpose. */
interface Luck {
  readonly seed: string;
  readonly trial: number;
  readonly streams: Map<string, Uniform>;
  /** Those of the delays, once more by their bare names. */
  readonly delays: Map<TimingName, Uniform>;
  /** Where the seconds of the wall clock begin, once anybody has asked. */
  second_begins_ms: number | undefined;
}
