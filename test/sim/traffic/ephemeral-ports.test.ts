import { expect, it } from 'vitest';
import { EphemeralPorts } from '../../../src/sim/traffic/ephemeral-ports.ts';
import { environment } from '../kubernetes/environment.ts';

const PORTS = 14_116;

/** Steps from each port to the next, at 100 connections a second. */
function steps(seconds: number, trial = 0): number[] {
  const { environment: env } = environment('1', trial);
  const ports = new EphemeralPorts(env);
  const taken: number[] = [];
  for (let index = 0; index < seconds * 100; index += 1) {
    env.simulation.at(index * 10, () => taken.push(ports.next()));
  }
  env.simulation.runUntil(seconds * 1000);
  return taken.slice(1).map((port, index) => (port - taken[index]! + PORTS) % PORTS);
}

it('walks on by one to eight ports, as much by one as by another', () => {
  const walked = steps(100).filter((step) => step <= 8);
  expect(Math.min(...walked)).toBe(1);
  for (let step = 1; step <= 8; step += 1) {
    const share = walked.filter((each) => each === step).length / walked.length;
    expect(Math.abs(share - 1 / 8)).toBeLessThan(0.015);
  }
});

it('goes on from another place once in ten seconds', () => {
  const jumps = steps(100).flatMap((step, index) => (step > 8 ? [index] : []));
  expect(jumps.length).toBeGreaterThanOrEqual(9);
  expect(jumps.length).toBeLessThanOrEqual(10);
  for (const [index, at] of jumps.entries()) if (index > 0) expect(at - jumps[index - 1]!).toBe(1000);
});

it('begins anywhere, and jumps at another time in each trial', () => {
  const first = Array.from({ length: 20 }, (_, trial) => steps(11, trial).findIndex((step) => step > 8));
  expect(new Set(first).size).toBeGreaterThan(15);
});
