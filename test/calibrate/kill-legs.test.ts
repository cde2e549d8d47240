import { describe, expect, test } from 'vitest';
import { legsOfKill } from '../../src/calibrate/kill-legs.ts';
import type { Kill } from '../../src/calibrate/observation.ts';
import { syntheticKill } from './synthetic-kill.ts';

const AHEAD_MS = 1_795_000_000_000;
const READING = { container: 'web', clocks: new Map([['node-1', -AHEAD_MS]]), proxy_pause_ms: 1000 };

const kill = syntheticKill(0, { ahead_ms: AHEAD_MS });
const legs = (changes: Partial<Kill> = {}) => legsOfKill({ ...kill, ...changes }, READING);

test('every stretch of an undisturbed kill is timed', () => {
  const { legs: all, late } = legs();
  expect(Object.keys(all).sort()).toEqual([
    'assigned_to_sandbox',
    'connect',
    'created_to_assigned',
    'deletion_to_created',
    'deletion_to_refused',
    'deletion_to_slice',
    'pulled_to_started',
    'pulling_to_pulled',
    'ready_to_slice',
    'refused_to_silent',
    'request_fresh',
    'request_kept',
    'slice_to_answer',
    'started_to_listening',
    'stored_to_seen',
    'write_to_stored',
  ]);
  expect(late).toBe(0);
});

describe('an observer that was kept from looking', () => {
  const assigned_ms = kill.pods.find(({ node }) => node !== undefined)!.at_ms;

  test('knows durations whose end it saw late within bounds, and counts them', () => {
    const stalls = [{ begin_ms: assigned_ms - 20, end_ms: assigned_ms - 0.5 }];
    const { legs: some, late } = legs({ stalls });
    const [undisturbed] = legs().legs.created_to_assigned!;
    const [found] = some.created_to_assigned!;
    expect(found!.high_ms).toBeCloseTo(undisturbed!.high_ms, 5);
    expect(found!.low_ms).toBeCloseTo(undisturbed!.low_ms - 20, 5);
    expect(late).toBeGreaterThanOrEqual(1);
  });

  test('knows next to nothing of what began and ended while it could not look', () => {
    const stalls = [{ begin_ms: assigned_ms - 80, end_ms: assigned_ms - 0.5 }];
    expect(legs({ stalls }).legs.created_to_assigned).toEqual([{ low_ms: 0, high_ms: 80 }]);
  });

  test('takes the middle where that is good enough for the duration', () => {
    const stalls = [{ begin_ms: assigned_ms - 20, end_ms: assigned_ms }];
    const { legs: some } = legs({ stalls });
    const [undisturbed] = legs().legs.assigned_to_sandbox!;
    expect(some.assigned_to_sandbox![0]!.low_ms).toBeCloseTo(undisturbed!.low_ms + 10, 5);
    const [short] = some.created_to_assigned!;
    expect(short!.high_ms - short!.low_ms).toBeGreaterThan(10);
  });

  test('does not count a write that a stall made long', () => {
    const { sent_ms } = kill.echoes[3]!;
    const stalls = [{ begin_ms: sent_ms + 1, end_ms: sent_ms + 5 }];
    expect(legs({ stalls }).legs.write_to_stored).toHaveLength(9);
  });
});

test('a slice that changed within the pause of the proxy tells nothing of a sync', () => {
  const { at_ms } = kill.slices.at(-1)!;
  const before = kill.slices.filter(({ at_ms: seen_ms }) => seen_ms < at_ms);
  const slices = [...before, { at_ms: at_ms - 700, ready: [] }, kill.slices.at(-1)!];
  expect(legs().legs.slice_to_answer).toHaveLength(1);
  expect(legs({ slices }).legs.slice_to_answer).toBeUndefined();
});

describe('with another endpoint', () => {
  const pair = syntheticKill(0, { ahead_ms: AHEAD_MS, others: ['web-other'] });
  const gone = (past_victim: Kill['past_victim']) =>
    legsOfKill({ ...pair, past_victim }, READING).legs.slice_to_gone;
  const without_ms = pair.slices.find(({ ready }) => !ready.includes(pair.victim))!.at_ms;
  const last = pair.past_victim.findLastIndex(({ outcome }) => outcome === 'refused');

  test('the rules changed soon after the last connection that went to the victim', () => {
    const [found] = gone(pair.past_victim)!;
    const after_ms = found!.low_ms + without_ms - pair.past_victim[last]!.at_ms;
    expect(after_ms).toBeGreaterThan(0);
    expect(after_ms).toBeLessThanOrEqual(2);
  });

  test('too few connections after it tell nothing', () => {
    expect(gone(pair.past_victim.slice(0, last + 30))).toBeUndefined();
  });

  test('where none failed, the victim closed its port about when the rules changed, or later', () => {
    const refused_ms = pair.to_victim.find(({ outcome }) => outcome === 'refused')!.at_ms;
    const [found] = gone(pair.past_victim.map((each) => ({ ...each, outcome: 'accepted' })))!;
    expect(found!.low_ms).toBe(0);
    expect(found!.high_ms).toBeCloseTo(Math.max(0, refused_ms + 5 - without_ms), -0.5);
  });
});

test('a lost packet is no silence', () => {
  const cut = kill.to_victim.findLastIndex(({ outcome }) => outcome === 'refused') + 5;
  const to_victim = [...kill.to_victim.slice(0, cut)];
  expect(legs({ to_victim }).legs.refused_to_silent).toBeUndefined();
  expect(legs({ to_victim }).legs.deletion_to_refused).toHaveLength(1);
});

test('a start before the address was known lies between the start and the first answer', () => {
  const first = kill.to_replacement.find(({ outcome }) => outcome === 'accepted')!;
  const [found] = legs({ to_replacement: [first] }).legs.started_to_listening!;
  expect(found!.low_ms).toBe(0);
  expect(found!.high_ms).toBeGreaterThan(legs().legs.started_to_listening![0]!.high_ms);
});

test('events of a sidecar are not taken for those of the container that serves', () => {
  const sidecar = kill.events.map((event) => ({
    ...event,
    container: 'proxy',
    stamped_ms: event.stamped_ms + 9,
  }));
  expect(legs({ events: [...sidecar, ...kill.events] }).legs).toEqual(legs().legs);
});

test('without the clock of a node its events tell nothing', () => {
  const { legs: some } = legsOfKill(kill, { ...READING, clocks: new Map() });
  expect(some.pulled_to_started).toBeUndefined();
  expect(some.assigned_to_sandbox).toBeUndefined();
});

test('a pod that never comes back leaves only its stop', () => {
  const pods = kill.pods.filter(({ pod }) => pod === kill.victim);
  expect(Object.keys(legs({ pods, echoes: [], steady: [] }).legs)).toEqual([
    'deletion_to_refused',
    'refused_to_silent',
    'deletion_to_slice',
  ]);
});
