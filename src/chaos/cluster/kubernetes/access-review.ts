import type { Api } from './api.ts';
import { isForbidden } from './errors.ts';

/** What is asked about, in RBAC's words. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  /** With its subresource after a slash. */
  readonly resource: string;
  /** undefined: in all of them, and on what is in none. */
  readonly namespace: string | undefined;
  /** undefined: on any. */
  readonly name?: string | undefined;
}

/** Whether the account may do it: asked of the API server, which asks all its authorizers. */
export async function isAllowed(api: Api, access: Access): Promise<boolean> {
  const { verb, group, namespace, name } = access;
  const [resource, subresource] = access.resource.split('/');
  const review = await api.read<{ status?: { allowed?: boolean } }>(
    { verb: 'create', group: 'authorization.k8s.io', version: 'v1', resource: 'selfsubjectaccessreviews' },
    {
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb, group, resource, subresource, namespace, name } },
      },
    },
  );
  return review.status?.allowed === true;
}

/** As `isAllowed`; not every account may even ask, and then it is taken for no. */
export async function isKnownAllowed(api: Api, access: Access): Promise<boolean> {
  try {
    return await isAllowed(api, access);
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}
