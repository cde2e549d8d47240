import { Alarms } from '../engine/alarms.ts';

/** When everything under way will come, and since when it has been under way. */
export class Timetable {
  readonly alarms: Alarms;
  /** By alarm: when what it waits for began; of a unit that is out, how old it was then. */
  readonly since_ms: Float64Array;
  now_ms = 0;

  constructor(alarms: number) {
    this.alarms = new Alarms(alarms);
    this.since_ms = new Float64Array(alarms);
  }

  /** What begins now takes so long; Infinity: for ever. */
  begin(alarm: number, takes_ms: number): void {
    this.since_ms[alarm] = this.now_ms;
    this.alarms.set(alarm, this.now_ms + takes_ms);
  }

  copyFrom(other: Timetable): void {
    this.alarms.copyFrom(other.alarms);
    this.since_ms.set(other.since_ms);
    this.now_ms = other.now_ms;
  }
}
