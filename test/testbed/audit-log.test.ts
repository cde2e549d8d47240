import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { planAddresses } from '../../testbed/addresses.ts';
import { type AuditEvent, auditText, isChange, parseAudit, readAudit } from '../../testbed/audit-log.ts';
import { auditFolder, auditPolicy } from '../../testbed/cluster/audit.ts';
import { controlPlaneArguments } from '../../testbed/cluster/control-plane.ts';
import { users } from '../../testbed/cluster/credentials.ts';
import { instanceNamed } from '../../testbed/instance.ts';

const RUNNER = 'system:serviceaccount:shop:foreshock';

const event = (options: Partial<AuditEvent> = {}): AuditEvent => ({
  ...{ stage: 'ResponseComplete', requestURI: '/api/v1/namespaces/shop/pods/web-1', verb: 'get' },
  user: { username: RUNNER },
  objectRef: { resource: 'pods', namespace: 'shop', name: 'web-1' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-11-22T01:02:03.000000Z',
  ...options,
});
const review = (resource: string, apiGroup = 'authorization.k8s.io') =>
  event({ verb: 'create', objectRef: { resource, apiGroup } });

describe('what changes something', () => {
  it.each(['create', 'update', 'patch', 'delete', 'deletecollection'])('%s does', (verb) => {
    expect(isChange(event({ verb }))).toBe(true);
  });
  it.each(['get', 'list', 'watch'])('%s does not', (verb) => {
    expect(isChange(event({ verb }))).toBe(false);
  });
  it.each([
    ['selfsubjectaccessreviews', 'authorization.k8s.io', false],
    ['tokenreviews', 'authentication.k8s.io', false],
    ['reviews', 'shop.example', true],
    ['roles', 'rbac.authorization.k8s.io', true],
  ])('to create %s of %s: %s', (resource, group, changes) => {
    expect(isChange(review(resource, group))).toBe(changes);
  });
  it('does where it was refused, too', () => {
    expect(isChange(event({ verb: 'delete', responseStatus: { code: 403 } }))).toBe(true);
  });
});

describe('the log', () => {
  const root = mkdtempSync(join(tmpdir(), 'testbed-audit-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const line = (options: Partial<AuditEvent>) => `${JSON.stringify(event(options))}\n`;
  let count = 0;
  /** An instance in a folder of the test's. */
  const instanceWith = (files: Readonly<Record<string, string>>) => {
    const instance = { ...instanceNamed('audit'), folder: join(root, String(count++)) };
    mkdirSync(auditFolder(instance), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(auditFolder(instance), name), text);
    return instance;
  };

  it('is read from the file that was put aside on, and without the policy beside it', () => {
    const instance = instanceWith({
      'audit.log': line({ verb: 'delete' }),
      'audit-2026-11-22T01-02-03.000.log': line({ verb: 'get' }) + line({ verb: 'list' }),
      'policy.json': '{}',
    });
    expect(readAudit(instance).map(({ verb }) => verb)).toEqual(['get', 'list', 'delete']);
  });

  it('is told apart by who asked, and by what changes something', () => {
    const instance = instanceWith({
      'audit.log': line({}) + line({ verb: 'patch', user: { username: 'admin' } }) + line({ verb: 'delete' }),
    });
    expect(readAudit(instance, { user: RUNNER }).map(({ verb }) => verb)).toEqual(['get', 'delete']);
    expect(readAudit(instance, { user: RUNNER, changes: true }).map(({ verb }) => verb)).toEqual(['delete']);
    expect(readAudit(instance, { text: '"verb":"patch"' }).map(({ user }) => user.username)).toEqual([
      'admin',
    ]);
  });

  it('may end in a line that is still being written', () => {
    expect(parseAudit(`${line({})}{"verb":"del`)).toHaveLength(1);
  });

  it('is missed where there is none', () => {
    expect(() => readAudit(instanceWith({ 'policy.json': '{}' }))).toThrow(/no audit log/);
  });

  it.each<[string, Partial<AuditEvent>]>([
    ['200 system:serviceaccount:shop:foreshock: get pods shop/web-1', {}],
    [
      '404 system:serviceaccount:shop:foreshock: get /healthy',
      { requestURI: '/healthy', objectRef: undefined, responseStatus: { code: 404 } },
    ],
    [
      '201 system:serviceaccount:shop:foreshock: create pods/eviction (policy) shop/web-1',
      {
        ...{ verb: 'create', responseStatus: { code: 201 } },
        objectRef: {
          resource: 'pods',
          subresource: 'eviction',
          apiGroup: 'policy',
          namespace: 'shop',
          name: 'web-1',
        },
      },
    ],
    [
      '200 system:serviceaccount:shop:foreshock: list nodes',
      { verb: 'list', objectRef: { resource: 'nodes' } },
    ],
  ])('reads: %s', (text, options) => {
    expect(auditText(event(options))).toBe(`2026-11-22T01:02:03.000000Z ${text}`);
  });
});

describe('the policy', () => {
  const { rules } = auditPolicy() as {
    readonly rules: readonly {
      readonly level: string;
      readonly users?: string[];
      readonly userGroups?: string[];
    }[];
  };
  /** The first rule that fits counts (Kubernetes 1.35 apiserver/pkg/audit/policy/checker.go LevelAndRules). */
  const levelFor = (user: string, groups: readonly string[]) =>
    rules.find(
      (rule) =>
        (rule.users?.includes(user) ?? true) &&
        (rule.userGroups?.some((group) => groups.includes(group)) ?? true),
    )?.level;

  it('leaves out every component of the testbed, and nobody else that it knows', () => {
    const levels = [...users(planAddresses(2))].map(([user, groups]) => `${user} ${levelFor(user, groups)}`);
    expect(levels).toEqual([
      'admin Metadata',
      ...['controller-manager', 'scheduler', 'proxy'].map((name) => `system:kube-${name} None`),
      'system:metrics-server None',
      'system:kube-router None',
      ...['system:node:node-1 None', 'system:node:node-2 None'],
    ]);
  });

  it('leaves out the controllers, which have accounts of their own, and no other account', () => {
    const account = (namespace: string, name: string) =>
      levelFor(`system:serviceaccount:${namespace}:${name}`, [
        ...['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      ]);
    expect(account('kube-system', 'replicaset-controller')).toBe('None');
    expect(account('shop', 'replicaset-controller')).toBe('Metadata');
  });

  it('is what the API server is started with, and its log is put aside before it fills the disk', () => {
    const args = controlPlaneArguments(planAddresses(1), {
      ...{ etcdData: '/state/etcd', credentials: '/state/pki', kubeconfigOf: () => '' },
      ...{ auditPolicy: '/state/audit/policy.json', auditLog: '/state/audit/audit.log' },
    })['kube-apiserver'];
    expect(args.filter((argument) => argument.startsWith('--audit'))).toEqual([
      '--audit-policy-file=/state/audit/policy.json',
      '--audit-log-path=/state/audit/audit.log',
      expect.stringMatching(/^--audit-log-maxsize=\d+$/),
      '--audit-log-maxbackup=1',
    ]);
  });
});
