import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AddressPlan, API_SERVER_PORT } from '../addresses.ts';
import { run } from '../run.ts';
import { METRICS_SERVER_HOST, METRICS_SERVER_USER } from './metrics.ts';
import { KUBE_ROUTER_USER } from './network-policies.ts';

/** Files of the cluster's certificate authority and of what it has signed, named as kubeadm names them. */
export interface Credentials {
  readonly folder: string;
  readonly tokens: ReadonlyMap<string, string>;
}

/** Who may talk to the API server: user, and the groups that RBAC and the Node authorizer know it by. */
export function users(plan: AddressPlan): ReadonlyMap<string, readonly string[]> {
  return new Map<string, readonly string[]>([
    ['admin', ['system:masters']],
    ['system:kube-controller-manager', []],
    ['system:kube-scheduler', []],
    ['system:kube-proxy', []],
    [METRICS_SERVER_USER, []],
    [KUBE_ROUTER_USER, []],
    ...plan.nodes.map((node) => [nodeUser(node.name), ['system:nodes']] as const),
  ]);
}

export function nodeUser(node: string): string {
  return `system:node:${node}`;
}

export async function createCredentials(folder: string, plan: AddressPlan): Promise<Credentials> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tokens = new Map([...users(plan).keys()].map((user) => [user, randomBytes(16).toString('hex')]));
  writeFileSync(join(folder, 'tokens.csv'), tokenFile(users(plan), tokens), { mode: 0o600 });

  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(join(folder, 'sa.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(join(folder, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));

  await certificate(folder, 'ca', '/CN=kubernetes', ['basicConstraints=critical,CA:TRUE']);
  await signedCertificate(folder, 'apiserver', '/CN=kube-apiserver', [
    'extendedKeyUsage=serverAuth',
    `subjectAltName=${apiServerNames(plan).join(',')}`,
  ]);
  // system:masters, as kubeadm had it until 1.29, lets the API server into every kubelet (logs, exec).
  await signedCertificate(
    folder,
    'apiserver-kubelet-client',
    '/O=system:masters/CN=kube-apiserver-kubelet-client',
    ['extendedKeyUsage=clientAuth'],
  );
  await signedCertificate(folder, 'front-proxy-client', '/CN=front-proxy-client', [
    'extendedKeyUsage=clientAuth',
  ]);
  await signedCertificate(folder, 'metrics-server', '/CN=metrics-server', [
    'extendedKeyUsage=serverAuth',
    `subjectAltName=DNS:${METRICS_SERVER_HOST}`,
  ]);
  return { folder, tokens };
}

/** Format of --token-auth-file: token,user,uid,"group1,group2". */
export function tokenFile(
  groupsOf: ReadonlyMap<string, readonly string[]>,
  tokens: ReadonlyMap<string, string>,
): string {
  return [...groupsOf]
    .map(([user, groups]) => `${tokens.get(user)},${user},${user},"${groups.join(',')}"\n`)
    .join('');
}

export function kubeconfig(credentials: Credentials, plan: AddressPlan, user: string): string {
  const certificateAuthority = readFileSync(join(credentials.folder, 'ca.crt')).toString('base64');
  const server = `https://${plan.lab}:${API_SERVER_PORT}`;
  // JSON is YAML too.
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'testbed', cluster: { server, 'certificate-authority-data': certificateAuthority } },
      ],
      users: [{ name: user, user: { token: credentials.tokens.get(user) } }],
      contexts: [{ name: 'testbed', context: { cluster: 'testbed', user, namespace: 'default' } }],
      'current-context': 'testbed',
    },
    undefined,
    2,
  );
}

function apiServerNames(plan: AddressPlan): string[] {
  const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'];
  return [
    ...service.map((name) => `DNS:${name}`),
    ...[plan.lab, firstServiceAddress(plan), '127.0.0.1'].map((address) => `IP:${address}`),
  ];
}

/** The address of the Service named kubernetes: the first of the range. */
function firstServiceAddress(plan: AddressPlan): string {
  return plan.serviceRange.replace(/\.0\/\d+$/, '.1');
}

function signedCertificate(
  folder: string,
  name: string,
  subject: string,
  extensions: readonly string[],
): Promise<void> {
  return certificate(
    folder,
    name,
    subject,
    ['basicConstraints=critical,CA:FALSE', ...extensions],
    [...['-CA', join(folder, 'ca.crt')], ...['-CAkey', join(folder, 'ca.key')]],
  );
}

async function certificate(
  folder: string,
  name: string,
  subject: string,
  extensions: readonly string[],
  signer: readonly string[] = [],
): Promise<void> {
  const config = join(folder, `${name}.cnf`);
  writeFileSync(config, ['[req]', 'distinguished_name=dn', '[dn]', '[v3]', ...extensions, ''].join('\n'));
  await run([
    ...['openssl', 'req', '-x509', '-config', config, '-extensions', 'v3', '-subj', subject, '-days', '365'],
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)],
    ...signer,
  ]);
}
