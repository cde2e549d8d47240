import { actTimes } from '../scenario/act-times.ts';
import { stream } from '../scenario/random.ts';
import type { Fault, Scenario, Service } from '../scenario/scenario.ts';
import { chooseVictims } from '../scenario/selection.ts';
import type { Timing } from '../scenario/timing.ts';
import type { Recorder } from '../timeline/event.ts';
import { headerOf } from '../timeline/header.ts';
import type { World } from '../timeline/world.ts';
import { type Cause, step } from './cause.ts';
import { Environment } from './environment.ts';
import { actionFor } from './fault-action.ts';
import { SimulatedCluster } from './kubernetes/cluster.ts';
import { shownName } from './kubernetes/pod-names.ts';
import { atVersion, KUBERNETES, type Platform, timingOn } from './platform.ts';
import { refusalIn } from './refusal.ts';
import { Client } from './traffic/client.ts';

/** When the Service came further back, and why; in the order of time. */
export type Recovery = { readonly at_ms: number; readonly cause: Cause };

/** What a timeline does not tell of a simulated trial. */
export interface SimulatedTrial {
  readonly recoveries: readonly Recovery[];
  /** Why an act was refused, which ended the faults of the trial; undefined where none was. */
  readonly refusal: string | undefined;
  /** Events of the simulation, for those who ask how fast it is. */
  readonly events: number;
}

/** The faults of one trial. */
interface Course {
  readonly trial: number;
  /** Undo what stands. */
  readonly standing: Set<() => void>;
  refusal: string | undefined;
}

/** The prediction's arm: one trial in virtual time. */
export class SimulatedWorld implements World {
  readonly #scenario: Scenario;
  readonly #service: Service;
  readonly #platform: Platform;
  readonly #timing: Timing;

  constructor(scenario: Scenario, platform: Platform = KUBERNETES) {
    this.#scenario = scenario;
    this.#platform = atVersion(platform, scenario.cluster);
    this.#timing = timingOn(platform, scenario);
    const { load } = scenario;
    const service = scenario.services.find(
      ({ name, namespace }) => name === load.service && namespace === load.namespace,
    );
    if (service === undefined)
      throw new Error(`the scenario has no Service ${load.namespace}/${load.service}`);
    this.#service = service;
  }

  async run(trial: number, recorder: Recorder): Promise<void> {
    this.simulate(trial, recorder);
  }

  /** Runs one trial at once. */
  simulate(trial: number, recorder: Recorder): SimulatedTrial {
    const { seed, load, faults } = this.#scenario;
    recorder.record(headerOf(this.#scenario, { arm: 'sim', trial, where: 'simulator' }));
    const environment = new Environment(seed, trial, this.#platform, this.#timing, recorder);
    const recoveries: Recovery[] = [];
    const cluster = new SimulatedCluster(environment, this.#scenario, this.#service, load.port, (cause) => {
      recoveries.push({ at_ms: environment.now_ms, cause });
    });
    new Client(environment, cluster.network, cluster.faultFilter, load).start();
    const course: Course = { trial, standing: new Set(), refusal: undefined };
    const times_ms = actTimes(this.#scenario, trial);
    for (const [index, fault] of faults.entries()) {
      for (const [repetition, at_ms] of times_ms[index]!.entries()) {
        environment.simulation.at(at_ms, () => this.#act(cluster, fault, index, repetition, course));
      }
    }
    // The last request leaves before the window ends and is over a timeout later at most.
    environment.simulation.runUntil(load.duration_ms + load.timeout_ms);
    return { recoveries, refusal: course.refusal, events: environment.simulation.events };
  }

  #act(cluster: SimulatedCluster, fault: Fault, index: number, repetition: number, course: Course): void {
    if (course.refusal !== undefined) return;
    const { environment } = cluster;
    const action = actionFor(fault);
    const random = stream(this.#scenario.seed, course.trial, `victims/${index}/${repetition}`);
    const candidates = action.candidates?.(cluster, fault) ?? [];
    const victims =
      'mode' in fault
        ? chooseVictims(candidates, fault.mode, fault.value, random)
        : (action.choose?.(cluster, fault, random) ?? []);
    course.refusal = refusalIn(cluster, this.#scenario, fault, victims);
    if (course.refusal !== undefined) {
      environment.record({ type: 'note', at_ms: environment.now_ms, text: `aborted: ${course.refusal}` });
      for (const undoNow of course.standing) undoNow();
      return;
    }
    const claim = cluster.claims.of(fault, victims);
    cluster.claims.add(claim);
    const event = { fault: index, repetition, name: fault.type, targets: victims.map(shownName) };
    environment.record({ type: 'fault-begin', at_ms: environment.now_ms, ...event });
    const before = action.remember?.(cluster, fault, victims);
    action.apply(cluster, fault, victims, step(undefined, 'fault', environment.now_ms), before);
    const end = () => {
      cluster.claims.end(claim);
      environment.record({ type: 'fault-end', at_ms: environment.now_ms, ...event });
    };
    const { undo } = action;
    if (undo === undefined) {
      end();
      return;
    }
    const undoNow = () => {
      course.standing.delete(undoNow);
      undo(cluster, fault, victims, step(undefined, 'fault', environment.now_ms), before);
      end();
    };
    course.standing.add(undoNow);
    const left_ms = this.#scenario.load.duration_ms - environment.now_ms;
    const lasts_ms = ('duration_ms' in fault ? fault.duration_ms : undefined) ?? left_ms;
    if (lasts_ms >= left_ms) {
      // It is undone when the load has ended, which no request sees any more.
      environment.after(left_ms, () => {
        if (course.standing.delete(undoNow)) end();
      });
      return;
    }
    environment.after(lasts_ms, () => {
      if (course.standing.has(undoNow)) undoNow();
    });
  }
}
