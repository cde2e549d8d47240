import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { SimulatedWorld } from '../../src/sim/world.ts';
import type { TimelineEvent } from '../../src/timeline/event.ts';
import { TimelineWriter } from '../../src/timeline/jsonl.ts';
import type { Configuration } from './configurations.ts';
import { measureMissing, storedTrials } from './measure.ts';
import { measuredFile, readTrials } from './measured-trials.ts';

const ONE: Configuration = { name: 'one-forced', title: 'one' };
const COMING_ROUND: Configuration = { name: 'two-conntrack-tail', title: 'two' };

let folder: string;
let lines: string[];
/** What the fake was asked to run, and where the results went. */
let runs: { seed: string; trials: number; out: string; command: readonly string[] }[];
let forgotten: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-measure-'));
  lines = [];
  runs = [];
  forgotten = 0;
});
afterEach(() => {
  for (const { out } of runs) rmSync(out, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

type Spoil = (out: string, run: number) => number;

/** `foreshock chaos` on a testbed, in virtual time; `spoil` does to its results what may happen, and gives the exit code. */
function fakeTestbed(spoil: Spoil = () => EXIT.ok) {
  return {
    async run(command: readonly string[]) {
      const option = (name: string) => command[command.indexOf(name) + 1] ?? '';
      const [seed, trials, out] = [option('--seed'), Number(option('--trials')), option('--out')];
      runs.push({ seed, trials, out, command });
      const world = new SimulatedWorld(loadScenario(command[3] ?? '', { seed }));
      mkdirSync(join(out, 'timelines'), { recursive: true });
      for (let trial = 0; trial < trials; trial += 1) {
        const writer = new TimelineWriter(timeline(out, trial));
        world.simulate(trial, writer);
        writer.close();
      }
      return spoil(out, runs.length);
    },
    async forgetConnections() {
      forgotten += 1;
    },
  };
}

const timeline = (out: string, trial: number, again = '') =>
  join(out, 'timelines', `measured-${String(trial + 1).padStart(3, '0')}${again}.jsonl`);

function change(
  file: string,
  each: (event: TimelineEvent, index: number) => TimelineEvent | undefined,
): void {
  const events = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TimelineEvent);
  writeFileSync(
    file,
    events
      .flatMap((event, index) => each(event, index) ?? [])
      .map(text)
      .join(''),
  );
}
const text = (event: TimelineEvent) => `${JSON.stringify(event)}\n`;

/** As if the sender had lagged. */
const lag = (file: string) =>
  change(file, (event) => (event.type === 'request' ? { ...event, send_lag_ms: 900 } : event));

const measure = (trials: number, spoil?: Spoil, signal = new AbortController().signal) =>
  measureMissing(ONE, fakeTestbed(spoil), { trials, folder, onLine: (line) => lines.push(line), signal });

const stored = () => storedTrials(ONE, folder);

describe('measureMissing', () => {
  it('keeps every trial with what it was measured on and all of its timeline but the requests', async () => {
    await measure(2);
    expect(runs).toMatchObject([{ seed: 'validation-1', trials: 2 }]);
    expect(stored().valid.map(({ trial }) => trial)).toEqual([0, 1]);
    const [trial] = stored().valid;
    expect(trial).toMatchObject({ seed: 'validation-1', where: 'simulator', version: '0.1.0' });
    expect(trial?.observation.outages.length).toBeGreaterThan(0);
    const kinds = new Set(trial?.events.map(({ type }) => type));
    expect(kinds).toContain('fault-begin');
    expect(kinds).toContain('endpoints');
    expect(kinds).not.toContain('request');
  });

  it('measures only what is missing, with a seed of its own', async () => {
    await measure(2);
    await measure(2);
    expect(runs).toHaveLength(1);
    await measure(5);
    expect(runs.slice(1)).toMatchObject([{ seed: 'validation-2', trials: 3 }]);
    expect(stored().valid).toHaveLength(5);
    const downtimes = stored().valid.map(({ observation }) => observation.downtime_s);
    expect(downtimes.slice(2, 4)).not.toEqual(downtimes.slice(0, 2));
  });

  it('measures again what was measured of an earlier scenario', async () => {
    await measure(2);
    const file = measuredFile(folder, ONE.name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/"fingerprint":"\w+"/g, '"fingerprint":"old"'));
    await measure(2);
    expect(stored().stale).toHaveLength(2);
    expect(stored().valid).toHaveLength(2);
    expect(runs[1]?.seed).toBe('validation-2');
  });

  it('measures in place of invalid trials, which it keeps apart', async () => {
    await measure(2, (out, run) => {
      if (run === 1) lag(timeline(out, 1));
      return EXIT.ok;
    });
    expect(runs.map(({ trials }) => trials)).toEqual([2, 1]);
    expect(stored().invalid.map(({ trial }) => trial)).toEqual([1]);
    expect(stored().valid).toHaveLength(2);
  });

  it('counts a trial that chaos ran again once for each attempt', async () => {
    await measure(1, (out) => {
      const first = timeline(out, 0);
      appendFileSync(timeline(out, 0, '-again-1'), readFileSync(first));
      lag(first);
      return EXIT.ok;
    });
    expect(readTrials(measuredFile(folder, ONE.name)).map(({ observation }) => observation.valid)).toEqual([
      false,
      true,
    ]);
  });

  it('gives up when batches bring nothing', async () => {
    const spoil: Spoil = (out) => {
      lag(timeline(out, 0));
      return EXIT.inconclusive;
    };
    await expect(measure(1, spoil)).rejects.toThrow(/no valid trial in 2 batches/);
    expect(runs).toHaveLength(2);
  });

  it('keeps what was complete before a run failed, and says where the rest is', async () => {
    await expect(measure(3, () => EXIT.notRestored)).rejects.toThrow(/exit code 106; its results are in/);
    // The last begun is what went wrong.
    expect(stored().valid.map(({ trial }) => trial)).toEqual([0, 1]);
    expect(existsSync(runs[0]!.out)).toBe(true);
  });

  it.each<[string, (file: string) => void]>([
    ['is cut short', (file) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, -40))],
    [
      'lacks requests',
      (file) => change(file, (event, index) => (event.type === 'request' && index > 400 ? undefined : event)),
    ],
    [
      'lacks its fault',
      (file) => change(file, (event) => (event.type === 'fault-begin' ? undefined : event)),
    ],
  ])('takes no trial that %s', async (_what, spoil) => {
    await measure(2, (out, run) => {
      if (run === 1) spoil(timeline(out, 0));
      return EXIT.ok;
    });
    expect(runs.map(({ trials }) => trials)).toEqual([2, 1]);
    expect(stored().valid.map(({ seed, trial }) => `${seed} ${trial}`)).toEqual([
      'validation-1 1',
      'validation-2 0',
    ]);
  });

  it('ends in order when it is told to, and keeps what it has', async () => {
    const controller = new AbortController();
    const spoil: Spoil = () => {
      controller.abort();
      return EXIT.aborted;
    };
    await measure(3, spoil, controller.signal);
    expect(stored().valid).toHaveLength(2);
    await measure(3, spoil, controller.signal);
    expect(runs).toHaveLength(1);
  });

  it('forgets connections before each trial whose ports come round', async () => {
    await measureMissing(COMING_ROUND, fakeTestbed(), {
      trials: 3,
      folder,
      onLine: (line) => lines.push(line),
      signal: new AbortController().signal,
    });
    expect(runs.map(({ trials }) => trials)).toEqual([1, 1, 1]);
    expect(forgotten).toBe(3);
    // Bound to an address, a socket has its port drawn at random.
    expect(runs[0]?.command).not.toContain('--source-addresses');
    await measure(1);
    expect(forgotten).toBe(3);
  });
});
