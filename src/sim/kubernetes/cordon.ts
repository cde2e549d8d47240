/** `kubectl cordon` and `kubectl uncordon`. */
import type { Cause } from '../cause.ts';
import type { ApiClient } from './api-server.ts';

export function isCordoned({ nodes }: ApiClient, node: string): boolean {
  return nodes.get(node)?.unschedulable === true;
}

/** @param done told when it is stored */
export function cordon(
  { nodes }: ApiClient,
  node: string,
  cause: Cause,
  done?: (stored: Cause) => void,
): void {
  nodes.update(node, { unschedulable: true }, cause, done);
}

export function uncordon({ nodes }: ApiClient, node: string, cause: Cause): void {
  nodes.update(node, { unschedulable: false }, cause);
}
