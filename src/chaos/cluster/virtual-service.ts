/** Istio's VirtualServices (networking.istio.io), as far as faults in the way of requests go. */
import type { ObjectRef } from './cluster.ts';

/** Served since Istio 1.22 (istio/api 1.22 kubernetes/customresourcedefinitions.gen.yaml). */
export const VIRTUAL_SERVICES = { group: 'networking.istio.io', version: 'v1' } as const;

export function virtualServiceRef(namespace: string, name: string): ObjectRef {
  const { group, version } = VIRTUAL_SERVICES;
  return { apiVersion: `${group}/${version}`, kind: 'VirtualService', namespace, name };
}

/** One rule of a VirtualService, as the API has it. */
export interface HttpRule {
  /** Where requests are sent on to; a rule without it answers by itself or leaves it to another VirtualService. */
  readonly route?: readonly object[];
  /** Another VirtualService, whose rules take the place of this one. */
  readonly delegate?: object;
  /** What is done to requests before they are sent on. */
  readonly fault?: object;
}

export interface VirtualService {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly hosts: readonly string[];
  /** Names of gateways, and `mesh` for all sidecars; those are meant, too, where there is none. */
  readonly gateways: readonly string[];
  readonly http: readonly HttpRule[];
}

/** As it comes over the wire. */
export interface VirtualServiceObject {
  readonly metadata?: { readonly namespace?: string; readonly name?: string; readonly uid?: string };
  readonly spec?: Partial<Pick<VirtualService, 'hosts' | 'gateways' | 'http'>>;
}

export function viewVirtualService({ metadata, spec }: VirtualServiceObject): VirtualService {
  return {
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    hosts: spec?.hosts ?? [],
    gateways: spec?.gateways ?? [],
    http: spec?.http ?? [],
  };
}
