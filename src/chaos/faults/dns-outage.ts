import type { DnsOutage } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { byPolicy, policyRights } from '../pod-policy.ts';

/** Of DNS, over UDP and TCP (RFC 1035, 4.2). */
const PORT = 53;
const PORT_MAX = 65_535;

/** Policies allow and cannot deny: so every port but that one. */
const ALL_BUT_DNS = [
  ...['UDP', 'TCP'].flatMap((protocol) => [
    { protocol, port: 1, endPort: PORT - 1 },
    { protocol, port: PORT + 1, endPort: PORT_MAX },
  ]),
  { protocol: 'SCTP', port: 1, endPort: PORT_MAX },
];

/** Takes DNS from the victims: their policies let everything out but what goes to its port. */
export const dnsOutage: FaultAction<DnsOutage> = {
  ...byPolicy<DnsOutage>({
    fault: 'dns-outage',
    label: 'foreshock.dev/dns-outage',
    prefix: 'foreshock-dns-',
    spec: { policyTypes: ['Egress'], egress: [{ ports: ALL_BUT_DNS }] },
  }),
  act: 'deny-dns',
  // What other policies say is looked at before the first act: see dns-outages.ts.
  rights: () => policyRights(['get', 'list', 'create', 'patch', 'delete']),
};
