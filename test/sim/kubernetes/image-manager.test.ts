import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { Environment } from '../../../src/sim/environment.ts';
import { ImageManager } from '../../../src/sim/kubernetes/image-manager.ts';
import { Registry } from '../../../src/sim/kubernetes/registry.ts';
import { KUBERNETES } from '../../../src/sim/platform.ts';
import { INSTANT } from './environment.ts';

const REGISTRY = {
  images: {
    big: { size_bytes: 5_000_000, present_on: 'none' },
    small: { size_bytes: 1_000_000, present_on: 'none' },
    there: { size_bytes: 1_000_000, present_on: 'all' },
  },
  bytes_per_s: 1_000_000,
} as const;

/** A node's image manager whose registry takes 100 ms to answer; `asked` notes when what was asked for came out how. */
function lab() {
  const timing = { ...INSTANT, image_check: constant(100), image_pull_error: constant(10) };
  const environment = new Environment('1', 0, KUBERNETES, timing, { record: () => {} });
  const registry = new Registry(REGISTRY);
  const images = new ImageManager(environment, registry.node());
  const log: [number, string, boolean][] = [];
  const ask = (
    image: string,
    image_pull_policy: 'Always' | 'IfNotPresent' | 'Never' = 'IfNotPresent',
    pod = 'a',
  ) =>
    images.ensure(pod, { image, image_pull_policy }, (isThere) =>
      log.push([environment.now_ms, image, isThere]),
    );
  return {
    environment,
    registry,
    images,
    log,
    ask,
    run: (ms: number) => environment.simulation.runUntil(ms),
  };
}

describe('ImageManager', () => {
  it('needs nothing for an image that is there, but for Always, which asks the registry', () => {
    const { log, ask, run } = lab();
    ask('there');
    ask('there', 'Never');
    ask('there', 'Always');
    run(10_000);
    expect(log).toEqual([
      [0, 'there', true],
      [0, 'there', true],
      [100, 'there', true],
    ]);
  });

  it('pulls an image that is not there, at the rate of the registry, and has it from then on', () => {
    const { log, ask, run, images } = lab();
    ask('big');
    run(5000);
    expect(images.has('big')).toBe(false);
    run(6000);
    ask('big');
    expect(log).toEqual([
      [5100, 'big', true],
      [6000, 'big', true],
    ]);
  });

  it('never pulls where the policy is Never', () => {
    const { log, ask, run } = lab();
    ask('big', 'Never');
    run(10_000);
    expect(log).toEqual([[0, 'big', false]]);
  });

  it('pulls one image after the other, checks of images that are there included', () => {
    const { log, ask, run } = lab();
    ask('big');
    ask('there', 'Always', 'b');
    ask('small', 'IfNotPresent', 'c');
    run(20_000);
    expect(log).toEqual([
      [5100, 'big', true],
      [5200, 'there', true],
      [6300, 'small', true],
    ]);
  });

  it('asks again for an image that another pod has pulled while it waited, and fetches it once', () => {
    const { log, ask, run } = lab();
    ask('big', 'IfNotPresent', 'a');
    ask('big', 'IfNotPresent', 'b');
    run(20_000);
    expect(log.map(([at_ms]) => at_ms)).toEqual([5100, 5200]);
  });

  it('fails while the registry is away, even where the image is there and the policy Always', () => {
    const { log, ask, run, registry } = lab();
    registry.cut('outage');
    ask('there', 'Always');
    ask('there', 'IfNotPresent');
    run(100);
    registry.mend('outage');
    ask('there', 'Always', 'b');
    run(1000);
    expect(log).toEqual([
      [0, 'there', true],
      [10, 'there', false],
      [200, 'there', true],
    ]);
  });

  it('breaks off what is being pulled when the registry goes, and leaves nothing of it', () => {
    const { log, ask, run, registry, environment, images } = lab();
    environment.simulation.at(2000, () => registry.cut('outage'));
    ask('big');
    run(10_000);
    expect(log).toEqual([[2000, 'big', false]]);
    expect(images.has('big')).toBe(false);
  });

  it('does not ask again before ten seconds are over after a failure, then twenty, for this pod and image alone', () => {
    const { log, ask, run } = lab();
    const bad = 'foreshock.invalid/none:none';
    ask(bad);
    run(9000);
    ask(bad);
    ask(bad, 'IfNotPresent', 'other');
    ask('small');
    run(10_500);
    ask(bad);
    run(30_000);
    ask(bad);
    run(31_000);
    ask(bad);
    run(32_000);
    expect(log).toEqual([
      [10, bad, false],
      // Backed off: at once.
      [9000, bad, false],
      [9010, bad, false],
      [10_110, 'small', true],
      [10_510, bad, false],
      [30_000, bad, false],
      [31_010, bad, false],
    ]);
  });
});
