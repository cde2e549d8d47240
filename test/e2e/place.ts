/** Where tests work on the testbed: in a namespace and a folder of their own, made before them and put away after. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type ChaosOptions, chaos, type Ended } from './foreshock.ts';
import { applied, kubeconfigOf, kubectl } from './kubectl.ts';
import { type Break, scenarioText, type Web, webManifest } from './web.ts';

export const MINUTES = 60_000;

export interface PlaceOptions {
  /** Who has it for themselves. Default: each test. */
  readonly per?: 'test' | 'file';
  /** For those who need nodes without pods of others: their own are gone when a test has ended, not only going. */
  readonly leaves?: 'nothing' | 'what-is-going';
  /** Accounts with rights outside of the namespace, as `foreshock rbac` names those. */
  readonly accounts?: readonly string[];
}

export class Place {
  readonly namespace: string;
  readonly folder: string;

  constructor(namespace: string, folder: string) {
    this.namespace = namespace;
    this.folder = folder;
  }

  /** Where a run writes its results. */
  get out(): string {
    return join(this.folder, 'out');
  }

  kubectl(...args: string[]): string {
    return kubectl('-n', this.namespace, ...args);
  }

  /** @param path as in `{.spec.replicas}`, without the braces */
  get(what: string, path: string): string {
    return this.kubectl('get', ...what.split(' '), '-o', `jsonpath={${path}}`);
  }

  /** Everything that a run could leave behind or take away. */
  objects(): string[] {
    return this.kubectl('get', 'deployments,replicasets,pods,services,leases', '-o', 'name')
      .trim()
      .split('\n');
  }

  manifest(web: Omit<Web, 'namespace'> = {}): string {
    return webManifest({ namespace: this.namespace, ...web });
  }

  /** Applies the web application, and waits until it has rolled out. */
  deploy(web: Omit<Web, 'namespace'> = {}): void {
    const { kind = 'Deployment', name = 'web' } = web;
    applied(this.manifest(web));
    this.kubectl('rollout', 'status', `${kind.toLowerCase()}/${name}`, '--timeout=120s');
  }

  /** Writes a scenario, named web, on the web application; gives its file. */
  scenario(broken: Break, web: Omit<Web, 'namespace'> = {}): string {
    writeFileSync(join(this.folder, 'web.k8s.yaml'), this.manifest(web));
    const file = join(this.folder, 'web.yaml');
    writeFileSync(file, scenarioText('web.k8s.yaml', broken));
    return file;
  }

  /** Writes a kubeconfig with nothing but a token of this account; gives its file. */
  kubeconfigOf(account: string): string {
    return kubeconfigOf(join(this.folder, `${account}.kubeconfig`), this.namespace, account);
  }

  chaos(file: string, options: Partial<ChaosOptions> = {}): Promise<Ended> {
    return chaos(file, { out: this.out, ...options });
  }
}

/**
 * For within a `describe`: its tests have the place that the function gives.
 *
 * A namespace that is deleted takes 5 s at the least (Kubernetes 1.35, pkg/controller/namespace/namespace_controller.go,
 * namespaceDeletionGracePeriod), which nobody waits for: none gets a name that another has had.
 */
export function testPlace(name: string, options: PlaceOptions = {}): () => Place {
  const { per = 'test', leaves = 'what-is-going', accounts = [] } = options;
  let place: Place | undefined;
  const make = () => {
    const namespace = `foreshock-${name}-${randomBytes(3).toString('hex')}`;
    kubectl('create', 'namespace', namespace);
    place = new Place(namespace, mkdtempSync(join(tmpdir(), `${namespace}-`)));
  };
  const putAway = () => {
    if (place === undefined) return;
    const { namespace, folder } = place;
    place = undefined;
    rmSync(folder, { recursive: true, force: true });
    for (const account of accounts) {
      kubectl('delete', 'clusterrole,clusterrolebinding', `${namespace}:${account}`, '--ignore-not-found');
    }
    if (leaves === 'nothing') {
      kubectl('-n', namespace, 'delete', 'deployments,pods', '--all', '--cascade=foreground');
    }
    kubectl('delete', 'namespace', namespace, '--wait=false');
  };
  if (leaves === 'nothing') beforeAll(untilNobodyIsLeaving, 2 * MINUTES);
  if (per === 'test') {
    beforeEach(make);
    afterEach(putAway, 2 * MINUTES);
  } else {
    beforeAll(make);
    afterAll(putAway, 2 * MINUTES);
  }
  return () => {
    if (place === undefined) throw new Error('there is a place within tests and their hooks only');
    return place;
  };
}

/** Waits for the namespaces, and so for the pods, that files before this one have left to be deleted. */
export function untilNobodyIsLeaving(): void {
  const leaving = kubectl(
    ...['get', 'namespaces', '-o', 'jsonpath={.items[?(@.status.phase=="Terminating")].metadata.name}'],
  );
  const names = leaving.split(' ').filter((name) => name !== '');
  if (names.length > 0) kubectl('wait', '--for=delete', '--timeout=90s', 'namespace', ...names);
}
