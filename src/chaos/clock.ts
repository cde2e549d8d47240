/**
 * The one clock of a measurement, in milliseconds from an arbitrary start: monotonic, untouched by steps of the
 * system's time, and the same in every thread and process of a machine (`performance.now()` starts anew in
 * each). Load, faults and events are placed on it, so their times compare.
 */
export function now_ms(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
