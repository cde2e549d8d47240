import { networkInterfaces } from 'node:os';

/** Of this machine: a node that has one of them is where the run itself goes on. */
export function ownAddresses(): ReadonlySet<string> {
  const interfaces = Object.values(networkInterfaces());
  return new Set(interfaces.flatMap((each) => (each ?? []).map(({ address }) => address)));
}
