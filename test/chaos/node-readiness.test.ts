import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ClusterNode, ClusterReader } from '../../src/chaos/cluster/cluster.ts';
import { NodeReadiness } from '../../src/chaos/node-readiness.ts';
import type { Fault } from '../../src/scenario/scenario.ts';
import type { TimelineEvent } from '../../src/timeline/event.ts';
import { lasting, shortScenario } from './scenario.ts';
import { time } from './virtual-time.ts';

vi.mock('../../src/chaos/sleep.ts', () => ({
  sleep: (duration_ms: number, signal?: AbortSignal) => time.sleep(duration_ms, signal),
}));
beforeEach(() => time.reset());

const BEGIN_MS = 1000;

/** A node-loss of node-2, whose condition is no longer Ready from a time on. */
async function watched(options: {
  readonly lasts_ms: number;
  readonly unready_ms?: number;
  readonly isAnswered?: boolean;
  readonly faults?: readonly Fault[];
}) {
  const {
    lasts_ms,
    unready_ms = Number.POSITIVE_INFINITY,
    isAnswered = true,
    faults = [lasting('node-loss')],
  } = options;
  const events: TimelineEvent[] = [];
  const nodes = async () => {
    if (!isAnswered) throw new Error('no answer');
    return [{ name: 'node-2', ready: time.now_ms < unready_ms } as ClusterNode];
  };
  const trial = {
    scenario: shortScenario(faults),
    cluster: { nodes } as unknown as ClusterReader,
    recorder: { record: (event: TimelineEvent) => void events.push(event) },
  };
  const watch = new NodeReadiness(trial, () => time.now_ms, new AbortController().signal);
  const fault = { fault: 0, repetition: 0, name: 'node-loss', targets: ['node-2'] };
  await time.until(time.sleep(BEGIN_MS));
  watch.record({ type: 'fault-begin', at_ms: BEGIN_MS, ...fault });
  await time.until(time.sleep(lasts_ms));
  watch.record({ type: 'fault-end', at_ms: BEGIN_MS + lasts_ms, ...fault });
  return { notes: events, without: watch.withoutEffect() };
}

describe('a node that is said to be lost', () => {
  test('was, where its Ready condition shows it, and the timeline says when', async () => {
    const { notes, without } = await watched({ lasts_ms: 120_000, unready_ms: 44_000 });
    expect(without).toEqual([]);
    expect(notes).toEqual([
      { type: 'note', at_ms: 45_000, text: 'node-loss: node-2 was seen not Ready 44 s after it began' },
    ]);
  });

  test('was not, where it is Ready after Kubernetes must have found out', async () => {
    const { notes, without } = await watched({ lasts_ms: 72_000 });
    expect(notes).toEqual([]);
    expect(without).toEqual([
      {
        ...{ type: 'no-effect', at_ms: 73_000, fault: 0, repetition: 0, name: 'node-loss' },
        because: 'node-2 was Ready for all of its 72.0 s',
      },
    ]);
  });

  test.each<[string, Parameters<typeof watched>[0]]>([
    ['for less than Kubernetes takes', { lasts_ms: 69_000 }],
    ['as far as anybody knows, for the API server does not answer', { lasts_ms: 120_000, isAnswered: false }],
    [
      'while nobody looks after nodes',
      {
        lasts_ms: 120_000,
        faults: [lasting('node-loss'), lasting('control-plane-outage', { component: 'controller-manager' })],
      },
    ],
  ])('may have been, where it is Ready %s', async (_, options) => {
    expect((await watched(options)).without).toEqual([]);
  });
});

test('other faults are not looked at', () => {
  const trial = {
    scenario: shortScenario([lasting('scale')]),
    cluster: {} as ClusterReader,
    recorder: { record: () => {} },
  };
  const watch = new NodeReadiness(trial, () => 0, new AbortController().signal);
  const fault = { fault: 0, repetition: 0, name: 'scale', targets: [] };
  watch.record({ type: 'fault-begin', at_ms: 0, ...fault });
  watch.record({ type: 'fault-end', at_ms: 200_000, ...fault });
  expect(watch.withoutEffect()).toEqual([]);
});
