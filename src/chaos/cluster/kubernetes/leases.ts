import type { KubernetesObject, V1Lease } from '@kubernetes/client-node';
import { FIELD_MANAGER, MANAGED_BY_LABEL, viewAnnotated } from '../annotations.ts';
import { ChangedError, type Operation } from '../cluster.ts';
import {
  type Lease,
  type LeaseContent,
  type LeaseRef,
  type Leases,
  MARKED_KINDS,
  type MarkedObject,
} from '../leases.ts';
import type { Api, Call } from './api.ts';
import { isApiError, isForbidden } from './errors.ts';

const BY_FORESHOCK = `${MANAGED_BY_LABEL}=${FIELD_MANAGER}`;
const JSON_PATCH = 'application/json-patch+json';
/** Beyond what a server that is well takes; a renewal that waits longer would come too late anyway. */
const WRITE_TIMEOUT_MS = 5000;

export class ApiLeases implements Leases {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  async get({ namespace, name }: LeaseRef): Promise<Lease | undefined> {
    try {
      return viewLease(await this.#api.read<V1Lease>({ ...leases('get', namespace), name }));
    } catch (error) {
      if (isApiError(error, 404)) return undefined;
      throw error;
    }
  }

  async list(namespace: string | undefined): Promise<readonly Lease[]> {
    const query = { labelSelector: BY_FORESHOCK };
    const { items } = await this.#api.read<{ items: V1Lease[] }>(leases('list', namespace), { query });
    return items.map(viewLease);
  }

  async create(ref: LeaseRef, content: LeaseContent): ReturnType<Leases['create']> {
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...ref, labels: { [MANAGED_BY_LABEL]: FIELD_MANAGER }, annotations: content.annotations },
      spec: specOf(content),
    };
    try {
      return viewLease(await this.#api.call<V1Lease>(leases('create', ref.namespace), { body }));
    } catch (error) {
      if (isApiError(error, 409)) return 'taken';
      if (isApiError(error, 404)) return 'no-namespace';
      throw error;
    }
  }

  async write(lease: Lease, content: LeaseContent): Promise<Lease> {
    const { namespace, name, uid, version } = lease;
    const body: readonly Operation[] = [
      { op: 'test', path: '/metadata/uid', value: uid },
      { op: 'test', path: '/metadata/resourceVersion', value: version },
      { op: 'add', path: '/metadata/annotations', value: content.annotations },
      { op: 'replace', path: '/spec', value: specOf(content) },
    ];
    const options = { body, contentType: JSON_PATCH, signal: AbortSignal.timeout(WRITE_TIMEOUT_MS) };
    try {
      return viewLease(await this.#api.call<V1Lease>({ ...leases('patch', namespace), name }, options));
    } catch (error) {
      if (!isApiError(error, 404, 409, 422)) throw error;
      throw new ChangedError(`Lease ${namespace}/${name} is not as it was: ${error.message}`, {
        cause: error,
      });
    }
  }

  async remove({ namespace, name, uid, version }: Lease): Promise<void> {
    const body = { preconditions: { uid, resourceVersion: version } };
    try {
      await this.#api.call({ ...leases('delete', namespace), name }, { body });
    } catch (error) {
      if (!isApiError(error, 404, 409)) throw error;
    }
  }

  async marked(
    namespaces: readonly string[] | undefined,
    unseen: (what: string) => void,
  ): Promise<readonly MarkedObject[]> {
    const lists = MARKED_KINDS.flatMap((kind) =>
      (kind.isNamespaced === true ? (namespaces ?? [undefined]) : [undefined]).map((namespace) => ({
        ...kind,
        namespace,
      })),
    );
    const found = lists.map(async ({ group, resource, kind, namespace, isCreated }) => {
      try {
        const call = { verb: 'list', group, version: 'v1', resource, namespace } as const;
        const query = isCreated === true ? { labelSelector: BY_FORESHOCK } : {};
        const { items } = await this.#api.read<{ items: KubernetesObject[] }>(call, { query });
        const apiVersion = group === '' ? 'v1' : `${group}/v1`;
        return items.flatMap((object) => viewMarked({ apiVersion, kind }, object));
      } catch (error) {
        if (!isForbidden(error)) throw error;
        unseen(namespace === undefined ? resource : `${resource} of namespace ${namespace}`);
        return [];
      }
    });
    return (await Promise.all(found)).flat();
  }
}

function leases(verb: Call['verb'], namespace: string | undefined): Call {
  return { verb, group: 'coordination.k8s.io', version: 'v1', resource: 'leases', namespace };
}

function specOf({ holder, duration_s, acquired_ms, renewed_ms }: LeaseContent) {
  return {
    holderIdentity: holder,
    leaseDurationSeconds: duration_s,
    acquireTime: microTime(acquired_ms),
    renewTime: microTime(renewed_ms),
  };
}

/** As Kubernetes writes a MicroTime (apimachinery 1.35 pkg/apis/meta/v1/micro_time.go RFC3339Micro). */
const microTime = (at_ms: number): string => new Date(at_ms).toISOString().replace('Z', '000Z');

/** What comes over the wire has times as texts, whatever the client's types say. */
const timeOf = (text: unknown): number => Date.parse(String(text)) || 0;

function viewLease({ metadata, spec }: V1Lease): Lease {
  return {
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    version: metadata?.resourceVersion ?? '',
    holder: spec?.holderIdentity ?? '',
    duration_s: spec?.leaseDurationSeconds ?? 0,
    acquired_ms: timeOf(spec?.acquireTime),
    renewed_ms: timeOf(spec?.renewTime),
    annotations: metadata?.annotations ?? {},
  };
}

function viewMarked(
  kind: { readonly apiVersion: string; readonly kind: string },
  { metadata }: KubernetesObject,
): readonly MarkedObject[] {
  const annotations = viewAnnotated(metadata).own;
  if (Object.keys(annotations).length === 0) return [];
  return [
    {
      ...kind,
      namespace: metadata?.namespace ?? '',
      name: metadata?.name ?? '',
      uid: metadata?.uid ?? '',
      annotations,
      created_ms: timeOf(metadata?.creationTimestamp),
    },
  ];
}
