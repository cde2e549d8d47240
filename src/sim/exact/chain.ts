/** Markov chains in continuous time, found by walking from an initial state. */
import { isUsable, positive, whole, wrong } from './input.ts';

export interface Transition<State> {
  /** Above zero and finite; what cannot happen is left out. */
  readonly rate_per_h: number;
  readonly to: State;
}

/**
 * The transition rates as a sparse matrix by rows: those of state i are at rowStart[i] to rowStart[i + 1], each to
 * another state, each state at most once.
 */
export interface Rates {
  readonly size: number;
  readonly rowStart: Int32Array;
  readonly target: Int32Array;
  readonly rate_per_h: Float64Array;
  /** All rates out of a state; more than its row sums to where some lead out of the matrix. */
  readonly exit_per_h: Float64Array;
}

/** Its states are numbered as they were found, breadth first; the initial ones come first. */
export interface MarkovChain<State> extends Rates {
  readonly states: readonly State[];
  /** The chance to begin in state 0, 1, ...; states beyond have none. */
  readonly start: Float64Array;
  /** The number of a state, by its key; undefined where it cannot be reached. */
  indexOf(state: State): number | undefined;
}

/** As many states as a few hundred megabytes hold. */
export const STATES_MAX = 2_000_000;

/**
 * Every state that can be reached from the initial one.
 *
 * @param model.key equal for equal states only; states that are a number or a string are their own
 * @param model.initial where it begins; several states with their chances where that depends on chance
 * @throws UserError where a rate is not above zero and finite, or there are more states than `states_max`
 */
export function exploreChain<State>(model: {
  readonly initial: State | Beginnings<State>;
  readonly transitions: (state: State) => Iterable<Transition<State>>;
  readonly key: (state: State) => string | number;
  readonly states_max?: number;
}): MarkovChain<State> {
  const states_max = whole('the largest number of states', model.states_max ?? STATES_MAX, 1);
  const { states, start } = beginnings(model.initial);
  const indices = new Map<string | number, number>(states.map((state, index) => [model.key(state), index]));
  const target = new Growing((length) => new Int32Array(length));
  const rates = new Growing((length) => new Float64Array(length));
  const rowStart = new Growing((length) => new Int32Array(length));
  /** Where in the row of the state that is being left a target stands already. */
  const placeOf = new Map<number, number>();

  for (let from = 0; from < states.length; from += 1) {
    rowStart.push(target.length);
    placeOf.clear();
    for (const { rate_per_h, to } of model.transitions(states[from]!)) {
      const key = model.key(to);
      if (!isUsable(rate_per_h)) {
        positive(`the rate from ${model.key(states[from]!)} to ${key}`, rate_per_h);
      }
      let index = indices.get(key);
      if (index === undefined) {
        index = states.length;
        if (index >= states_max) throw tooMany(states_max, from);
        indices.set(key, index);
        states.push(to);
      }
      // Who stays where he is has not moved.
      if (index === from) continue;
      const place = placeOf.get(index);
      if (place === undefined) {
        placeOf.set(index, target.length);
        target.push(index);
        rates.push(rate_per_h);
      } else {
        rates.add(place, rate_per_h);
      }
    }
  }
  rowStart.push(target.length);
  const matrix = {
    size: states.length,
    rowStart: rowStart.result(),
    target: target.result(),
    rate_per_h: rates.result(),
  };
  return {
    ...matrix,
    exit_per_h: rowSums(matrix),
    states,
    start,
    indexOf: (state) => indices.get(model.key(state)),
  };
}

/** Different states, whose chances add up to 1. */
export class Beginnings<State> {
  readonly each: readonly { readonly state: State; readonly chance: number }[];

  constructor(each: readonly { readonly state: State; readonly chance: number }[]) {
    this.each = each;
  }
}

function beginnings<State>(initial: State | Beginnings<State>): { states: State[]; start: Float64Array } {
  if (!(initial instanceof Beginnings)) return { states: [initial], start: Float64Array.of(1) };
  return {
    states: initial.each.map(({ state }) => state),
    start: Float64Array.from(initial.each, ({ chance }) => chance),
  };
}

/** What begins anew again and again does so from one state. */
export function fromOneState<State>({ start }: MarkovChain<State>): void {
  if (start.length > 1) throw wrong('the Markov chain must begin in one state for this question');
}

/** A mark for each state. */
export function markStates<State>(
  chain: MarkovChain<State>,
  isMarked: (state: State) => boolean,
): Uint8Array {
  return Uint8Array.from(chain.states, (state) => (isMarked(state) ? 1 : 0));
}

function rowSums(matrix: Omit<Rates, 'exit_per_h'>): Float64Array {
  const sums = new Float64Array(matrix.size);
  for (let from = 0; from < matrix.size; from += 1) {
    let sum = 0;
    for (let at = matrix.rowStart[from]!; at < matrix.rowStart[from + 1]!; at += 1) {
      sum += matrix.rate_per_h[at]!;
    }
    if (sum === Number.POSITIVE_INFINITY)
      throw wrong('the rates out of a state sum to more than a double holds');
    sums[from] = sum;
  }
  return sums;
}

const tooMany = (states_max: number, explored: number) =>
  wrong(
    `the Markov chain has more than ${states_max} states: so many were reached when ${explored} of them had been left`,
    'lump equal parts into counts, bound the queues, raise the limit, or simulate',
  );

/** A typed array that is appended to. */
class Growing<Values extends Int32Array | Float64Array> {
  readonly #make: (length: number) => Values;
  #values: Values;
  length = 0;

  constructor(make: (length: number) => Values) {
    this.#make = make;
    this.#values = make(1024);
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = this.#make(2 * this.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  add(place: number, value: number): void {
    this.#values[place]! += value;
  }

  result(): Values {
    return this.#values.slice(0, this.length) as Values;
  }
}
