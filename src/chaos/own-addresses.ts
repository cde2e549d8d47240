import { networkInterfaces } from 'node:os';

/** What a pod is told by its manifest (`status.hostIP`, by the downward API): the address of the node it runs on. */
export const HOST_IP = 'FORESHOCK_HOST_IP';

/** Of this machine, in a pod of its node, too: a node that has one of them is where the run itself goes on. */
export function ownAddresses(): ReadonlySet<string> {
  const interfaces = Object.values(networkInterfaces());
  const host = process.env[HOST_IP];
  return new Set([
    ...interfaces.flatMap((each) => (each ?? []).map(({ address }) => address)),
    ...(host ? [host] : []),
  ]);
}
