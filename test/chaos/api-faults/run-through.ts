/** One short run of the real runner, its client included, by way of a server that does harm; and what must hold of any. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Transport } from '../../../src/chaos/cluster/cluster.ts';
import { connectKubernetes } from '../../../src/chaos/cluster/kubernetes.ts';
import { measure } from '../../../src/chaos/measure.ts';
import { openJournal } from '../../../src/chaos/safety/journal.ts';
import { leftBy } from '../../../src/chaos/safety/left.ts';
import { EXIT, UserError } from '../../../src/scenario/errors.ts';
import { stream } from '../../../src/scenario/random.ts';
import { SAFETY_DEFAULT } from '../../../src/scenario/safety.ts';
import type { FaultType, Load, Scenario } from '../../../src/scenario/scenario.ts';
import { schedule } from '../../../src/scenario/schedule.ts';
import type { TimelineEvent } from '../../../src/timeline/event.ts';
import { kubeconfigFor } from '../cluster/kubernetes/fake-api-server.ts';
import { ofType } from '../run.ts';
import { lasting, podKill, shortScenario } from '../scenario.ts';
import { FaultyServer, type Plan } from './faulty-server.ts';

/** A second is 40 ms here: 30 s away are 1.2 s. */
export const SECOND_MS = 40;

/** Many runs share a process: no request is late for that. */
const LATE_MS = 10_000;

export interface Ended {
  readonly scenario: Scenario;
  readonly server: FaultyServer;
  /** Of the cluster, before the run. */
  readonly before: unknown;
  readonly error: unknown;
  readonly notes: readonly string[];
  readonly events: readonly TimelineEvent[];
  /** As it stands in the file. */
  readonly journal: string;
}

export interface Through {
  readonly fault: FaultType;
  readonly plan?: readonly Plan[];
  readonly load?: Partial<Load>;
  readonly lost_connection_ms?: number;
  /** Of each call. */
  readonly patience_ms?: number;
  /** Of the undoing, the removing and the Leases. */
  readonly undo_patience_ms?: number;
  readonly awayAt?: FaultyServer['awayAt'];
  readonly harmAt?: FaultyServer['harmAt'];
  /** How long the fault lasts. */
  readonly duration_ms?: number;
  /** Aborts the run. */
  readonly signal?: AbortSignal;
}

const transport: Transport = {
  route: 'in memory',
  entry_node: 'node-1',
  send: async () => ({ outcome: 'answered', status: 200 }),
  close: async () => {},
};

export function scenarioOf({
  fault,
  load,
  lost_connection_ms = 60_000,
  duration_ms = 150,
}: Through): Scenario {
  const short = shortScenario([fault === 'pod-kill' ? podKill() : lasting(fault, { duration_ms })]);
  return {
    ...short,
    load: {
      ...short.load,
      ...{ rate_per_s: 20, timeout_ms: LATE_MS, latency_limit_ms: LATE_MS, source_ports: 'kernel' },
      ...load,
    },
    safety: { ...SAFETY_DEFAULT, abort: { ...SAFETY_DEFAULT.abort, lost_connection_ms } },
  };
}

export async function runThrough(through: Through): Promise<Ended> {
  const scenario = scenarioOf(through);
  const server = await new FaultyServer(scenario, through.plan).open();
  if (through.awayAt !== undefined) server.awayAt = through.awayAt;
  if (through.harmAt !== undefined) server.harmAt = through.harmAt;
  const before = server.state.content;
  const folder = mkdtempSync(join(tmpdir(), 'foreshock-api-'));
  const kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, kubeconfigFor(server.url));
  const file = join(folder, 'journal.jsonl');
  const journal = await openJournal(file);
  const events: TimelineEvent[] = [];
  const cluster = Object.assign(
    connectKubernetes({ kubeconfig, patience_ms: through.patience_ms ?? 60 * SECOND_MS }),
    {
      transport: async () => transport,
    },
  );
  let error: unknown;
  let notes: readonly string[] = [];
  try {
    const measured = await measure(scenario, cluster, {
      ...{ journal, trials: 1, wander_ms: 0 },
      ...{ steady_deadline_ms: 20_000, aborted_deadline_ms: 20_000 },
      undo_patience_ms: through.undo_patience_ms ?? 60 * SECOND_MS,
      ...(through.signal === undefined ? {} : { signal: through.signal }),
      recorder: () => ({ record: (event) => void events.push(event) }),
    });
    notes = measured.notes;
  } catch (thrown) {
    error = thrown;
  } finally {
    await journal.close();
    await server.close();
  }
  const text = readFileSync(file, 'utf8');
  rmSync(folder, { recursive: true });
  return { scenario, server, before, error, notes, events, journal: text };
}

const DOCUMENTED: readonly number[] = Object.values(EXIT).filter((code) => code !== EXIT.internal);

/** Of every run, whatever its server did. */
export function expectInOrder(
  { scenario, server, before, error, events, journal }: Ended,
  what: string,
): void {
  // Anything else is shown with a stack trace.
  if (error !== undefined) expect(error, `${what}: ${(error as Error).stack}`).toBeInstanceOf(UserError);
  if (error instanceof UserError) expect(DOCUMENTED, what).toContain(error.exitCode);
  expect(error, `${what}: ${(error as Error | undefined)?.message}`).not.toMatchObject({
    exitCode: EXIT.notRestored,
  });

  expect(server.state.content, what).toEqual(before);
  // One victim, and never its replacement.
  expect(server.state.podsGone, what).toBeLessThanOrEqual(1);

  expectJournal(journal, what);
  expectTimeline(scenario, events, what);
}

function expectJournal(text: string, what: string): void {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id?: string; act?: string; outcome?: string });
  const intents = lines.flatMap(({ id, act }) => (act === undefined ? [] : [id]));
  const outcomes = lines.flatMap(({ id, outcome }) => (outcome === undefined ? [] : [id]));
  expect(new Set(outcomes), what).toEqual(new Set(intents));
  const { faults, objects } = leftBy(text, { kind: 'kubernetes', uid: undefined, server: '' });
  const { elsewhere } = leftBy(text, { kind: 'embedded', uid: undefined });
  expect([faults, objects, elsewhere], what).toEqual([[], [], []]);
}

function expectTimeline({ load, seed }: Scenario, events: readonly TimelineEvent[], what: string): void {
  const requests = ofType(events, 'request');
  const times_ms = [...schedule(load, stream(seed, 0, 'arrivals'))];
  // A run that ends before its load has begun has sent nothing, and promised nothing.
  if (requests.length > 0) {
    expect(
      requests.map(({ at_ms }) => at_ms).toSorted((a, b) => a - b),
      what,
    ).toEqual(times_ms);
  }
  expect(ofType(events, 'fault-end').length, what).toBe(ofType(events, 'fault-begin').length);
  const gone = new Map<string, boolean>();
  for (const pod of ofType(events, 'pod')) {
    if (pod.gone) expect(gone.get(pod.pod), `${what}: ${pod.pod} goes once`).toBe(false);
    gone.set(pod.pod, pod.gone);
  }
}

/** So many at once: each mostly waits. */
const LANES = 32;

export async function inLanes<T>(all: readonly T[], work: (each: T) => Promise<void>): Promise<void> {
  const next = all.values();
  const lanes = Array.from({ length: LANES }, async () => {
    for (const each of next) await work(each);
  });
  await Promise.all(lanes);
}
