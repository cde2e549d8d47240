import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { step } from '../../../src/sim/cause.ts';
import { Environment } from '../../../src/sim/environment.ts';
import { Pleg, type Relisted } from '../../../src/sim/kubernetes/pleg.ts';
import { KUBERNETES } from '../../../src/sim/platform.ts';
import { INSTANT } from './environment.ts';

const RELIST_MS = 100;

/** A PLEG whose looks take a tenth of a second, and one pod that may have changed at moments. */
function lab(changed_ms: readonly number[] = []) {
  const timing = { ...INSTANT, kubelet_pleg_relist: constant(RELIST_MS) };
  const environment = new Environment('1', 0, KUBERNETES, timing, { record: () => {} });
  const told: number[] = [];
  const looks: { begin_ms: number; end_ms: number }[] = [];
  const left = [...changed_ms];
  const pod = {
    cached_at_ms: Number.NEGATIVE_INFINITY,
    relist(listed_at_ms: number) {
      looks.push({ begin_ms: listed_at_ms, end_ms: environment.now_ms });
      if (left[0] === undefined || left[0] > listed_at_ms) return undefined;
      left.shift();
      pod.cached_at_ms = environment.now_ms;
      return step(undefined, 'test', environment.now_ms);
    },
    changed: () => void told.push(environment.now_ms),
  } satisfies Relisted;
  const pleg = new Pleg(environment, '0', () => [pod]);
  return { environment, pleg, pod, looks, told, run: (ms: number) => environment.simulation.runUntil(ms) };
}

describe('Pleg', () => {
  it('begins a look a second after the end of the last, the first within a second', () => {
    const { looks, run } = lab();
    run(10_000);
    expect(looks[0]!.begin_ms).toBeLessThan(1000);
    for (const [index, { begin_ms, end_ms }] of looks.entries()) {
      expect(end_ms - begin_ms).toBeCloseTo(RELIST_MS, 6);
      if (index > 0) expect(begin_ms - looks[index - 1]!.end_ms).toBeCloseTo(1000, 6);
    }
  });

  it('misses what changes after a look has begun, until the next', () => {
    const first = lab();
    first.run(3000);
    const { begin_ms, end_ms } = first.looks[1]!;
    const before = lab([begin_ms - 1]);
    before.run(5000);
    expect(before.told).toEqual([end_ms]);
    const during = lab([begin_ms + 1]);
    during.run(5000);
    expect(during.told[0]).toBeCloseTo(end_ms + 1000 + RELIST_MS, 6);
  });

  it('lets a sync go on once a look has ended that began after the sync before', () => {
    const { environment, pleg, pod, looks, run } = lab();
    const wentOn: number[] = [];
    run(3000);
    const { begin_ms, end_ms } = looks.at(-1)!;
    const next_ms = end_ms + 1000 + RELIST_MS;
    // One that ended before the look began may go on at once; one that ended during the look waits for the next.
    pleg.whenNewer(pod, begin_ms - 1, () => wentOn.push(environment.now_ms));
    pleg.whenNewer(pod, begin_ms + 1, () => wentOn.push(environment.now_ms));
    run(6000);
    expect(wentOn).toEqual([3000, next_ms]);
  });

  it('lets a sync go on as well where the look found the pod changed: that is as new as its inspection', () => {
    const first = lab();
    first.run(3000);
    const { begin_ms, end_ms } = first.looks[1]!;
    const { environment, pleg, pod, run } = lab([begin_ms - 1]);
    const wentOn: number[] = [];
    environment.simulation.at(begin_ms + 50, () => {
      pleg.whenNewer(pod, begin_ms + 50, () => wentOn.push(environment.now_ms));
    });
    run(6000);
    expect(wentOn).toEqual([end_ms]);
  });

  it('looks at one pod when it is asked to, at once and without putting off the next look at all', () => {
    const first = lab();
    first.run(3000);
    const { end_ms } = first.looks[1]!;
    const asked_ms = end_ms + 300;
    const { environment, pleg, pod, looks, told, run } = lab([asked_ms]);
    const wentOn: number[] = [];
    environment.simulation.at(asked_ms, () => {
      pleg.lookAt(pod);
      pleg.whenNewer(pod, asked_ms, () => wentOn.push(environment.now_ms));
    });
    run(6000);
    expect(told).toEqual([asked_ms + RELIST_MS]);
    expect(wentOn).toEqual(told);
    expect(looks[3]!.begin_ms).toBeCloseTo(end_ms + 1000, 6);
  });

  it('does one look at a time: one that is asked for during another follows, a look at all that falls due first', () => {
    const first = lab();
    first.run(3000);
    const [, { begin_ms, end_ms }] = first.looks as [unknown, { begin_ms: number; end_ms: number }];
    const { environment, pleg, pod, looks, told, run } = lab([begin_ms + 50]);
    environment.simulation.at(begin_ms + 50, () => pleg.lookAt(pod));
    // The second of these is asked for before the look at all that both keep waiting, which sees to it.
    for (const after_ms of [950, 960]) environment.simulation.at(end_ms + after_ms, () => pleg.lookAt(pod));
    run(end_ms + 1900);
    expect(told).toEqual([end_ms + RELIST_MS]);
    const begins_ms = looks.slice(2).map((look) => Math.round(look.begin_ms - end_ms));
    expect(begins_ms).toEqual([0, 950, 1050]);
  });
});
