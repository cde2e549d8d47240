/** Rules of RBAC, held against requests as the API server's authorizer does (Kubernetes 1.35 plugin/pkg/auth/authorizer/rbac/rbac.go). */
import { parseAllDocuments } from 'yaml';
import type { Access } from '../../../../src/chaos/cluster/kubernetes/access-review.ts';
import type { FakeRequest } from './fake-api-server.ts';

interface RbacObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
}

/** What the Roles in `yaml` that are bound to its ServiceAccount grant: one for each verb, resource and name. */
export function granted(yaml: string): readonly Access[] {
  const objects = parseAllDocuments(yaml).flatMap((document) => (document.toJS() as RbacObject | null) ?? []);
  const account = objects.find(({ kind }) => kind === 'ServiceAccount')?.metadata;
  const isBound = ({ kind, metadata }: RbacObject) =>
    objects.some(
      (binding) =>
        binding.kind === `${kind}Binding` &&
        binding.metadata.namespace === metadata.namespace &&
        binding.roleRef?.kind === kind &&
        binding.roleRef.name === metadata.name &&
        binding.subjects?.some(
          (subject) =>
            subject.kind === 'ServiceAccount' &&
            subject.name === account?.name &&
            subject.namespace === account.namespace,
        ),
    );
  return objects
    .filter(isBound)
    .flatMap(({ metadata: { namespace }, rules = [] }) =>
      rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) =>
            verbs.flatMap((verb) =>
              (resourceNames ?? [undefined]).map((name) => ({ verb, group, resource, namespace, name })),
            ),
          ),
        ),
      ),
    );
}

/** Whether what is granted includes what is asked for. */
export function covers(grant: Access, access: Access): boolean {
  return (
    grant.verb === access.verb &&
    grant.group === access.group &&
    grant.resource === access.resource &&
    (grant.namespace === undefined || grant.namespace === access.namespace) &&
    (grant.name === undefined || grant.name === access.name)
  );
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PATCH: 'patch', DELETE: 'delete' };

/**
 * What a request does (Kubernetes 1.35 apiserver/pkg/endpoints/request/requestinfo.go); undefined for what is no
 * resource, and for what every account may ask: what it may do.
 */
export function accessOf({ method, path, query }: FakeRequest): Access | undefined {
  const found =
    /^\/(?:api|apis\/(?<group>[^/]+))\/v\d(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<resource>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<sub>[^/]+))?)?$/.exec(
      path,
    )?.groups;
  if (found === undefined || isReview(path)) return undefined;
  const { group = '', namespace, resource = '', name, sub } = found;
  const reading = name !== undefined ? 'get' : query.watch === 'true' ? 'watch' : 'list';
  return {
    verb: method === 'GET' ? reading : (VERBS[method] ?? ''),
    group,
    resource: sub === undefined ? resource : `${resource}/${sub}`,
    namespace,
    // A collection of which one is asked for by name counts as that one.
    name: name ?? /^metadata\.name=(.+)$/.exec(query.fieldSelector ?? '')?.[1],
  };
}

/** What a review asks about; undefined for any other request. */
export function reviewOf({ path, body }: FakeRequest): Access | undefined {
  if (!isReview(path)) return undefined;
  const { spec } = body as { spec: { resourceAttributes: Access & { readonly subresource?: string } } };
  const { verb, group, resource, subresource, namespace, name } = spec.resourceAttributes;
  return { verb, group, resource: subresource ? `${resource}/${subresource}` : resource, namespace, name };
}

const isReview = (path: string): boolean => path.endsWith('/selfsubjectaccessreviews');

/** For messages, and to be compared. */
export const accessText = ({ verb, group, resource, namespace = '*', name = '*' }: Access): string =>
  `${verb} ${group}/${resource} ${namespace}/${name}`;
