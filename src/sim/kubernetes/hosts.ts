import type { Node } from '../../scenario/scenario.ts';
import { Processors } from '../engine/processors.ts';

/** The processors of each node's machine, by its place; nodes of one host have the same. undefined: as many as it takes. */
export function processorsOf(nodes: readonly Node[]): readonly (Processors | undefined)[] {
  const ofHosts = new Map<string, Processors>();
  return nodes.map(({ cores, host }) => {
    if (cores === undefined) return undefined;
    const processors = (host === undefined ? undefined : ofHosts.get(host)) ?? new Processors(cores);
    if (host !== undefined) ofHosts.set(host, processors);
    return processors;
  });
}
