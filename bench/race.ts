/** Races: the same work done by us and by others, by turns, each in a process of its own. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { median, type Result } from './result.ts';

const ROUNDS = 5;
/** The slowest peer takes about a minute. */
const TIMEOUT_MS = 600_000;

/** A program that does the work it is told by its arguments, and prints one line of JSON: {"seconds", "answer"}. */
export interface Contestant {
  readonly name: string;
  /** The program, and the arguments that come before those of the work. */
  readonly command: readonly [string, ...string[]];
  /** A file that is there once the contestant is installed. */
  readonly needs: string;
  /** How much of the work is enough to tell its speed: less than all, where that takes minutes. */
  readonly share?: number;
}

export interface Work {
  readonly name: string;
  /** How many customers, events, ... it is; the unit of speed is one of them a second. */
  readonly amount: number;
  args(amount: number): readonly string[];
  /** @throws Error where an answer shows that it was other work */
  check(answer: unknown): void;
}

interface Lap {
  readonly seconds: number;
  readonly answer: unknown;
}

/** Our speed beside each peer's: the median of five rounds, in each of which everybody runs once. */
export async function race(
  work: Work,
  ours: Contestant,
  peers: readonly Contestant[],
): Promise<readonly Result[]> {
  const installed = peers.filter(({ needs }) => existsSync(needs));
  const contestants = [ours, ...installed];
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const speeds: number[] = [];
    for (const contestant of contestants) speeds.push(await speedOf(contestant, work));
    rounds.push(speeds);
  }
  const value = Math.round(median(rounds.map((speeds) => speeds[0] as number)));
  const own = { name: work.name, unit: '/s', value } as const;
  const raced = installed.map(({ name }, index): Result => {
    const ratios = rounds.map((speeds) => (speeds[0] as number) / (speeds[index + 1] as number));
    return {
      ...own,
      peer: name,
      ratio: significant(median(ratios)),
      ratios: [significant(Math.min(...ratios)), significant(Math.max(...ratios))],
    };
  });
  const skipped = peers
    .filter((peer) => !installed.includes(peer))
    .map(({ name }): Result => ({ ...own, peer: name, skipped: 'not installed: run bench/peers/install' }));
  for (const { peer, skipped: reason } of skipped) console.error(`${work.name}: ${peer} SKIPPED, ${reason}`);
  return peers.length === 0 ? [own] : [...raced, ...skipped];
}

async function speedOf({ name, command, share }: Contestant, work: Work): Promise<number> {
  const [program, ...args] = command;
  const amount = work.amount * (share ?? 1);
  const { stdout } = await promisify(execFile)(program, [...args, ...work.args(amount)], {
    timeout: TIMEOUT_MS,
  });
  const { seconds, answer } = JSON.parse(stdout) as Lap;
  if (!(seconds > 0)) throw new Error(`${name} took ${seconds} s for ${work.name}`);
  try {
    work.check(answer);
  } catch (error) {
    throw new Error(`${name} did other work than ${work.name}: ${(error as Error).message}`);
  }
  return amount / seconds;
}

const significant = (value: number): number => Number(value.toPrecision(3));
