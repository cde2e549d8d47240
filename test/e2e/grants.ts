/** What an account was granted on the testbed, what its API server says of it, and what use was made of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from '../../src/chaos/cluster/kubernetes/access-review.ts';
import { accessText, covers, granted } from '../chaos/cluster/kubernetes/authorizer.ts';
import { accessesOf, auditOf, isRefused } from './audit.ts';
import { applied, kubectl } from './kubectl.ts';
import type { Place } from './place.ts';

/** The authorizer hears of Roles by a watch. */
const HEARD_MS = 10_000;
const POLL_MS = 100;

export class Grants {
  readonly #place: Place;
  /** As the API server calls the account. */
  readonly user: string;
  readonly all: readonly Access[];

  private constructor(place: Place, account: string, all: readonly Access[]) {
    this.#place = place;
    this.user = `system:serviceaccount:${place.namespace}:${account}`;
    this.all = all;
  }

  /** Applies what `foreshock rbac` has printed, and waits until all of it counts. */
  static async of(place: Place, account: string, yaml: string): Promise<Grants> {
    applied(yaml);
    const grants = new Grants(place, account, granted(yaml));
    for (const access of grants.all) await grants.untilHeard(access, true);
    return grants;
  }

  /** What the API server says now. */
  may({ verb, group, resource, namespace, name }: Access): boolean {
    const [main, subresource] = resource.split('/');
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: this.user,
        resourceAttributes: { verb, group, resource: main, subresource, namespace, name },
      },
    };
    const file = join(this.#place.folder, 'review.json');
    writeFileSync(file, JSON.stringify(review));
    return kubectl('create', '-f', file, '-o', 'jsonpath={.status.allowed}') === 'true';
  }

  async untilHeard(access: Access, isAllowed: boolean): Promise<void> {
    for (const deadline = Date.now() + HEARD_MS; this.may(access) !== isAllowed; await sleep(POLL_MS)) {
      if (Date.now() > deadline) {
        throw new Error(`${accessText(access)}: not ${isAllowed} after ${HEARD_MS} ms`);
      }
    }
  }

  /**
   * By the API server's audit log: what was granted and not used, and what was tried and refused.
   *
   * @param from what the account had asked so far
   */
  async useSince(from: number) {
    const events = (await auditOf(this.user)).slice(from);
    const done = events.filter((event) => !isRefused(event)).flatMap(accessesOf);
    const isRenewal = ({ verb, resource }: Access) => verb === 'patch' && resource === 'leases';
    return {
      refused: events.filter(isRefused).flatMap(accessesOf).map(accessText),
      // Leases are written to after some seconds, and where a fault lasts; a run may be over before.
      unused: this.all
        .filter((grant) => !isRenewal(grant) && !done.some((access) => covers(grant, access)))
        .map(accessText),
    };
  }
}
