import { describe, expect, it } from 'vitest';
import {
  centred,
  convolved,
  cumulative,
  densityAt,
  discretised,
  type Lattice,
  shifted,
} from '../../src/calibrate/lattice.ts';
import { cdf, moments, reach } from '../../src/calibrate/probability.ts';
import type { Distribution } from '../../src/scenario/distribution.ts';
import { draws, exponential, lognormal, normal, uniform } from './draw.ts';

function momentsOf({ first_ms, step_ms, masses }: Lattice) {
  let total = 0;
  let mean_ms = 0;
  let square_ms2 = 0;
  for (const [i, mass] of masses.entries()) {
    const x_ms = first_ms + i * step_ms;
    total += mass;
    mean_ms += mass * x_ms;
    square_ms2 += mass * x_ms ** 2;
  }
  return { total, mean_ms, variance_ms2: square_ms2 - mean_ms ** 2 };
}

const whole = (of: Distribution, step_ms: number) => {
  const { low_ms, high_ms } = reach(of);
  return centred(discretised(of, low_ms, high_ms, step_ms), of);
};

const PARTS: readonly Distribution[] = [
  lognormal(95, 0.3),
  normal(200, 20),
  normal(10, 12),
  uniform(3, 90),
  exponential(50),
  { kind: 'empirical', values_ms: [10, 10, 12, 15, 19, 25, 40] },
];

describe.each(PARTS)('%o', (of) => {
  it('keeps its mass, mean and spread on a lattice', () => {
    const { mean_ms, variance_ms2 } = moments(of);
    const found = momentsOf(whole(of, Math.sqrt(variance_ms2) / 20));
    expect(found.total).toBeCloseTo(1, 4);
    expect(Math.abs(found.mean_ms / mean_ms - 1)).toBeLessThan(0.001);
    // A value that many draws have lies up to half a cell, a fortieth of the sd, beside its point.
    const hasAtoms = of.kind === 'empirical' || cdf(of, 0) > 0.01;
    expect(Math.abs(found.variance_ms2 / variance_ms2 - 1)).toBeLessThan(hasAtoms ? 2 / 40 : 0.01);
  });

  it('adds its moments to those of another', () => {
    const other = lognormal(8, 0.4);
    const found = momentsOf(convolved(whole(of, 1), whole(other, 1)));
    expect(Math.abs(found.mean_ms - moments(of).mean_ms - moments(other).mean_ms)).toBeLessThan(0.1);
    const variance_ms2 = moments(of).variance_ms2 + moments(other).variance_ms2;
    expect(Math.abs(found.variance_ms2 / variance_ms2 - 1)).toBeLessThan(0.02);
  });
});

it('has the distribution of a sum', () => {
  const parts = [lognormal(95, 0.3), exponential(50), uniform(0, 100)] as const;
  const sum = parts.map((part) => whole(part, 1)).reduce(convolved);
  const upTo = cumulative(sum);
  const values = draws(20_000, 1, ...parts);
  for (const x_ms of [100, 150, 200, 250, 400]) {
    const share = values.filter((value) => value <= x_ms).length / values.length;
    expect(Math.abs(upTo(x_ms) - share)).toBeLessThan(0.012);
    const near = values.filter((value) => Math.abs(value - x_ms) <= 5).length / values.length / 10;
    expect(Math.abs(densityAt(sum, x_ms) - near)).toBeLessThan(0.0006);
  }
  expect([upTo(0), densityAt(sum, 0), densityAt(sum, 1e6)]).toEqual([0, 0, 0]);
  expect(upTo(1e6)).toBeCloseTo(1, 4);
});

it('has a density and a mass between its points', () => {
  const lattice = whole(normal(200, 20), 2);
  const upTo = cumulative(lattice);
  for (const x_ms of [160, 171.3, 190, 200, 207.7, 230]) {
    expect(Math.abs(upTo(x_ms) - cdf(normal(200, 20), x_ms))).toBeLessThan(0.001);
  }
  expect(densityAt(shifted(lattice, 50), 250)).toBeCloseTo(densityAt(lattice, 200), 12);
});

it('holds what lies within its bounds and no more', () => {
  const part = discretised(uniform(0, 100), 20, 50, 1);
  expect(momentsOf(part).total).toBeCloseTo(0.3, 9);
  expect(part.masses).toHaveLength(30);
  expect(discretised(normal(0, 10), 0, 50, 1).masses[0]).toBeGreaterThan(0.5);
});
