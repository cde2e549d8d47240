/**
 * What a state has had to do: an event is one step, and so is every unit beyond the one it is about that it takes down,
 * brings back, moves, or looks at. Time goes with it, within a factor of some; unlike time it is the same on every
 * machine.
 */
export class Effort {
  steps = 0;
}

/** Asked after every so many steps whether what is under way is to be given up. */
export type GivesUp = () => boolean;

/** Some hundredths of a second. */
export const LOOK_STEPS = 50_000;
