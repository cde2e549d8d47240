/** A game day: experiments one after the other, and what people do in between. */
import type { Position, Scenario } from './scenario.ts';
import type { TimeWindow } from './time-window.ts';

export interface GameDay {
  readonly name: string;
  readonly description: string;
  /** As the user named it. */
  readonly file: string;
  /** Outside of it no experiment begins; undefined: at any time. */
  readonly window: TimeWindow | undefined;
  readonly steps: readonly GameDayStep[];
}

export type GameDayStep = { readonly position: Position } & (
  | {
      readonly kind: 'verify' | 'chaos';
      readonly scenario: Scenario;
      /** Measured ones; undefined: as many as the scenario says. */
      readonly trials: number | undefined;
    }
  /** A person is asked, and answers before it goes on. */
  | { readonly kind: 'ask'; readonly question: string }
  | { readonly kind: 'wait'; readonly duration_ms: number }
  /** Until the clocks of the time zone show this minute of the day. */
  | { readonly kind: 'wait-until'; readonly minute: number; readonly time_zone: string }
);
