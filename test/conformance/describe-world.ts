/** What every world must show of a killed pod, virtual or real: one suite over the timelines of all of them. */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { type TimelineEvent, tee } from '../../src/timeline/event.ts';
import type { Observation } from '../../src/timeline/observation.ts';
import { Score } from '../../src/timeline/score.ts';
import type { World } from '../../src/timeline/world.ts';
import { inLanes } from '../support/lanes.ts';

type EventType = TimelineEvent['type'];
/** The events that may have this type; one interface may have several. */
type EventOf<T extends EventType, E = TimelineEvent> = E extends { readonly type: infer U }
  ? T extends U
    ? E
    : never
  : never;

/** Deletion to endpoint, and endpoint to proxy: half of the requests fail for at most so long. */
const FAILOVER_MAX_S = 2;
/** On a busy machine the sender may lag, which makes a trial invalid; then there is another. */
const TRIALS_MAX = 4;
/** Of the scenarios' applications, from exec to listening, at least. */
const START_TIME_MIN_S = 1.01;

const FILES = ['one', 'two'] as const;
const scenarioOf = (file: string): Scenario =>
  loadScenario(fileURLToPath(new URL(`scenarios/${file}.yaml`, import.meta.url)));

/** What was recorded of the last trial. */
interface Recorded {
  readonly events: readonly TimelineEvent[];
  readonly observation: Observation | undefined;
}

async function recorded(world: World): Promise<Recorded> {
  const events: TimelineEvent[] = [];
  let observation: Observation | undefined;
  for (let trial = 0; trial < TRIALS_MAX && !observation?.valid; trial += 1) {
    const score = new Score();
    events.length = 0;
    await world.run(trial, tee({ record: (event) => void events.push(event) }, score));
    observation = score.observation();
  }
  return { events, observation };
}

/**
 * @param at_a_time how many of the scenarios are tried at the same time
 * @param run gives a world for a scenario to `use`, and puts away what it made for it
 */
export function describeWorld(
  name: string,
  at_a_time: number,
  run: (scenario: Scenario, use: (world: World) => Promise<void>) => Promise<void>,
): void {
  describe(name, () => {
    let begun: ReadonlyMap<string, Promise<Recorded | undefined>>;

    beforeAll(() => {
      begun = inLanes(FILES, at_a_time, async (file) => {
        let seen: Recorded | undefined;
        await run(scenarioOf(file), async (world) => {
          seen = await recorded(world);
        });
        return seen;
      });
    });

    describe.each(FILES)('scenario "%s"', (file) => describeScenario(file, () => begun.get(file)!));
  });
}

function describeScenario(file: (typeof FILES)[number], seen: () => Promise<Recorded | undefined>): void {
  const scenario = scenarioOf(file);
  let events: readonly TimelineEvent[] = [];
  let observation: Observation | undefined;

  const all = <T extends EventType>(type: T) => events.filter((event) => event.type === type) as EventOf<T>[];
  const fault = () => all('fault-begin')[0]!;
  const victim = () => fault().targets[0]!;

  beforeAll(async () => {
    ({ events, observation } = (await seen())!);
  }, 240_000);

  it('begins its timeline with the only header', () => {
    expect(events[0]?.type).toBe('header');
    expect(all('header')).toHaveLength(1);
    expect(observation?.invalid_because).toEqual([]);
  });

  it('has exactly one outcome for each request of the schedule', () => {
    const { rate_per_s, duration_ms } = scenario.load;
    const times = all('request').map(({ at_ms }) => at_ms);
    const scheduled = Array.from(
      { length: (rate_per_s * duration_ms) / 1000 },
      (_, k) => (k * 1000) / rate_per_s,
    );
    expect(times.sort((a, b) => a - b)).toEqual(scheduled);
    expect(Object.values(observation!.outcomes).reduce((sum, count) => sum + count, 0)).toBe(
      scheduled.length,
    );
  });

  it('acts once, on one of its pods, when the scenario says', () => {
    expect(all('fault-begin')).toHaveLength(1);
    expect(all('fault-end')).toMatchObject([{ fault: 0, repetition: 0, targets: fault().targets }]);
    expect(fault().targets).toHaveLength(1);
    expect(fault().at_ms).toBeGreaterThanOrEqual(1000);
    expect(fault().at_ms).toBeLessThan(1100);
  });

  it('answers every request before the fault', () => {
    const before = all('request').filter(({ at_ms }) => at_ms < 900);
    expect(before.every(({ outcome }) => outcome === 'ok')).toBe(true);
  });

  it('shows the victim gone, and another pod that becomes ready in its place', () => {
    const gone = all('pod').find(({ pod, gone }) => pod === victim() && gone);
    expect(gone?.at_ms).toBeGreaterThanOrEqual(fault().at_ms);
    expect(gone?.at_ms).toBeLessThan(fault().at_ms + 500);
    const before = new Set(
      all('pod')
        .filter(({ at_ms }) => at_ms < fault().at_ms)
        .map(({ pod }) => pod),
    );
    expect(before.size).toBe(scenario.workloads[0]!.replicas);
    const successor = all('pod').find(({ pod, ready }) => !before.has(pod) && ready);
    expect(successor?.at_ms).toBeGreaterThanOrEqual(fault().at_ms + START_TIME_MIN_S * 1000);
  });

  it('shows the endpoints without the victim, and whole again at the end', () => {
    const after = all('endpoints').filter(({ at_ms }) => at_ms >= fault().at_ms);
    expect(after.find(({ ready }) => !ready.includes(victim()))?.at_ms).toBeLessThan(fault().at_ms + 500);
    expect(after.at(-1)?.ready).toHaveLength(scenario.workloads[0]!.replicas);
    expect(after.at(-1)?.ready).not.toContain(victim());
  });

  if (file === 'one') {
    it('is down for at least as long as the application takes to start, and then up again', () => {
      expect(observation?.downtime_s).toBeGreaterThanOrEqual(START_TIME_MIN_S - 0.1);
      expect(observation?.outages.at(-1)?.end_ms).toBeLessThan(scenario.load.duration_ms);
    });
  } else {
    it('loses no more than the dead half until the Service has let go of it', () => {
      const { scheduled, outcomes } = observation!;
      const failed = scheduled - outcomes.ok;
      expect(failed).toBeLessThanOrEqual((scenario.load.rate_per_s / 2) * FAILOVER_MAX_S);
      expect(observation?.availability_requests).toBeGreaterThan(0.85);
    });
  }
}
