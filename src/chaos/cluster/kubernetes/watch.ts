import type { KubernetesObject } from '@kubernetes/client-node';
import { now_ms } from '../../clock.ts';
import { sleep } from '../../sleep.ts';
import { askedBy, Backoff } from '../retry.ts';
import type { Api, Call } from './api.ts';
import { ApiError } from './errors.ts';

export interface CollectionWatcher<T> {
  changed(change: 'added' | 'modified' | 'deleted', object: T): void;
  /** It broke, and renewals have failed for a while; they go on. */
  lost(error: Error): void;
  /** It stands again after `lost`; what changed meanwhile has just been told. */
  found(): void;
}

/** Which objects of a collection, as the API is asked for them. */
export type Selection = { readonly labelSelector: string } | { readonly fieldSelector: string };

/** How long renewals may fail in a row before it is said. */
const LOST_AFTER_MS = 1000;

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T & { readonly code?: number; readonly message?: string };
}

interface List<T> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly T[];
}

/**
 * Follows the objects of a collection from a list on, as client-go's reflector does: after a break from the
 * version it had come to, after 410 Gone from a new list, whose differences are delivered as changes. It never
 * gives up: an API server may be away for any time.
 *
 * Resolves when the first state has been delivered; goes on until `signal`.
 */
export async function follow<T extends KubernetesObject>(
  api: Api,
  collection: Omit<Call, 'verb' | 'name'>,
  selector: Selection,
  watcher: CollectionWatcher<T>,
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, T>();

  const set = (object: T) => {
    const previous = known.get(keyOf(object));
    if (previous && uidOf(previous) !== uidOf(object)) watcher.changed('deleted', previous);
    known.set(keyOf(object), object);
    if (!previous || uidOf(previous) !== uidOf(object)) watcher.changed('added', object);
    else if (versionOf(previous) !== versionOf(object)) watcher.changed('modified', object);
  };
  const remove = (object: T) => {
    if (known.delete(keyOf(object))) watcher.changed('deleted', object);
  };
  const list = async (ask: 'read' | 'once'): Promise<string> => {
    const call: Call = { ...collection, verb: 'list' };
    const { metadata, items } = await api[ask]<List<T>>(call, { query: { ...selector }, signal });
    const present = new Set(items.map(keyOf));
    for (const [key, object] of known) if (!present.has(key)) remove(object);
    for (const object of items) set(object);
    return metadata.resourceVersion;
  };
  /** Yields the version it has come to after each event. */
  async function* watchFrom(resourceVersion: string): AsyncGenerator<string> {
    const call: Call = { ...collection, verb: 'watch' };
    const query = { ...selector, resourceVersion, allowWatchBookmarks: 'true' };
    for await (const { type, object } of api.watch<WatchEvent<T>>(call, query, signal)) {
      if (type === 'ERROR') throw new ApiError(object.code ?? 500, JSON.stringify(object));
      if (type === 'DELETED') remove(object);
      else if (type !== 'BOOKMARK') set(object);
      yield versionOf(object);
    }
  }
  const goOn = async (from: string): Promise<void> => {
    let version: string | undefined = from;
    let failingSince_ms: number | undefined;
    let lost = false;
    const backoff = new Backoff();
    const stands = () => {
      failingSince_ms = undefined;
      backoff.reset();
      if (lost) watcher.found();
      lost = false;
    };
    while (!signal.aborted) {
      let asked_ms = 0;
      try {
        if (lost || version === undefined) {
          version = await list('once');
          stands();
        }
        for await (const reached of watchFrom(version)) {
          version = reached;
          stands();
        }
        // The server ends a watch after some minutes: no failure.
        failingSince_ms = undefined;
        backoff.reset();
      } catch (error) {
        if (signal.aborted) return;
        if (isGone(error)) version = undefined;
        else {
          asked_ms = askedBy(error);
          failingSince_ms ??= now_ms();
          if (!lost && now_ms() - failingSince_ms >= LOST_AFTER_MS) {
            lost = true;
            watcher.lost(error instanceof Error ? error : new Error(String(error)));
          }
        }
      }
      await sleep(Math.max(backoff.next_ms(), asked_ms), signal).catch(() => {});
    }
  };

  const version = await list('read');
  void goOn(version);
}

const keyOf = ({ metadata }: KubernetesObject): string => `${metadata?.namespace}/${metadata?.name}`;
const uidOf = ({ metadata }: KubernetesObject): string | undefined => metadata?.uid;
const versionOf = ({ metadata }: KubernetesObject): string => metadata?.resourceVersion ?? '';

/** The server has forgotten the version: it keeps a few minutes of history. */
const isGone = (error: unknown): boolean => error instanceof ApiError && error.code === 410;

type Standing = Pick<CollectionWatcher<never>, 'lost' | 'found'>;

/** For two collections that are followed for one watcher: it is told when the first breaks, and when both stand. */
export function tellingOnce(watcher: Standing): readonly [Standing, Standing] {
  let broken = 0;
  const one: Standing = {
    lost(error) {
      broken += 1;
      if (broken === 1) watcher.lost(error);
    },
    found() {
      broken -= 1;
      if (broken === 0) watcher.found();
    },
  };
  return [one, one];
}
