import seedrandom from 'seedrandom';

/**
 * A stream of uniform numbers in [0, 1) that is a pure function of its three names, the same in both arms.
 *
 * One stream per purpose: a change in how often one part draws does not shift the luck of another, and two
 * scenarios compared under one seed share theirs. Johannes Baagøe's Alea, as in seedrandom 3.
 *
 * @param purpose what the numbers decide, as a path: "arrivals", "victims/0/1"
 */
export function stream(seed: string, trial: number, purpose: string): () => number {
  return seedrandom.alea(`${seed}/${trial}/${purpose}`);
}
