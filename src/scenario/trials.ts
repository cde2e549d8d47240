/** Trials of each arm: more are a slip of the keyboard. */
export const TRIALS_MAX = { predict: 1_000_000, measure: 1000 } as const;
