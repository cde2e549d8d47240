import fc from 'fast-check';
import { expect, it } from 'vitest';
import { distributionSyntax, writable } from '../../src/calibrate/writable.ts';
import { type Distribution, erlang, hyperexponential, weibull } from '../../src/scenario/distribution.ts';
import { distribution as schema } from '../../src/scenario/schema/distribution.ts';
import { exponential, lognormal, normal, uniform } from './draw.ts';

const duration = fc.double({ min: 0, max: 1e9, noNaN: true });

const any: fc.Arbitrary<Distribution> = fc.oneof(
  duration.map((value_ms) => ({ kind: 'constant' as const, value_ms })),
  fc.tuple(duration, duration).map(([a, b]) => uniform(Math.min(a, b), Math.max(a, b))),
  fc.tuple(duration, duration).map(([mean_ms, sd_ms]) => normal(mean_ms, sd_ms)),
  fc
    .tuple(duration, fc.double({ min: 0, max: 5, noNaN: true }))
    .map(([median, sigma]) => lognormal(median, sigma)),
  duration.map(exponential),
  fc
    .tuple(duration, fc.double({ min: 0.1, max: 100, noNaN: true }))
    .map(([scale, shape]) => weibull(scale, shape)),
  fc.tuple(duration, fc.integer({ min: 1, max: 100 })).map(([mean, phases]) => erlang(mean, phases)),
  fc.tuple(duration, duration).map(([some, other]) =>
    hyperexponential([
      { weight: 0.25, mean_ms: some },
      { weight: 0.75, mean_ms: other },
    ]),
  ),
  fc
    .array(duration, { minLength: 1, maxLength: 20 })
    .map((values_ms) => ({ kind: 'empirical' as const, values_ms })),
);

it('is what a scenario reads from what is written, whatever the distribution', () => {
  fc.assert(
    fc.property(any, (distribution) => {
      expect(schema.parse(distributionSyntax(distribution))).toEqual(writable(distribution));
      expect(writable(writable(distribution))).toEqual(writable(distribution));
    }),
  );
});

it('loses less than a microsecond', () => {
  fc.assert(
    fc.property(duration, duration, (mean_ms, sd_ms) => {
      const held = writable(normal(mean_ms, sd_ms)) as ReturnType<typeof normal>;
      expect(Math.abs(held.mean_ms - mean_ms)).toBeLessThan(0.00051);
      expect(Math.abs(held.sd_ms - sd_ms)).toBeLessThan(0.00051);
    }),
  );
});

it('writes durations as people do', () => {
  expect(distributionSyntax(lognormal(95.2341, 0.312345))).toEqual({
    lognormal: { median: '95.234ms', sigma: 0.3123 },
  });
  expect(distributionSyntax(uniform(3, 1500))).toEqual({ uniform: { min: '3ms', max: '1.5s' } });
  expect(distributionSyntax({ kind: 'constant', value_ms: 0.4 })).toBe('0.4ms');
  expect(distributionSyntax({ kind: 'empirical', values_ms: [1, 2000] })).toEqual({
    empirical: ['1ms', '2s'],
  });
  // A scenario takes no mean of nothing.
  expect(distributionSyntax(exponential(1e-9))).toEqual({ exponential: { mean: '0.001ms' } });
});
