/** Kubernetes objects that the testbed gives itself. */

const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' };

export const list = (items: readonly object[]): object => ({ apiVersion: 'v1', kind: 'List', items });

/** The head of an object of rbac.authorization.k8s.io. */
export function named(kind: string, name: string, namespace?: string): object {
  return { apiVersion: `${RBAC.group}/${RBAC.version}`, kind, metadata: { name, namespace } };
}

/** Gives a user what a role allows: in a namespace, or everywhere. */
export function binding(
  name: string,
  user: string,
  [kind, role]: readonly ['ClusterRole' | 'Role', string],
  namespace?: string,
): object {
  return {
    ...named(namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding', name, namespace),
    roleRef: { apiGroup: RBAC.group, kind, name: role },
    subjects: [{ apiGroup: RBAC.group, kind: 'User', name: user }],
  };
}
