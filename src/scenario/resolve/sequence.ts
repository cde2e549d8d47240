/** What stands in the list of faults, with its sequences taken apart: single faults, and where their turns begin. */
import { mean_ms } from '../distribution.ts';
import type { Reporter } from '../reporter.ts';
import type { FaultType } from '../scenario.ts';
import { type FaultFields, type GroupFields, isLasting, type StepFields } from '../schema/faults.ts';
import type { ScenarioFile } from '../schema.ts';
import type { Path } from '../yaml.ts';

/** One fault, as the schema puts it out. */
export interface SequencedFault {
  readonly type: FaultType;
  readonly fields: FaultFields[FaultType];
  /** In the file. */
  readonly path: Path;
  /** From the start of the trial; its own times count from here. More than one where a sequence is repeated. */
  readonly begins_ms: readonly number[];
}

/**
 * In the order of the file. Within a sequence every time is fixed, so that where each step begins is known before the
 * trial, to both arms.
 */
export function sequencedFaults(items: ScenarioFile['faults'], report: Reporter): readonly SequencedFault[] {
  const unfolding = new Unfolding(report);
  return items.flatMap((item, index) => unfolding.step(item, ['faults', index], [0]).faults);
}

interface Unfolded {
  readonly faults: readonly SequencedFault[];
  /** From the begin of its turn until it is over. */
  readonly lasts_ms: number;
}

class Unfolding {
  readonly #report: Reporter;
  /** What was found to be never over. */
  readonly #told = new Set<FaultFields[FaultType]>();

  constructor(report: Reporter) {
    this.#report = report;
  }

  step(step: StepFields, base: Path, begins_ms: readonly number[]): Unfolded {
    const [type, fields] = Object.entries(step)[0] as [string, unknown];
    const path = [...base, type];
    if (type === 'pause') return { faults: [], lasts_ms: fields as number };
    if (type === 'serial' || type === 'parallel') {
      return this.#group(fields as GroupFields, type, path, begins_ms);
    }
    const fault = { type, fields, path, begins_ms } as SequencedFault;
    const rounds_ms = roundsOf(fault.fields);
    return {
      faults: [fault],
      lasts_ms: mean_ms(fault.fields.at) + (rounds_ms.at(-1) as number) + (durationOf(fault) ?? 0),
    };
  }

  #group(
    group: GroupFields,
    order: 'serial' | 'parallel',
    path: Path,
    begins_ms: readonly number[],
  ): Unfolded {
    const steps = [...path, 'steps'];
    const at_ms = mean_ms(group.at);
    const rounds_ms = roundsOf(group);
    const own_ms = begins_ms.flatMap((begin_ms) => rounds_ms.map((round_ms) => begin_ms + at_ms + round_ms));
    const faults: SequencedFault[] = [];
    let lasts_ms = 0;
    for (const [index, step] of group.steps.entries()) {
      const offset_ms = order === 'serial' ? lasts_ms : 0;
      const turns_ms = own_ms.map((begin_ms) => begin_ms + offset_ms);
      const unfolded = this.step(step, [...steps, index], turns_ms);
      const isFollowed = (order === 'serial' && index < group.steps.length - 1) || group.repeat !== undefined;
      if (isFollowed) this.#checkOver(unfolded.faults);
      faults.push(...unfolded.faults);
      lasts_ms = Math.max(lasts_ms, offset_ms + unfolded.lasts_ms);
    }
    this.#checkRounds(group, lasts_ms, path);
    return { faults, lasts_ms: at_ms + (rounds_ms.at(-1) as number) + lasts_ms };
  }

  /** What is undone only when the trial is over has nothing after it. */
  #checkOver(faults: readonly SequencedFault[]): void {
    for (const fault of faults) {
      const { type, fields, path } = fault;
      if (!isLasting(type) || durationOf(fault) !== undefined || this.#told.has(fields)) continue;
      this.#told.add(fields);
      this.#report.atKey(path, {
        message: `the ${type} lasts until the trial is over: what follows would never begin`,
        expected: 'a `duration`',
      });
    }
  }

  #checkRounds({ repeat }: GroupFields, lasts_ms: number, path: Path): void {
    if (repeat === undefined || mean_ms(repeat.every) > lasts_ms) return;
    this.#report.at([...path, 'repeat', 'every'], {
      message: `the next round would come after ${mean_ms(repeat.every) / 1000} s, before the last is over after ${lasts_ms / 1000} s`,
      expected: 'a longer time',
    });
  }
}

/** Milliseconds from the first act to each. */
function roundsOf({ repeat }: Pick<GroupFields, 'repeat'>): readonly number[] {
  if (repeat === undefined) return [0];
  const every_ms = mean_ms(repeat.every);
  return Array.from({ length: repeat.times ?? 1 }, (_, round) => round * every_ms);
}

const durationOf = ({ fields }: SequencedFault): number | undefined =>
  'duration' in fields ? fields.duration : undefined;
