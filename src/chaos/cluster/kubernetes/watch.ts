import type { KubernetesObject } from '@kubernetes/client-node';
import { UserError } from '../../../scenario/errors.ts';
import type { Api, Call } from './api.ts';
import { ApiError } from './errors.ts';

export interface CollectionWatcher<T> {
  changed(change: 'added' | 'modified' | 'deleted', object: T): void;
  /** It broke and could not be renewed. */
  lost(error: Error): void;
}

/** How long renewals may fail in a row. */
const GIVE_UP_AFTER_MS = 30_000;
const RENEWAL_PAUSE_MS = 100;

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
 * version it had come to, after 410 Gone from a new list, whose differences are delivered as changes.
 *
 * Resolves when the first state has been delivered; goes on until `signal`.
 */
export async function follow<T extends KubernetesObject>(
  api: Api,
  collection: Omit<Call, 'verb' | 'name'>,
  labelSelector: string,
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
  const list = async (): Promise<string> => {
    const call: Call = { ...collection, verb: 'list' };
    const { metadata, items } = await api.read<List<T>>(call, { query: { labelSelector }, signal });
    const present = new Set(items.map(keyOf));
    for (const [key, object] of known) if (!present.has(key)) remove(object);
    for (const object of items) set(object);
    return metadata.resourceVersion;
  };
  /** Yields the version it has come to after each event. */
  async function* watchFrom(resourceVersion: string): AsyncGenerator<string> {
    const call: Call = { ...collection, verb: 'watch' };
    const query = { labelSelector, resourceVersion, allowWatchBookmarks: 'true' };
    for await (const { type, object } of api.watch<WatchEvent<T>>(call, query, signal)) {
      if (type === 'ERROR') throw new ApiError(object.code ?? 500, JSON.stringify(object));
      if (type === 'DELETED') remove(object);
      else if (type !== 'BOOKMARK') set(object);
      yield versionOf(object);
    }
  }
  const goOn = async (from: string): Promise<void> => {
    let version: string | undefined = from;
    let failingSince: number | undefined;
    while (!signal.aborted) {
      try {
        version ??= await list();
        for await (const reached of watchFrom(version)) {
          version = reached;
          failingSince = undefined;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (isGone(error)) {
          version = undefined;
        } else {
          failingSince ??= performance.now();
          if (isFinal(error) || performance.now() - failingSince > GIVE_UP_AFTER_MS) {
            return watcher.lost(error instanceof Error ? error : new Error(String(error)));
          }
        }
      }
      await new Promise((resolve) => setTimeout(resolve, RENEWAL_PAUSE_MS));
    }
  };

  const version = await list();
  void goOn(version);
}

const keyOf = ({ metadata }: KubernetesObject): string => `${metadata?.namespace}/${metadata?.name}`;
const uidOf = ({ metadata }: KubernetesObject): string | undefined => metadata?.uid;
const versionOf = ({ metadata }: KubernetesObject): string => metadata?.resourceVersion ?? '';

/** The server has forgotten the version: it keeps a few minutes of history. */
const isGone = (error: unknown): boolean => error instanceof ApiError && error.code === 410;

/** Rights that were taken away do not come back by themselves. */
const isFinal = (error: unknown): boolean =>
  error instanceof UserError && error.cause instanceof ApiError && [401, 403].includes(error.cause.code);
