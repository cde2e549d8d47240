/**
 * Which of many units in a row has the least load: a tree of the smallest of two halves, so asking for any stretch, and
 * changing one, takes O(log n). Of equals it is the first.
 */
export class LeastLoaded {
  /** The leaves' own load, whether they are open or not. */
  readonly #load: Int32Array;
  /** Node 1 is the root, nodes `#width` and on are the leaves; CLOSED where none below is open. */
  readonly #least: Int32Array;
  readonly #width: number;

  /** All are closed, without load. */
  constructor(count: number) {
    this.#width = 2 ** Math.ceil(Math.log2(Math.max(1, count)));
    this.#load = new Int32Array(count);
    this.#least = new Int32Array(2 * this.#width).fill(CLOSED);
  }

  add(index: number, load: number): void {
    this.#load[index]! += load;
    if (this.#least[this.#width + index] !== CLOSED) this.#put(index, this.#load[index]!);
  }

  /** What is closed is never the least loaded one. */
  setOpen(index: number, isOpen: boolean): void {
    this.#put(index, isOpen ? this.#load[index]! : CLOSED);
  }

  /** @returns undefined where none in [begin, end) is open */
  least(begin: number, end: number): { readonly index: number; readonly load: number } | undefined {
    let best = 0;
    let load = CLOSED;
    const look = (node: number) => {
      const found = this.#least[node]!;
      if (found < load || (found === load && best !== 0 && this.#leftmost(node) < this.#leftmost(best))) {
        best = node;
        load = found;
      }
    };
    let left = begin + this.#width;
    let right = end + this.#width;
    while (left < right) {
      if (left & 1) look(left++);
      if (right & 1) look(--right);
      left >>= 1;
      right >>= 1;
    }
    if (load === CLOSED) return undefined;
    while (best < this.#width) best = this.#least[2 * best] === load ? 2 * best : 2 * best + 1;
    return { index: best - this.#width, load };
  }

  copyFrom(other: LeastLoaded): void {
    this.#load.set(other.#load);
    this.#least.set(other.#least);
  }

  /** The first leaf below a node. */
  #leftmost(node: number): number {
    return node << (Math.clz32(node) - Math.clz32(this.#width));
  }

  #put(index: number, load: number): void {
    let node = this.#width + index;
    this.#least[node] = load;
    while (node > 1) {
      node >>= 1;
      const least = Math.min(this.#least[2 * node]!, this.#least[2 * node + 1]!);
      if (this.#least[node] === least) return;
      this.#least[node] = least;
    }
  }
}

const CLOSED = 0x7fff_ffff;
