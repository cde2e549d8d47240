/**
 * Where requests come from: local addresses and ports, chosen so that one request does not meet what another
 * has left behind.
 *
 * A connection that got no answer stays in connection tracking for 120 s (Linux
 * nf_conntrack_tcp_timeout_syn_sent), bound to the backend it was given; the next connection from the same
 * address and port is sent to that backend, dead or alive. So no port may come round within that time, not
 * even in the next trial or the next process. The whole range therefore passes once in a lap of 125 s of the
 * machine's clock, and a request takes the port whose moment it is, or one of the next.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { EXIT, UserError } from '../../scenario/errors.ts';
import { now_ms } from '../clock.ts';

/** Linux Documentation/networking/nf_conntrack-sysctl.rst: nf_conntrack_tcp_timeout_syn_sent. */
export const CONNTRACK_MEMORY_MS = 120_000;
/** What a burst may run ahead of the lap is the difference to CONNTRACK_MEMORY_MS. */
const LAP_MS = 125_000;
/** Linux Documentation/networking/ip-sysctl.rst: ip_local_port_range. */
const LINUX_PORT_RANGE = { first: 32_768, last: 60_999 } as const;
const SOURCE_ADDRESSES_MAX = 4096;

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export type SourcePlan =
  /** The operating system chooses the port; addresses, where there are any, take turns. */
  | { readonly ports: 'kernel'; readonly addresses: readonly string[] }
  | { readonly ports: 'own'; readonly addresses: readonly string[]; readonly range: PortRange };

export interface Source {
  readonly address: string | undefined;
  readonly port: number | undefined;
}

/** The range from which the operating system hands out local ports. */
export function localPortRange(file = '/proc/sys/net/ipv4/ip_local_port_range'): PortRange {
  try {
    const [first, last] = readFileSync(file, 'utf8').trim().split(/\s+/).map(Number);
    if (first !== undefined && last !== undefined && first > 0 && last >= first) return { first, last };
  } catch {
    // Not Linux.
  }
  return LINUX_PORT_RANGE;
}

/** How many requests a second the plan can send without a port coming round too soon. */
export function rateMax_per_s(plan: SourcePlan): number {
  return plan.ports === 'kernel' ? Number.POSITIVE_INFINITY : (slots(plan) * 1000) / LAP_MS;
}

/**
 * @param field as the scenario has it
 * @throws UserError where the rate needs more ports than the plan has.
 */
export function checkRate(rate_per_s: number, field: string, plan: SourcePlan): void {
  if (plan.ports === 'kernel' || rate_per_s <= rateMax_per_s(plan)) return;
  const ports = slots(plan) / Math.max(1, plan.addresses.length);
  const addresses = Math.ceil((rate_per_s * LAP_MS) / 1000 / ports);
  throw new UserError(
    `${field} ${rate_per_s} is more than ${Math.floor(rateMax_per_s(plan))}, which is what the ${ports} ` +
      `source ports of ${Math.max(1, plan.addresses.length)} address(es) allow: connection tracking remembers a ` +
      `port for ${CONNTRACK_MEMORY_MS / 1000} s, and a port that comes round sooner may be sent to a dead backend`,
    {
      exitCode: EXIT.configuration,
      hint: `give ${addresses} addresses with --source-addresses, lower the rate, or set load.source_ports: kernel`,
    },
  );
}

/**
 * The sources of one sender, one call a connection.
 *
 * @returns a function that gives undefined where the sender is so far ahead of the lap that its next port
 *   was used less than 120 s ago
 */
export function sourcePicker(plan: SourcePlan, clock_ms: () => number = now_ms): () => Source | undefined {
  if (plan.ports === 'kernel') {
    let turn = 0;
    return () => ({ address: plan.addresses[turn++ % plan.addresses.length], port: undefined });
  }
  const { range, addresses } = plan;
  const total = slots(plan);
  const ports = range.last - range.first + 1;
  const ahead_max = (total * (LAP_MS - CONNTRACK_MEMORY_MS)) / LAP_MS;
  let previous = -1;
  return () => {
    const current = (clock_ms() / LAP_MS) * total;
    const slot = Math.max(previous + 1, Math.floor(current));
    if (slot > current + ahead_max) return undefined;
    previous = slot;
    const position = slot % total;
    return { address: addresses[Math.floor(position / ports)], port: range.first + (position % ports) };
  };
}

function slots(plan: Extract<SourcePlan, { ports: 'own' }>): number {
  return (plan.range.last - plan.range.first + 1) * Math.max(1, plan.addresses.length);
}

/**
 * Reads a list of addresses, as `--source-addresses` takes it: "198.18.250.1,198.18.250.2" or
 * "198.18.250.0/24", which stands for its addresses without the first and the last.
 *
 * @throws UserError where it is neither
 */
export function parseAddresses(text: string): readonly string[] {
  const addresses = text
    .split(/[\s,]+/)
    .filter((item) => item !== '')
    .flatMap(expand);
  if (addresses.length > SOURCE_ADDRESSES_MAX) {
    throw invalidAddresses(
      text,
      `it names ${addresses.length} addresses; ${SOURCE_ADDRESSES_MAX} are the most`,
    );
  }
  return [...new Set(addresses)];
}

function expand(item: string): string[] {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(item);
  const bytes = match?.slice(1, 5).map(Number);
  const prefix = match?.[5] === undefined ? 32 : Number(match[5]);
  if (bytes === undefined || bytes.some((byte) => byte > 255) || prefix > 32) {
    throw invalidAddresses(
      item,
      'it is neither an IPv4 address (198.18.250.1) nor a range (198.18.250.0/24)',
    );
  }
  if (prefix < 16)
    throw invalidAddresses(item, 'a range this wide is surely not all of this machine; /16 is the widest');
  const size = 2 ** (32 - prefix);
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const base = value - (value % size);
  const [from, to] = size > 2 ? [base + 1, base + size - 2] : [base, base + size - 1];
  return Array.from({ length: to - from + 1 }, (_, index) => dotted(from + index));
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

function invalidAddresses(text: string, why: string): UserError {
  return new UserError(`source addresses ${JSON.stringify(text)}: ${why}`, {
    exitCode: EXIT.configuration,
    hint: 'list addresses that this machine owns, separated by commas',
  });
}

/** @throws UserError that names the addresses this machine cannot send from */
export async function checkAddresses(addresses: readonly string[]): Promise<void> {
  const foreign: string[] = [];
  for (const address of addresses) if (!(await isOwn(address))) foreign.push(address);
  if (foreign.length === 0) return;
  const names = foreign.slice(0, 3).join(', ') + (foreign.length > 3 ? `, ... (${foreign.length})` : '');
  throw new UserError(`source addresses ${names}: this machine does not have them`, {
    exitCode: EXIT.configuration,
    hint: 'add them (ip route add local 198.18.250.0/24 dev lo), or leave --source-addresses away',
  });
}

/** An address can be bound to exactly where requests can be sent from it. */
function isOwn(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: address, port: 0 }, () => server.close(() => resolve(true)));
  });
}
