/** Leases (coordination.k8s.io/v1), by which runs know of each other, and objects that carry word of a run. */
import type { Labels } from '../../scenario/scenario.ts';
import type { ObjectRef } from './cluster.ts';

export interface LeaseRef {
  readonly namespace: string;
  readonly name: string;
}

/** What its holder says in it. */
export interface LeaseContent {
  /** Who holds it: holderIdentity. */
  readonly holder: string;
  /** How long it holds after a renewal: leaseDurationSeconds. */
  readonly duration_s: number;
  /** On the holder's clock, as milliseconds since 1970: acquireTime and renewTime. */
  readonly acquired_ms: number;
  readonly renewed_ms: number;
  readonly annotations: Labels;
}

export interface Lease extends LeaseRef, LeaseContent {
  readonly uid: string;
  /** Changes with every write: resourceVersion. */
  readonly version: string;
}

/** An object that carries annotations of foreshock's own, which foreshock itself has written. */
export interface MarkedObject extends ObjectRef {
  readonly uid: string;
  readonly annotations: Labels;
  /** On the server's clock, as milliseconds since 1970. */
  readonly created_ms: number;
}

export interface Leases {
  /** undefined where there is none. */
  get(ref: LeaseRef): Promise<Lease | undefined>;
  /** Those that foreshock made. @param namespace undefined: of all */
  list(namespace: string | undefined): Promise<readonly Lease[]>;
  /** @returns why not: the name is taken, or there is no such namespace */
  create(ref: LeaseRef, content: LeaseContent): Promise<Lease | 'taken' | 'no-namespace'>;
  /** @throws ChangedError where somebody else has written to it since, or it is gone */
  write(lease: Lease, content: LeaseContent): Promise<Lease>;
  /** Leaves it where somebody else has written to it since. */
  remove(lease: Lease): Promise<void>;
  /**
   * Objects that foreshock has marked: nodes and namespaces, and of `namespaces` (undefined: of all) workloads, Services
   * and the NetworkPolicies that it has created.
   *
   * @param unseen told which kinds the account may not list
   */
  marked(
    namespaces: readonly string[] | undefined,
    unseen: (what: string) => void,
  ): Promise<readonly MarkedObject[]>;
}

export interface MarkedKind {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
  /** Undefined: it is in none. */
  readonly isNamespaced?: true;
  /** Whether foreshock creates it, so that its label tells it from others. */
  readonly isCreated?: true;
}

/** Kinds that faults mark, and the namespaces that manifests bring. */
export const MARKED_KINDS: readonly MarkedKind[] = [
  { group: '', resource: 'nodes', kind: 'Node' },
  { group: '', resource: 'namespaces', kind: 'Namespace' },
  { group: '', resource: 'services', kind: 'Service', isNamespaced: true },
  { group: 'apps', resource: 'deployments', kind: 'Deployment', isNamespaced: true },
  { group: 'apps', resource: 'statefulsets', kind: 'StatefulSet', isNamespaced: true },
  { group: 'apps', resource: 'daemonsets', kind: 'DaemonSet', isNamespaced: true },
  {
    ...{ group: 'networking.k8s.io', resource: 'networkpolicies', kind: 'NetworkPolicy' },
    ...{ isNamespaced: true, isCreated: true },
  },
];
