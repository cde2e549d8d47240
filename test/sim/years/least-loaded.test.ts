import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LeastLoaded } from '../../../src/sim/years/least-loaded.ts';

const acts = (count: number) =>
  fc.array(
    fc.oneof(
      fc.record({ index: fc.nat(count - 1), load: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ index: fc.nat(count - 1), open: fc.boolean() }),
    ),
    { maxLength: 60 },
  );

it('finds in any stretch the first of the open ones with the least load', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }).chain((count) => fc.tuple(fc.constant(count), acts(count))),
      fc.nat(20),
      fc.nat(20),
      ([count, given], one, other) => {
        const tree = new LeastLoaded(count);
        const units = Array.from({ length: count }, (_, index) => ({ index, load: 0, open: false }));
        for (const act of given) {
          const unit = units[act.index]!;
          if ('load' in act) {
            tree.add(act.index, act.load);
            unit.load += act.load;
          } else {
            tree.setOpen(act.index, act.open);
            unit.open = act.open;
          }
        }
        const [begin, end] = [Math.min(one, other, count), Math.min(Math.max(one, other), count)];
        const [least] = units
          .slice(begin, end)
          .filter(({ open }) => open)
          .sort((a, b) => a.load - b.load || a.index - b.index);
        expect(tree.least(begin, end)).toEqual(least && { index: least.index, load: least.load });
      },
    ),
    { numRuns: 500 },
  );
});
