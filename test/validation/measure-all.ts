/** Who is measured when and where: those that mostly wait beside each other, the others alone and undisturbed. */
import { type Configuration, trialsWanted } from './configurations.ts';
import { type MeasureOptions, measureMissing, storedTrials, testbedOptionsOf } from './measure.ts';
import { testbed } from './testbed.ts';

/** `testbed up` without options. */
const USUAL_TESTBED = ['--nodes', '2'].join(' ');

/** The name of a configuration's own testbed; the part after it is at most 23 characters (testbed/instance.ts). */
export const testbedNameOf = ({ name }: Configuration): string => `validate-${name}`;

/** @returns what went wrong, one line each; the rest was measured all the same */
export async function measureAll(
  configurations: readonly Configuration[],
  jobs: number,
  options: MeasureOptions,
): Promise<readonly string[]> {
  const failures: string[] = [];
  const lacking = configurations.filter(
    (each) => storedTrials(each, options.folder).valid.length < trialsWanted(each, options.trials),
  );
  const isUsual = (configuration: Configuration) =>
    testbedOptionsOf(configuration).join(' ') === USUAL_TESTBED;
  const { together, alone } = phasesOf(lacking, jobs);
  await inTurns(together, jobs, (configuration) => onOwnTestbed(configuration, options, failures));
  for (const configuration of alone.filter((each) => !isUsual(each))) {
    await onOwnTestbed(configuration, options, failures);
  }
  await onSharedTestbed(alone.filter(isUsual), options, failures);
  return failures;
}

export interface Phases {
  /** At the same time, each on a testbed of its own. */
  readonly together: readonly Configuration[];
  readonly alone: readonly Configuration[];
}

export function phasesOf(configurations: readonly Configuration[], jobs: number): Phases {
  const waits = ({ timer_bound }: Configuration) => jobs > 1 && timer_bound === true;
  return {
    together: configurations.filter(waits),
    alone: configurations.filter((configuration) => !waits(configuration)),
  };
}

/** Works on all items, at most `jobs` at a time, beginning in their order. */
export async function inTurns<Item>(
  items: readonly Item[],
  jobs: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, worker));
}

async function onOwnTestbed(
  configuration: Configuration,
  options: MeasureOptions,
  failures: string[],
): Promise<void> {
  if (options.signal.aborted) return;
  const told = toldBy(configuration, options);
  const own = testbed({
    instance: testbedNameOf(configuration),
    options: testbedOptionsOf(configuration),
    onLine: told.onLine,
    signal: options.signal,
  });
  await noting(failures, configuration.name, async () => {
    try {
      await own.up();
      await measureMissing(configuration, own, told);
    } finally {
      await own.down();
    }
  });
}

async function onSharedTestbed(
  configurations: readonly Configuration[],
  options: MeasureOptions,
  failures: string[],
): Promise<void> {
  const [first] = configurations;
  if (first === undefined || options.signal.aborted) return;
  let onLine = options.onLine;
  const shared = testbed({
    instance: undefined,
    options: testbedOptionsOf(first),
    onLine: (line) => onLine(line),
    signal: options.signal,
  });
  await noting(failures, 'testbed', async () => {
    try {
      await shared.up();
      for (const configuration of configurations) {
        const told = toldBy(configuration, options);
        onLine = told.onLine;
        await noting(failures, configuration.name, () => measureMissing(configuration, shared, told));
      }
    } finally {
      onLine = options.onLine;
      await shared.down();
    }
  });
}

function toldBy({ name }: Configuration, options: MeasureOptions): MeasureOptions {
  return { ...options, onLine: (line) => options.onLine(`${name}: ${line}`) };
}

async function noting(failures: string[], what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
