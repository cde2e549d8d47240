import { ExitCode, TestbedError } from './failure.ts';

/** Addresses of the testbed, all from 198.18.0.0/15, which RFC 2544 sets aside for benchmarks. */
export interface AddressPlan {
  /** The lab's own address on the bridge: API server, image registry and the default source of load. */
  readonly lab: string;
  readonly prefixLength: number;
  readonly clusterRange: string;
  readonly serviceRange: string;
  /** More source addresses for load in the lab, so that a client is not limited to one address's ports. */
  readonly sourceAddresses: string;
  readonly nodes: readonly NodePlan[];
}

export interface NodePlan {
  readonly name: string;
  /** As in topology.kubernetes.io/zone. */
  readonly zone: string;
  readonly address: string;
  /** Of its network card. */
  readonly cardAddress: string;
  readonly podRange: string;
}

export const API_SERVER_PORT = 6443;
export const REGISTRY_PORT = 5000;
export const NODES_MAX = 20;
const FIRST_ZONE = 'a'.charCodeAt(0);

/** @param zoneCount the nodes are dealt out to so many zones in turn; each is its own zone unless told */
export function planAddresses(nodeCount: number, zoneCount = nodeCount): AddressPlan {
  if (!Number.isInteger(nodeCount) || nodeCount < 1 || nodeCount > NODES_MAX) {
    throw new TestbedError(`--nodes takes a whole number from 1 to ${NODES_MAX}, not ${nodeCount}`, {
      exitCode: ExitCode.usage,
    });
  }
  if (!Number.isInteger(zoneCount) || zoneCount < 1 || zoneCount > nodeCount) {
    throw new TestbedError(
      `--zones takes a whole number from 1 to ${nodeCount}, the number of nodes, not ${zoneCount}`,
      { exitCode: ExitCode.usage },
    );
  }
  return {
    lab: '198.18.0.1',
    prefixLength: 24,
    clusterRange: '198.18.96.0/19',
    serviceRange: '198.18.200.0/24',
    sourceAddresses: '198.18.250.0/24',
    nodes: Array.from({ length: nodeCount }, (_, index) => ({
      name: `node-${index + 1}`,
      zone: `zone-${String.fromCharCode(FIRST_ZONE + (index % zoneCount))}`,
      address: `198.18.0.${11 + index}`,
      // The second bit of the first byte says: given out locally (IEEE 802).
      cardAddress: `02:00:00:00:00:${(11 + index).toString(16).padStart(2, '0')}`,
      podRange: `198.18.${101 + index}.0/24`,
    })),
  };
}
