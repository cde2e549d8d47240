import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cause, split, step } from '../../src/sim/cause.ts';

function shares(cause: Cause | undefined, begin_ms: number, end_ms: number): Record<string, number> {
  const total: Record<string, number> = {};
  split(cause, begin_ms, end_ms, { before: 'before', after: 'rest' }, (mechanism, duration_ms) => {
    total[mechanism] = (total[mechanism] ?? 0) + duration_ms;
  });
  return total;
}

describe('split', () => {
  const chain = step(step(step(undefined, 'fault', 10), 'replica set', 30), 'application start', 100);

  it('gives each stretch to the step that covers it', () => {
    expect(shares(chain, 20, 110)).toEqual({ 'replica set': 10, 'application start': 70, rest: 10 });
  });

  it('counts nothing before the stretch, and nothing after it', () => {
    expect(shares(chain, 40, 60)).toEqual({ 'application start': 20 });
  });

  it('says of what no step covers whether it came before the chain or after', () => {
    expect(shares(undefined, 5, 8)).toEqual({ rest: 3 });
    expect(shares(chain, 0, 20)).toEqual({ before: 10, 'replica set': 10 });
  });

  it('always adds up to the stretch', () => {
    const steps = fc.array(
      fc.tuple(fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true })),
    );
    fc.assert(
      fc.property(
        steps,
        fc.double({ min: 0, max: 300, noNaN: true }),
        fc.double({ min: 0, max: 300, noNaN: true }),
        (list, a, b) => {
          let cause: Cause | undefined;
          let end_ms = 0;
          for (const [gap_ms, length_ms] of list) {
            cause = step(cause, 'work', end_ms + gap_ms + length_ms, end_ms + gap_ms);
            end_ms += gap_ms + length_ms;
          }
          const [begin_ms, stop_ms] = [Math.min(a, b), Math.max(a, b)];
          const sum = Object.values(shares(cause, begin_ms, stop_ms)).reduce((x, y) => x + y, 0);
          expect(sum).toBeCloseTo(stop_ms - begin_ms, 6);
        },
      ),
    );
  });
});
