/** Runs on the testbed with nothing but the rights that `foreshock rbac` prints for them, as its audit log bears out. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Access } from '../../src/chaos/cluster/kubernetes/access-review.ts';
import { connectKubernetes } from '../../src/chaos/cluster/kubernetes.ts';
import { accountDocuments } from '../../src/chaos/rbac/account.ts';
import { surveyOnPaper } from '../../src/chaos/rbac/survey.ts';
import { allRights } from '../../src/chaos/wanted-rights.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { World } from '../../src/timeline/world.ts';
import { accessText, granted } from '../chaos/cluster/kubernetes/authorizer.ts';
import { accessesOf, auditOf, isRefused } from '../e2e/audit.ts';
import { applied, kubeconfigOf, kubectl } from '../e2e/kubectl.ts';
import { CONTAINER_KILL_COMMAND, PROVIDER_COMMAND } from '../support/lab.ts';
import { withChaosWorld } from './chaos-world.ts';

const ACCOUNT = 'foreshock-conformance';
/** The authorizer hears of Roles by a watch. */
const HEARD_MS = 10_000;

/** As withChaosWorld; the namespace of the scenario's load is there already, which no account of its own could create. */
export async function withGrantedWorld(
  scenario: Scenario,
  use: (world: World) => Promise<void>,
): Promise<void> {
  const { namespace } = scenario.load;
  const wanted = await allRights(surveyOnPaper(false), scenario);
  const yaml = accountDocuments({ name: ACCOUNT, namespace }, scenario, wanted).join('---\n');
  applied(yaml);
  const folder = await mkdtemp(join(tmpdir(), 'foreshock-account-'));
  try {
    const kubeconfig = kubeconfigOf(join(folder, 'kubeconfig'), namespace, ACCOUNT);
    await untilHeard(kubeconfig, granted(yaml));
    const user = `system:serviceaccount:${namespace}:${ACCOUNT}`;
    const before = (await auditOf(user)).length;
    await withChaosWorld('kubernetes', scenario, use, {
      ...{ kubeconfig, containerKillCommand: CONTAINER_KILL_COMMAND, providerCommand: PROVIDER_COMMAND },
    });
    const events = (await auditOf(user)).slice(before);
    expect(events.length).toBeGreaterThan(0);
    expect(events.filter(isRefused).flatMap(accessesOf).map(accessText)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What is in no namespace does not go with one. */
export function removeAccount(namespace: string): void {
  kubectl('delete', 'clusterrole,clusterrolebinding', `${namespace}:${ACCOUNT}`, '--ignore-not-found');
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
