/** Of states that differ by an exchange of equal parts alone, the one that stands for all of them. */
import type { Block, Classes } from './classes.ts';
import type { Lines } from './waiting-lines.ts';

/** Puts a state into its order, in place. */
export function canonicaliser({ interchanges }: Classes, lines: Lines): (state: Int32Array) => void {
  if (interchanges.length === 0) return () => {};
  const swap = (state: Int32Array, a: Block, b: Block): void => {
    for (let offset = 0; offset < a.end - a.first; offset += 1) {
      const kept = state[a.first + offset]!;
      state[a.first + offset] = state[b.first + offset]!;
      state[b.first + offset] = kept;
    }
    for (const { at, length } of lines.all) {
      for (let place = at; place < at + length && state[place]! > 0; place += 1) {
        const unitClass = state[place]! - 1;
        if (isIn(a, unitClass)) state[place] = unitClass - a.firstClass + b.firstClass + 1;
        else if (isIn(b, unitClass)) state[place] = unitClass - b.firstClass + a.firstClass + 1;
      }
    }
  };
  /** Whether the first should stand behind the other. */
  const isBehind = (state: Int32Array, a: Block, b: Block): boolean => {
    for (let offset = 0; offset < a.end - a.first; offset += 1) {
      const difference = state[a.first + offset]! - state[b.first + offset]!;
      if (difference !== 0) return difference < 0;
    }
    // Equal counts: as many of each class wait here as there, and whose come first is what differs.
    for (const { at, length } of lines.all) {
      const [ofA, ofB] = [a, b].map((block) => placesIn(state, at, length, block));
      for (const [index, place] of ofA!.entries()) {
        if (place !== ofB![index]) return place > ofB![index]!;
      }
    }
    return false;
  };
  return (state) => {
    for (const { blocks } of interchanges) {
      for (let last = 1; last < blocks.length; last += 1) {
        for (let at = last; at > 0 && isBehind(state, blocks[at - 1]!, blocks[at]!); at -= 1) {
          swap(state, blocks[at - 1]!, blocks[at]!);
        }
      }
    }
  };
}

const isIn = ({ firstClass, endClass }: Block, unitClass: number): boolean =>
  unitClass >= firstClass && unitClass < endClass;

/** Where in a line a block's units stand, class by class. */
function placesIn(state: Int32Array, at: number, length: number, block: Block): number[] {
  const places: number[] = [];
  for (let unitClass = block.firstClass; unitClass < block.endClass; unitClass += 1) {
    for (let place = at; place < at + length; place += 1)
      if (state[place] === unitClass + 1) places.push(place);
  }
  return places;
}
