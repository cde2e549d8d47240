/** Places in `SplitModel.tallies`. A model may add more. */
export const DOWNTIME_MS = 0;
export const OUTAGES = 1;
export const LOST_MS = 2;

/**
 * What splitting asks of a model: one trajectory, from the beginning to the end. Its state is copied, so it lies in
 * arrays. Its random numbers are not: copies go on with others than their original.
 */
export interface SplitModel<Self> {
  /** Back to the beginning, with the luck of this root. */
  begin(root: number): void;
  /** Lets the next event happen, and accounts for all until then. False: there is none before the end, which is now. */
  step(): boolean;
  /** What has added up so far, by entry; others than the first two change only with one of these. */
  readonly tallies: Float64Array;
  readonly isDown: boolean;
  /** What the trajectory counts by so far, where something is not simulated as often as it happens; default: 1. */
  readonly likelihood?: number;
  /**
   * How near to being down it is, whenever it is not: the logarithm of its chance, roughly, or anything that grows with it.
   * It looks at what has happened, never at what was drawn for the future: else `goOn` would not be fair.
   */
  readonly importance: number;
  /** Takes on the state of the other. */
  copyFrom(other: Self): void;
  /**
   * New luck from here on, of which each of these numbers has its own: when each event under way comes is drawn again,
   * given that it has not come yet. Copies that kept what was drawn would fail and be repaired together.
   */
  goOn(branch: number): void;
  /** What a copy that goes on costs, in events: for the choice of levels, for which time would not be the same twice. */
  readonly copy_events: number;
  /** What has been done since the root began, where an event may be more than one step; default: as much as events. */
  readonly steps?: number;
  /** What beginning a root costs, in events, where that is more than next to nothing. */
  readonly root_events?: number;
}
