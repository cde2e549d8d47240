/** Runs on the testbed with nothing but the rights that `foreshock rbac` prints for them, as its audit log bears out. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Access } from '../../src/chaos/cluster/kubernetes/access-review.ts';
import { connectKubernetes } from '../../src/chaos/cluster/kubernetes.ts';
import { accountDocuments } from '../../src/chaos/rbac/account.ts';
import { surveyOnPaper } from '../../src/chaos/rbac/survey.ts';
import { allRights } from '../../src/chaos/wanted-rights.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { World } from '../../src/timeline/world.ts';
import { run } from '../../testbed/run.ts';
import { accessText, granted } from '../chaos/cluster/kubernetes/authorizer.ts';
import { accessesOf, auditOf, isRefused } from '../e2e/audit.ts';
import { kubeconfigWith } from '../e2e/kubectl.ts';
import { CONTAINER_KILL_COMMAND, PROVIDER_COMMAND } from '../support/lab.ts';
import { withChaosWorld } from './chaos-world.ts';

const ACCOUNT = 'foreshock-conformance';
/** The authorizer hears of Roles by a watch. */
const HEARD_MS = 10_000;
/** Of scenarios/faults.yaml. */
const NAMESPACE = 'foreshock-faults';
const MANIFESTS = fileURLToPath(new URL('scenarios/faults.k8s.yaml', import.meta.url));

/** Of scenarios/faults.yaml, whose application each fault is done to in turn; each leaves it as it was. */
export class DeployedApplication {
  readonly namespace = `${NAMESPACE}-${randomBytes(3).toString('hex')}`;

  /** Has two pods, one on each node, as a Deployment that is new; of one that has not, it makes a new one. */
  async deploy(): Promise<void> {
    const text = (await readFile(MANIFESTS, 'utf8')).replaceAll(NAMESPACE, this.namespace);
    await applied(text);
    await this.#untilReady();
    if (await this.#isSpread()) return;
    await this.undeploy();
    await applied(text);
    await this.#untilReady();
  }

  /**
   * As withChaosWorld, by an account of its own, which may do what the scenario takes where all that it names is there.
   *
   * @param scenario in the namespace of scenarios/faults.yaml
   */
  async withWorld(scenario: Scenario, use: (world: World) => Promise<void>): Promise<void> {
    const { namespace } = this;
    const here = movedTo(namespace, scenario);
    const wanted = await allRights(surveyOnPaper(true), here);
    const yaml = accountDocuments({ name: ACCOUNT, namespace }, here, wanted).join('---\n');
    await applied(yaml);
    const folder = await mkdtemp(join(tmpdir(), 'foreshock-account-'));
    try {
      const kubeconfig = join(folder, 'kubeconfig');
      await writeFile(
        kubeconfig,
        kubeconfigWith(ACCOUNT, (await this.#kubectl('create', 'token', ACCOUNT)).trim()),
      );
      await untilHeard(kubeconfig, granted(yaml));
      const user = `system:serviceaccount:${namespace}:${ACCOUNT}`;
      const before = (await auditOf(user)).length;
      await withChaosWorld('kubernetes', here, use, {
        ...{ kubeconfig, containerKillCommand: CONTAINER_KILL_COMMAND, providerCommand: PROVIDER_COMMAND },
      });
      const events = (await auditOf(user)).slice(before);
      expect(events.length).toBeGreaterThan(0);
      expect(events.filter(isRefused).flatMap(accessesOf).map(accessText)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** Its pods are gone then, and in nobody's way. */
  async undeploy(): Promise<void> {
    await this.#kubectl('delete', 'deployment/nginx', '--cascade=foreground', '--ignore-not-found');
  }

  /** What is in no namespace does not go with one. */
  async remove(): Promise<void> {
    const { namespace } = this;
    const name = `${namespace}:${ACCOUNT}`;
    await run(['kubectl', 'delete', 'clusterrole,clusterrolebinding', name, '--ignore-not-found']);
    await run(['kubectl', 'delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']);
  }

  #kubectl(...args: readonly string[]): Promise<string> {
    return run(['kubectl', '-n', this.namespace, ...args]);
  }

  #untilReady(): Promise<string> {
    return this.#kubectl('rollout', 'status', 'deployment/nginx', '--timeout=60s');
  }

  async #isSpread(): Promise<boolean> {
    const nodes = await this.#kubectl('get', 'pods', '-o', 'jsonpath={.items[*].spec.nodeName}');
    return nodes.split(' ').sort().join(' ') === 'node-1 node-2';
  }
}

/** As `applied` of e2e/kubectl.ts, which would hold up the trial that goes on beside it. */
async function applied(yaml: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'foreshock-apply-'));
  try {
    const file = join(folder, 'objects.yaml');
    await writeFile(file, yaml);
    await run(['kubectl', 'apply', '-f', file]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The scenario in another namespace. */
function movedTo<T>(namespace: string, value: T): T {
  const moved = (each: unknown): unknown => {
    if (each === NAMESPACE) return namespace;
    if (Array.isArray(each)) return each.map(moved);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, field]) => [key, moved(field)]));
  };
  return moved(value) as T;
}

async function untilHeard(kubeconfig: string, grants: readonly Access[]): Promise<void> {
  const cluster = connectKubernetes({ kubeconfig });
  try {
    const deadline = Date.now() + HEARD_MS;
    for (const access of grants) {
      const { verb, group, resource, namespace, name } = access;
      while (!(await cluster.may(verb, resource, namespace, group, name))) {
        if (Date.now() > deadline)
          throw new Error(`${accessText(access)} is not granted after ${HEARD_MS} ms`);
        await sleep(50);
      }
    }
  } finally {
    await cluster.close();
  }
}
