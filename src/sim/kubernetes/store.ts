import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { Link } from './link.ts';

/** @param gone whether the object was removed; it is then as it was at last */
export type Watcher<T> = (object: T, gone: boolean, cause: Cause) => void;

/**
 * All objects of one kind, as the API server keeps them.
 *
 * A write is stored `api_write` after it was sent, and each watcher sees it its own `watch_delivery` later. Writes
 * to one object keep their order, and so does each watch. What a link holds up arrives when the link is up again:
 * a watch that comes back begins with a list, so of each object only what is the latest.
 */
export class Store<T extends { readonly name: string }> {
  readonly #environment: Environment;
  readonly #stored: (object: T, gone: boolean) => void;
  readonly #objects = new Map<string, T>();
  readonly #watches: Watch<T>[] = [];
  /** When the last write to an object is stored. */
  readonly #storedAt_ms = new Map<string, number>();

  /** @param stored told of every change at the moment it is stored */
  constructor(environment: Environment, stored: (object: T, gone: boolean) => void = () => {}) {
    this.#environment = environment;
    this.#stored = stored;
  }

  get(name: string): T | undefined {
    return this.#objects.get(name);
  }

  values(): Iterable<T> {
    return this.#objects.values();
  }

  /** Puts an object there as if it had always been: part of the steady state before the trial. */
  restore(object: T): void {
    this.#objects.set(object.name, object);
    this.#stored(object, false);
  }

  watch(link: Link, handler: Watcher<T>): void {
    this.#watches.push({ link, handler, deliveredAt_ms: 0, held: [] });
  }

  /**
   * @param change what becomes of the object that is there when the write arrives; undefined: nothing is written
   * @param done told when the write has returned, whether or not anything was written
   * @param lost told instead where it does not arrive; left out: then it is sent again once the link is up
   */
  write(
    link: Link,
    name: string,
    cause: Cause,
    change: (current: T | undefined) => T | 'removed' | undefined,
    done?: (stored: Cause) => void,
    lost?: () => void,
  ): void {
    if (lost !== undefined && !link.isUp) {
      lost();
      return;
    }
    link.whenUp(() => {
      const arrives_ms = this.#environment.now_ms + this.#environment.delay_ms('api_write');
      const at_ms = Math.max(arrives_ms, this.#storedAt_ms.get(name) ?? 0);
      this.#storedAt_ms.set(name, at_ms);
      this.#environment.simulation.at(at_ms, () => {
        if (!link.isUp) {
          if (lost !== undefined) lost();
          else this.write(link, name, cause, change, done);
          return;
        }
        const stored = step(cause, 'API server', at_ms);
        this.#store(name, change(this.#objects.get(name)), stored);
        done?.(stored);
      });
    });
  }

  #store(name: string, next: T | 'removed' | undefined, cause: Cause): void {
    const current = this.#objects.get(name);
    if (next === undefined || (next === 'removed' && current === undefined)) return;
    const gone = next === 'removed';
    const object = gone ? (current as T) : next;
    if (gone) this.#objects.delete(name);
    else this.#objects.set(name, object);
    this.#stored(object, gone);
    for (const watch of this.#watches) this.#deliver(watch, object, gone, cause);
  }

  #deliver(watch: Watch<T>, object: T, gone: boolean, cause: Cause): void {
    const arrives_ms = this.#environment.now_ms + this.#environment.delay_ms('watch_delivery');
    const at_ms = Math.max(arrives_ms, watch.deliveredAt_ms);
    watch.deliveredAt_ms = at_ms;
    this.#environment.simulation.at(at_ms, () => {
      if (watch.held.length === 0 && watch.link.isWatching(this)) {
        watch.handler(object, gone, step(cause, 'API server', at_ms));
        return;
      }
      if (watch.held.length === 0) watch.link.whenWatching(this, () => this.#release(watch));
      watch.held.push({ object, gone, cause });
    });
  }

  #release(watch: Watch<T>): void {
    const held = watch.held.splice(0);
    const last = new Map(held.map((event, index) => [event.object.name, index]));
    const { mended_ms } = watch.link;
    for (const [index, { object, gone, cause }] of held.entries()) {
      // That one went and another of its name came is seen from their UIDs.
      if (!gone && index !== last.get(object.name)) continue;
      const whole = cause.end_ms < mended_ms ? step(cause, 'cut off', mended_ms) : cause;
      watch.handler(object, gone, step(whole, 'reconnection', this.#environment.now_ms));
    }
  }
}

interface Watch<T> {
  readonly link: Link;
  readonly handler: Watcher<T>;
  /** When its latest event arrives. */
  deliveredAt_ms: number;
  /** Events that wait for the link, in order. */
  readonly held: { readonly object: T; readonly gone: boolean; readonly cause: Cause }[];
}
