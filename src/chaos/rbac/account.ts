/** An account and its rights, as objects of Kubernetes: ServiceAccount, Roles, and what binds them. */
import { Document, YAMLSeq } from 'yaml';
import { EXIT, UserError } from '../../scenario/errors.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { leastOf, type Wanted } from '../safety/rights.ts';
import { isSecret } from '../wanted-rights.ts';
import { type Purpose, purposesOf } from './rules.ts';
import { isNamespace, isOfRbac } from './survey.ts';

export interface Account {
  readonly name: string;
  readonly namespace: string;
}

/** What the rights are for: a scenario, or the experiments of a game day together. */
export interface Subject extends Pick<Scenario, 'name' | 'file' | 'objects' | 'faults'> {
  readonly load: Pick<Scenario['load'], 'namespace'>;
  /** Files of a game day's experiments. */
  readonly experiments?: readonly string[];
}

/** Longest name of a Job whose pods can have it in a label (Kubernetes 1.35 apimachinery/pkg/util/validation). */
const NAME_MAX = 63;

/**
 * An account for the subject alone, where nothing else is said.
 *
 * @param role what tells it from the account of its runs
 * @throws UserError where a name cannot be one of Kubernetes
 */
export function accountOf(
  subject: Subject,
  given: { readonly account: string | undefined; readonly namespace: string | undefined },
  role?: string,
): Account {
  const { account: name = nameFor(subject, role), namespace = subject.load.namespace } = given;
  for (const [flag, value] of Object.entries({ account: name, namespace })) {
    if (value.length <= NAME_MAX && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(value)) continue;
    throw new UserError(`--${flag} cannot be ${value}`, {
      exitCode: EXIT.configuration,
      hint: `a name of at most ${NAME_MAX} lower case letters, digits and "-"`,
    });
  }
  return { name, namespace };
}

function nameFor({ name }: Subject, role?: string): string {
  const suffix = role === undefined ? '' : `-${role}`;
  const plain = `foreshock-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  return `${plain.slice(0, NAME_MAX - suffix.length).replace(/-+$/, '')}${suffix}`;
}

/** Namespaces of the manifests, the account, and its rights, in the order in which they can be applied. */
export function accountDocuments(
  account: Account,
  subject: Pick<Subject, 'objects'>,
  wanted: readonly Wanted[],
): readonly Document[] {
  const namespaces = subject.objects.filter(isNamespace).map(({ body }) => new Document(body));
  const byNamespace = Map.groupBy(leastOf(wanted), ({ namespace }) => namespace);
  return [
    ...namespaces,
    new Document({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }),
    ...[...byNamespace].flatMap(([namespace, rights]) => roleDocuments(account, namespace, rights)),
  ];
}

/** For people, above all of it. @param command that the rights are for, with its file */
export function accountComment(command: string, { faults }: Pick<Subject, 'faults'>): readonly string[] {
  return [
    `The least rights of \`foreshock ${command}\`: ${[...new Set(faults.map(({ type }) => type))].join(', ')}.`,
    'Used beside them: the ClusterRoles system:discovery and system:basic-user, which every account has by default.',
  ];
}

/** What of the manifests a run with these rights neither reads nor creates. */
export function toBeThere({ objects }: Pick<Subject, 'objects'>): readonly string[] {
  return [
    ...objects.filter(isSecret).map((secret) => ({ ...secret, why: 'no right to Secrets is granted' })),
    ...objects
      .filter(isOfRbac)
      .map((role) => ({ ...role, why: 'nobody may create a Role with more rights than their own' })),
  ].map(
    ({ kind, namespace, name, why }) =>
      `To be there before the run: ${kind} ${namespace === '' ? '' : `${namespace}/`}${name}; ${why}.`,
  );
}

const RBAC_GROUP = 'rbac.authorization.k8s.io';
const RBAC_VERSION = `${RBAC_GROUP}/v1`;

/** A Role and its binding; of the whole cluster where there is no namespace. */
function roleDocuments(
  account: Account,
  namespace: string | undefined,
  rights: readonly Wanted[],
): readonly Document[] {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  // Accounts of the same name in two namespaces are two.
  const metadata =
    namespace === undefined
      ? { name: `${account.namespace}:${account.name}` }
      : { name: account.name, namespace };
  const role = new Document({ apiVersion: RBAC_VERSION, kind, metadata, rules: [] });
  role.set('rules', rulesNode(role, purposesOf(rights)));
  const binding = new Document({
    ...{ apiVersion: RBAC_VERSION, kind: `${kind}Binding`, metadata },
    roleRef: { apiGroup: RBAC_GROUP, kind, name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  });
  return [role, binding];
}

function rulesNode(document: Document, purposes: readonly Purpose[]) {
  const rules = new YAMLSeq();
  for (const { to, without, rules: own } of purposes) {
    for (const [index, rule] of own.entries()) {
      const node = document.createNode(rule, { flow: true });
      if (index === 0) {
        node.commentBefore = without === undefined ? ` ${to}` : ` Optional, ${to}; without it, ${without}`;
      }
      rules.add(node);
    }
  }
  return rules;
}
