import { describe, expect, it } from 'vitest';
import { Lifespan, Simulation } from '../../../src/sim/engine/simulation.ts';

describe('Simulation', () => {
  it('runs actions at their times, and what they schedule in turn', () => {
    const simulation = new Simulation();
    const log: string[] = [];
    simulation.after(2, () => {
      log.push(`b at ${simulation.now}`);
      simulation.after(0, () => log.push(`b0 at ${simulation.now}`));
      simulation.after(3, () => log.push(`d at ${simulation.now}`));
    });
    simulation.at(1, () => log.push(`a at ${simulation.now}`));
    simulation.at(2, () => log.push(`c at ${simulation.now}`));
    simulation.runUntil(10);
    expect(log).toEqual(['a at 1', 'b at 2', 'c at 2', 'b0 at 2', 'd at 5']);
    expect(simulation.now).toBe(10);
  });

  it('stops at the end it was given and goes on from there', () => {
    const simulation = new Simulation();
    const log: number[] = [];
    for (const time of [1, 2, 3]) simulation.at(time, () => log.push(time));
    simulation.runUntil(2);
    expect(log).toEqual([1, 2]);
    simulation.runUntil(3);
    expect(log).toEqual([1, 2, 3]);
  });

  it('refuses to act in the past', () => {
    const simulation = new Simulation();
    simulation.runUntil(5);
    expect(() => simulation.at(4, () => {})).toThrow(/before now/);
    expect(() => simulation.after(-1, () => {})).toThrow(/before now/);
  });
});

describe('Lifespan', () => {
  it('forgets what it had still to do when it ends, and leaves everybody else alone', () => {
    const simulation = new Simulation();
    const lifespan = new Lifespan(simulation);
    const log: string[] = [];
    lifespan.at(1, () => log.push(`its own at ${lifespan.now}`));
    lifespan.at(2, () => lifespan.end());
    lifespan.after(2, () => log.push('too late, though at the same time'));
    lifespan.after(3, () => log.push('too late'));
    simulation.at(3, () => log.push('somebody else'));
    lifespan.runUntil(10);
    expect(log).toEqual(['its own at 1', 'somebody else']);
    expect(lifespan.isOver).toBe(true);
    expect(simulation.now).toBe(10);
  });
});
