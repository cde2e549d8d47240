import type { KindIndex, Placement, Plan } from '../../scenario/plan.ts';
import { Effort } from './effort.ts';
import { LeastLoaded } from './least-loaded.ts';
import { ancestor, countOf, type Units } from './units.ts';

/** Of a workload with as many replicas, looking at each costs less than counting them all the time. */
const FEW_REPLICAS = 32;

/** What is known of one kind that moves. */
interface Moving extends Placement {
  readonly first: number;
  /** Replicas of one workload. */
  readonly replicas: number;
  /** How many units they are spread over, and how many to run on each of those has. */
  readonly spreads: number;
  readonly hosts: number;
  /** By workload and unit of `spread`: its replicas there; undefined where there are few. */
  readonly there: Int32Array | undefined;
}

/**
 * Which unit each replica runs on, and where one that lost its own goes: to the unit of `spread` that has the fewest of
 * its workload, whether those run at present or not, and there to what has the fewest replicas of all.
 */
export class Placements {
  readonly #units: Units;
  /** By unit, the state's own. */
  readonly #parent: Int32Array;
  readonly #effort: Effort;
  readonly #moving: readonly (Moving | undefined)[];
  /** By kind that others run on. */
  readonly #load: readonly (LeastLoaded | undefined)[];
  /** Doubly linked lists of what runs on a unit, by unit. */
  readonly #head: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;

  /** Nothing works and nothing is placed to begin with. */
  constructor(plan: Plan, units: Units, parent: Int32Array, effort = new Effort()) {
    this.#units = units;
    this.#parent = parent;
    this.#effort = effort;
    this.#moving = plan.units.map(({ placed, count }, kind) => {
      if (placed === undefined) return undefined;
      const spreads = countOf(units, placed.spread);
      return {
        ...placed,
        first: units.first[kind]!,
        replicas: count,
        spreads,
        hosts: spreads === 0 ? 0 : countOf(units, placed.on) / spreads,
        there: count > FEW_REPLICAS ? new Int32Array(placed.copies * spreads) : undefined,
      };
    });
    this.#load = plan.units.map((_, kind) =>
      this.#moving.some((moving) => moving?.on === kind) ? new LeastLoaded(countOf(units, kind)) : undefined,
    );
    const listed = this.#moving.some((moving) => moving !== undefined) ? units.count : 0;
    this.#head = new Int32Array(listed).fill(-1);
    this.#next = new Int32Array(listed).fill(-1);
    this.#previous = new Int32Array(listed).fill(-1);
  }

  /** Whether anything can run on units of this kind. */
  isHost(kind: KindIndex): boolean {
    return this.#load[kind] !== undefined;
  }

  /** The first of what has its place on a unit, and the one after another; -1 where there is none. */
  firstOn(host: number): number {
    return this.#head[host]!;
  }

  nextOn(replica: number): number {
    return this.#next[replica]!;
  }

  /** Only what is open is chosen. */
  setOpen(host: number, isOpen: boolean): void {
    const kind = this.#units.kindOf[host]!;
    this.#load[kind]!.setOpen(host - this.#units.first[kind]!, isOpen);
  }

  /** Where a replica should go; -1 where nothing is open. */
  choose(replica: number): number {
    const moving = this.#movingOf(replica);
    this.#effort.steps += 1;
    const index =
      moving.there === undefined ? this.#amongFew(moving, replica) : this.#amongMany(moving, replica);
    return index < 0 ? -1 : this.#units.first[moving.on]! + index;
  }

  /** Gives a replica another place. */
  move(replica: number, host: number): void {
    const moving = this.#movingOf(replica);
    if (this.#parent[replica]! >= 0) this.#leave(moving, replica);
    this.#parent[replica] = host;
    const head = this.#head[host]!;
    this.#next[replica] = head;
    this.#previous[replica] = -1;
    if (head >= 0) this.#previous[head] = replica;
    this.#head[host] = replica;
    this.#account(moving, replica, host, 1);
  }

  copyFrom(other: Placements): void {
    this.#head.set(other.#head);
    this.#next.set(other.#next);
    this.#previous.set(other.#previous);
    for (const [kind, load] of this.#load.entries()) load?.copyFrom(other.#load[kind]!);
    for (const [kind, moving] of this.#moving.entries()) moving?.there?.set(other.#moving[kind]!.there!);
  }

  #movingOf(replica: number): Moving {
    return this.#moving[this.#units.kindOf[replica]!]!;
  }

  #leave(moving: Moving, replica: number): void {
    const host = this.#parent[replica]!;
    const next = this.#next[replica]!;
    const previous = this.#previous[replica]!;
    if (previous < 0) this.#head[host] = next;
    else this.#next[previous] = next;
    if (next >= 0) this.#previous[next] = previous;
    this.#account(moving, replica, host, -1);
  }

  #account(moving: Moving, replica: number, host: number, step: number): void {
    this.#load[moving.on]!.add(host - this.#units.first[moving.on]!, step);
    if (moving.there === undefined) return;
    moving.there[workloadOf(moving, replica) * moving.spreads + this.#spreadOf(moving, host)]! += step;
  }

  /** Place among the units of `spread`. */
  #spreadOf({ spread }: Moving, host: number): number {
    return ancestor(this.#units, this.#parent, host, spread) - this.#units.first[spread]!;
  }

  /** Looks between the units that have a replica of the workload; where nothing is open there, at those with the fewest. */
  #amongFew(moving: Moving, replica: number): number {
    const taken = this.#siblingSpreads(moving, replica);
    const load = this.#load[moving.on]!;
    let best: ReturnType<LeastLoaded['least']>;
    const look = (begin: number, end: number) => {
      const found = load.least(begin * moving.hosts, end * moving.hosts);
      if (found !== undefined && (best === undefined || found.load < best.load)) best = found;
    };
    let from = 0;
    for (const spread of taken) {
      look(from, spread);
      from = spread + 1;
    }
    look(from, moving.spreads);
    // One that stands here `often` times in a row holds so many replicas.
    for (let often = 1; best === undefined && often <= taken.length; often += 1) {
      for (let at = 0; at < taken.length; ) {
        let end = at + 1;
        while (end < taken.length && taken[end] === taken[at]) end += 1;
        if (end - at === often) look(taken[at]!, taken[at]! + 1);
        at = end;
      }
    }
    return best === undefined ? -1 : best.index;
  }

  /** Places among the units of `spread` of the workload's other replicas, ascending. */
  #siblingSpreads(moving: Moving, replica: number): number[] {
    const begin = moving.first + workloadOf(moving, replica) * moving.replicas;
    const spreads: number[] = [];
    for (let sibling = begin; sibling < begin + moving.replicas; sibling += 1) {
      const host = this.#parent[sibling]!;
      if (sibling !== replica && host >= 0) spreads.push(this.#spreadOf(moving, host));
    }
    return spreads.sort((a, b) => a - b);
  }

  #amongMany(moving: Moving, replica: number): number {
    const { spreads, hosts, there } = moving;
    const row = workloadOf(moving, replica) * spreads;
    const load = this.#load[moving.on]!;
    const own = this.#parent[replica]! < 0 ? -1 : this.#spreadOf(moving, this.#parent[replica]!);
    const replicasAt = (spread: number) => there![row + spread]! - (spread === own ? 1 : 0);
    // What has the least load of all is most often as good a place as any.
    let best = load.least(0, spreads * hosts);
    if (best === undefined) return -1;
    let fewest = replicasAt(Math.floor(best.index / hosts));
    for (let spread = 0; spread < spreads && fewest > 0; spread += 1) {
      const replicas = replicasAt(spread);
      this.#effort.steps += 1;
      if (replicas > fewest) continue;
      const found = load.least(spread * hosts, (spread + 1) * hosts);
      if (found === undefined || (replicas === fewest && found.load >= best.load)) continue;
      best = found;
      fewest = replicas;
    }
    return best.index;
  }
}

const workloadOf = ({ first, replicas }: Moving, replica: number): number =>
  Math.floor((replica - first) / replicas);
