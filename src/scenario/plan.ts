/**
 * A plan as every method reads it: what there is, how it fails and is repaired, what of it a service needs, and over how
 * long. It is the scale of years: units are up or down, and what a failure costs while the rest takes over comes from an
 * episode, a scenario of its own that the request-level simulator predicts and a cluster can verify.
 */
import type { Distribution } from './distribution.ts';
import type { Position, Scenario } from './scenario.ts';

export interface Plan {
  readonly name: string;
  readonly description: string;
  /** The plan's file, as the user named it. */
  readonly file: string;
  readonly seed: string;
  /** Simulated horizons. */
  readonly trials: number;
  /** What is predicted runs from 0, when all is new and works, to here. */
  readonly horizon_ms: number;
  /** Kinds of unit; a kind stands after the one that it is within. */
  readonly units: readonly UnitKind[];
  /** Kinds whose units are connected with each other: all of the one with all of the other, parents aside. */
  readonly links: readonly (readonly [KindIndex, KindIndex])[];
  readonly crews: readonly Crew[];
  readonly common_causes: readonly CommonCause[];
  readonly maintenance: readonly Maintenance[];
  readonly deployments: readonly Deployments[];
  readonly services: readonly PlannedService[];
  /** Distinct scenarios that failures cost; see `EpisodeCosts`. */
  readonly episodes: readonly Scenario[];
}

/** Place in `Plan.units`. */
export type KindIndex = number;

/** What a failure costs a service beyond the time its `up` does not hold: episode by index of `Plan.services`. */
export type EpisodeCosts = Readonly<Record<number, EpisodeIndex>>;

/** Place in `Plan.episodes`. */
export type EpisodeIndex = number;

/** Equal units: regions, zones, racks, switches, nodes, databases, pods. Each fails and ages by itself. */
export interface UnitKind {
  readonly name: string;
  readonly position: Position;
  /** In each unit it is within, or in all. */
  readonly count: number;
  /** A unit works only while the one it is within does. */
  readonly within: KindIndex | undefined;
  /** Time from new, or from the end of a repair, to a failure of its own; undefined: never. It ages whatever others do. */
  readonly time_to_failure: Distribution | undefined;
  /** Hands-on time; with a crew, after it has come. A repaired unit is as good as new. */
  readonly time_to_repair: Distribution;
  /** Place in `Plan.crews`; undefined: somebody is always there. */
  readonly crew: number | undefined;
  /** The named prior that time to failure and to repair come from, with its source, for the report. */
  readonly prior: { readonly name: string; readonly source: string } | undefined;
  /** Where these move to another unit when theirs is lost: replicas of a workload; undefined: they stay where they are. */
  readonly placed: Placement | undefined;
  readonly episodes: EpisodeCosts;
}

/** Replicas that run on units of another kind: `count` is their number in all, times `copies` independent workloads. */
export interface Placement {
  readonly on: KindIndex;
  /** Spread as evenly as what works allows over the units of this kind, which `on` is or is within. */
  readonly spread: KindIndex;
  /** Workloads like this one, each with its own `count` replicas. */
  readonly copies: number;
  /** From the loss of its unit to the replica ready elsewhere; the clock stands while one of `needs` does not work. */
  readonly time_to_replace: Distribution;
  /** Kinds of which all must work for a replica to be replaced: control plane, registry. */
  readonly needs: readonly KindIndex[];
}

/** People, or a controller, that repair one unit at a time each. */
export interface Crew {
  readonly name: string;
  readonly position: Position;
  readonly size: number;
  /** Between being free and beginning a repair; zero where there is none. */
  readonly inspection: Distribution;
  /**
   * What an idle crew turns to:
   * - `first-come`: what has failed first
   * - `random`: each failed unit equally likely
   * - `priority`: kinds in the order of the plan, within one the first failed
   * - `first-inspected`: every kind with failed units is inspected at once, and the first whose inspection ends is taken
   *   (as the repairman of Haverkort, Hermanns and Katoen's cluster)
   */
  readonly order: 'first-come' | 'random' | 'priority' | 'first-inspected';
}

/** A shock that takes down several units at a time. */
export interface CommonCause {
  readonly name: string;
  readonly position: Position;
  /** From one to the next, and from the start to the first. */
  readonly every: Distribution;
  readonly hits: readonly KindIndex[];
  /** Only what is within one unit of this kind, a random one; undefined: all. */
  readonly within: KindIndex | undefined;
  /** Chance of each working unit to fail, each by itself. */
  readonly share: number;
  readonly episodes: EpisodeCosts;
}

/** Work that was planned: units of a kind are taken out one after the other. */
export interface Maintenance {
  readonly name: string;
  readonly position: Position;
  readonly of: KindIndex;
  /** From the start of one round to that of the next; the first begins after one such time. */
  readonly every: Distribution;
  /** Of one unit; it does not work meanwhile, and is not aged by it. */
  readonly takes: Distribution;
  /** Units out at a time. */
  readonly at_once: number;
  /** The round waits while taking the next one out would end a service's `up`. */
  readonly careful: boolean;
  readonly episodes: EpisodeCosts;
}

/** New versions, some of which are bad. */
export interface Deployments {
  readonly name: string;
  readonly position: Position;
  /** Place in `Plan.services`. */
  readonly services: readonly number[];
  readonly every: Distribution;
  /** Chance that one is bad. */
  readonly bad: number;
  /** How long a bad one keeps its services down until it is rolled back. */
  readonly time_to_roll_back: Distribution;
  /** Of every deployment, good or bad. */
  readonly episodes: EpisodeCosts;
}

export interface PlannedService {
  readonly name: string;
  readonly position: Position;
  readonly up: Condition;
  readonly objectives: {
    /** Fraction of the horizon in [0, 1], at least. */
    readonly availability: number | undefined;
    /** In the horizon, at most. */
    readonly downtime_s: number | undefined;
  };
}

/** What must hold for a service to be up. Only working units count: not failed, not out, and within working ones. */
export type Condition =
  | UnitsCondition
  /** At least so many of the conditions hold. */
  | { readonly kind: 'conditions'; readonly at_least: number; readonly of: readonly Condition[] }
  /** Nowhere do `row` units of a kind, numbered in a line, not work side by side. */
  | { readonly kind: 'no-row'; readonly row: number; readonly of: KindIndex };

/** At least so many units of these kinds work. */
export interface UnitsCondition {
  readonly kind: 'units';
  readonly at_least: number;
  readonly of: readonly KindIndex[];
  /** They must be connected with each other, by links whose ends work. */
  readonly connected: boolean;
  /** A unit counts only where this holds of what is within it; `of` is then one kind. */
  readonly where: Condition | undefined;
}
