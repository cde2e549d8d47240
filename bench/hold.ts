/**
 * The hold model (Jones 1986): a queue of N events, of which again and again the earliest is taken, and put back some
 * time later. It times the queue and nothing else.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stream } from '../src/scenario/random.ts';
import { DELAYS, type DelayName } from './delays.ts';
import { CPP, FORESHOCK, HEAP } from './peers/contestants.ts';
import { type Contestant, race } from './race.ts';
import type { Benchmark, Result } from './result.ts';

/** Of delays, drawn beforehand and used over and over; more than there are events, so that there are no ties. */
const DRAWS = 2 ** 20;
const HOLDS_MIN = 1_000_000;

/** Exponential delays, against C++. */
export const hold =
  (events: number): Benchmark =>
  async () =>
    holdRace('exponential', events, `hold-${exponent(events)}`, [CPP.hold]);

/** Other delays at three sizes, against C++ and against a heap in our own language. */
export const holdSkewed =
  (delays: DelayName): Benchmark =>
  async () => {
    const results: Result[] = [];
    for (const events of [64, 1e3, 1e5]) {
      const name = `hold-${delays}-${exponent(events)}`;
      results.push(...(await holdRace(delays, events, name, [CPP.hold, HEAP])));
    }
    return results;
  };

async function holdRace(
  delays: DelayName,
  events: number,
  name: string,
  peers: readonly Contestant[],
): Promise<readonly Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hold-'));
  try {
    const file = join(folder, 'delays');
    const uniform = stream('hold', 0, delays);
    await writeFile(
      file,
      Float64Array.from({ length: DRAWS }, () => DELAYS[delays](uniform)),
    );
    const holds = Math.max(HOLDS_MIN, 3 * events);
    return await race(
      { name, amount: holds, args: (amount) => [`${events}`, `${amount}`, file], check: sameAnswer() },
      FORESHOCK.hold,
      peers,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** All must take the same events in the same order: the answer is a checksum of it, and the time of the last. */
function sameAnswer(): (answer: unknown) => void {
  let expected: string | undefined;
  return (answer) => {
    const text = JSON.stringify(answer);
    expected ??= text;
    if (text !== expected) throw new Error(`${text} is not ${expected}`);
  };
}

/** 64 as it is, 1000 as 1e3. */
const exponent = (count: number): string =>
  count < 1000 ? `${count}` : count.toExponential().replace('+', '');
