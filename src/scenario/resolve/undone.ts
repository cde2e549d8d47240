/** Whether every act on the same thing is undone before the next comes: what stands cannot be caused again. */
import { isFixed } from '../act-times.ts';
import type { Reporter } from '../reporter.ts';
import type { Fault } from '../scenario.ts';
import type { Path } from '../yaml.ts';

interface Act {
  /** Of the fault, among all. */
  readonly index: number;
  /** Of the fault, in the file. */
  readonly path: Path;
  readonly repetition: number;
  readonly type: Fault['type'];
  readonly at_ms: number;
  readonly duration_ms: number | undefined;
}

/**
 * Of faults that choose their victims anew nothing is said: what is hit already they may spare.
 *
 * @param faults in the order of the file; undefined where something is wrong with one
 */
export function checkUndoneBetween(
  faults: readonly { readonly fault: Fault | undefined; readonly path: Path }[],
  report: Reporter,
): void {
  const byTarget = new Map<string, Act[]>();
  for (const [index, { fault, path }] of faults.entries()) {
    if (fault === undefined || !('duration_ms' in fault)) continue;
    const { type, duration_ms, at_ms: times } = fault;
    if (!isFixed(times)) {
      if (targetsOf(fault).length > 0) tellOfDrawn(type, path, report);
      continue;
    }
    const acts = times.map((at_ms, repetition) => ({ index, path, repetition, type, at_ms, duration_ms }));
    for (const target of targetsOf(fault)) byTarget.set(target, [...(byTarget.get(target) ?? []), ...acts]);
  }
  const told = new Set<string>();
  for (const acts of byTarget.values()) {
    const inTime = acts.toSorted((a, b) => a.at_ms - b.at_ms || a.index - b.index);
    for (const [place, next] of inTime.entries()) {
      const last = inTime[place - 1];
      if (last === undefined || next.at_ms > last.at_ms + (last.duration_ms ?? Number.POSITIVE_INFINITY))
        continue;
      // Of two faults, and of one that is repeated, the first such place says it all.
      const pair = `${last.index} ${next.index}`;
      if (told.has(pair)) continue;
      told.add(pair);
      if (last.index === next.index) tellOfOne(last, next, report);
      else tellOfTwo(last, next, report);
    }
  }
}

/** What a fault always hits. */
function targetsOf(fault: Fault): readonly string[] {
  switch (fault.type) {
    case 'scale':
      return [`scale ${fault.namespace}/${fault.workload}`];
    case 'bad-image':
    case 'bad-readiness':
      return [`${fault.type} ${fault.namespace}/${fault.workload}/${fault.container}`];
    case 'endpoint-removal':
      return [`endpoint-removal ${fault.namespace}/${fault.service}`];
    case 'http-delay':
    case 'http-abort':
      // Both are the fault of the same routes.
      return [`requests ${fault.namespace}/${fault.service}`];
    case 'control-plane-outage':
      return fault.component === 'all'
        ? ['api-server', 'controller-manager', 'scheduler']
        : [fault.component];
    case 'registry-outage':
      return ['registry'];
    default:
      return [];
  }
}

function tellOfDrawn(type: Fault['type'], path: Path, report: Reporter): void {
  report.at([...path, 'at'], {
    message: `a ${type} always hits the same, and one at a drawn time may come before another is undone`,
    expected: 'fixed times: durations for `at` and `repeat.every`',
  });
}

function tellOfOne({ path, at_ms, duration_ms }: Act, next: Act, report: Reporter): void {
  const repeat = [...path, 'repeat'];
  if (duration_ms === undefined) {
    report.atKey(repeat, {
      message: 'the first act lasts until the trial is over: there is nothing left to repeat',
      expected: 'a `duration` with `repeat`',
    });
  } else {
    const every_ms = next.at_ms - at_ms;
    report.at([...repeat, 'every'], {
      message: `the next act would come after ${every_ms / 1000} s, before the last is undone after ${duration_ms / 1000} s`,
      expected: 'a time longer than `duration`',
    });
  }
}

function tellOfTwo(last: Act, { path, repetition, type, at_ms }: Act, report: Reporter): void {
  const { duration_ms } = last;
  const earlier = last.type === type ? 'the one' : `the ${last.type}`;
  report.at([...path, repetition === 0 ? 'at' : 'repeat'], {
    message: `the ${type} at ${at_ms / 1000} s would come before ${earlier} at ${last.at_ms / 1000} s is undone`,
    expected:
      duration_ms === undefined
        ? 'a `duration` of the earlier one that is over by then'
        : `a time after ${(last.at_ms + duration_ms) / 1000} s`,
  });
}
