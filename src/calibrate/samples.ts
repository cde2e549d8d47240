/** What several kills, of one run or of more, have in common: the samples that are fitted. */
import type { KillLegs } from './kill-legs.ts';
import { APPLICATION_LEGS, type Leg, type Legs, mergeLegs } from './legs.ts';

/** Where and when samples were taken. */
export interface SamplesHeader {
  /** 2026-11-21T10:00:00Z */
  readonly date: string;
  readonly foreshock: string;
  readonly scenario: string;
  readonly application: string;
  readonly cluster: { readonly version: string; readonly where: string; readonly nodes: number };
}

export interface KillSamples extends KillLegs {
  readonly forced: boolean;
}

/** Of one run. */
export interface RunSamples {
  readonly header: SamplesHeader;
  readonly kills: readonly KillSamples[];
}

export interface Pooled {
  /** Of the cluster. */
  readonly legs: Legs;
  /** By application. */
  readonly applications: ReadonlyMap<string, Legs>;
  readonly kills: number;
}

export function pool(runs: readonly RunSamples[]): Pooled {
  const byApplication = Map.groupBy(runs, ({ header }) => header.application);
  const of = (some: readonly RunSamples[], wanted: (leg: Leg) => boolean): Legs => {
    const merged = mergeLegs(some.flatMap(({ kills }) => kills.map(({ legs }) => legs)));
    return Object.fromEntries(Object.entries(merged).filter(([leg]) => wanted(leg as Leg)));
  };
  return {
    legs: of(runs, (leg) => !APPLICATION_LEGS.includes(leg)),
    applications: new Map(
      [...byApplication].map(([name, some]) => [name, of(some, (leg) => APPLICATION_LEGS.includes(leg))]),
    ),
    kills: runs.reduce((sum, { kills }) => sum + kills.length, 0),
  };
}

/** What a reader of pooled samples must know, a sentence each. */
export function poolNotes(runs: readonly RunSamples[]): readonly string[] {
  const different = (what: string, of: (header: SamplesHeader) => string): string[] => {
    const values = [...new Set(runs.map(({ header }) => of(header)))];
    return values.length < 2 ? [] : [`samples of different ${what} are pooled: ${values.join(', ')}`];
  };
  return [
    ...different('versions of Kubernetes', ({ cluster }) => cluster.version),
    ...different('clusters', ({ cluster }) => cluster.where),
    ...lateNotes(runs.flatMap(({ kills }) => kills)),
  ];
}

function lateNotes(kills: readonly KillSamples[]): string[] {
  const late = kills.reduce((sum, each) => sum + each.late, 0);
  if (late === 0) return [];
  return [
    `${late} durations are known within bounds only, or not at all: this machine was too busy to see when they began or ended; a quieter one sees more`,
  ];
}
