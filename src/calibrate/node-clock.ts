/**
 * Clocks of nodes against the runner's. A kubelet's event is stamped when it happens and seen a write and a
 * delivery later; how much later at the least is known from our own writes.
 */
import { quantile } from '../timeline/quantile.ts';
import type { Echo, EventSight } from './observation.ts';

/** Near the least, and not the least itself, which may be a slip of the clock. */
const NEAR_LEAST = 0.1;

/** By node, what must be added to a stamp of its clock to have the time of ours, in milliseconds. */
export type NodeClocks = ReadonlyMap<string, number>;

/** Nodes of which no event was seen are missing; so are all where no echo was seen. */
export function nodeClocks(events: readonly EventSight[], echoes: readonly Echo[]): NodeClocks {
  if (echoes.length === 0) return new Map();
  const way_ms = nearLeast(echoes.map(({ sent_ms, seen_ms }) => seen_ms - sent_ms));
  const byNode = Map.groupBy(events, ({ node }) => node);
  return new Map(
    [...byNode].map(([node, own]) => [
      node,
      nearLeast(own.map(({ at_ms, stamped_ms }) => at_ms - stamped_ms)) - way_ms,
    ]),
  );
}

const nearLeast = (values: readonly number[]): number =>
  quantile(Float64Array.from(values).sort(), NEAR_LEAST);
