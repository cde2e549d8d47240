/** What accounts have asked of the testbed's API server, as its audit log has it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from '../../src/chaos/cluster/kubernetes/access-review.ts';
import { type AuditEvent, isReview, readAudit } from '../../testbed/audit-log.ts';
import { currentInstance } from '../../testbed/instance.ts';
import { kubectl } from './kubectl.ts';

const PATIENCE_MS = 10_000;

/**
 * All that a user has asked before this call. That all of it is in the log is told by a question of our own, which is
 * asked last and waited for.
 */
export async function auditOf(user: string): Promise<readonly AuditEvent[]> {
  const mark = randomUUID();
  kubectl('get', '--raw', `/version?foreshock=${mark}`);
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(50)) {
    if (readAudit(currentInstance(), { text: mark }).length > 0)
      return readAudit(currentInstance(), { user });
    if (Date.now() > deadline) throw new Error(`${mark} is not in the audit log after ${PATIENCE_MS} ms`);
  }
}

export const isRefused = ({ responseStatus }: AuditEvent): boolean => responseStatus?.code === 403;

/** What was done by an event, in the words of a Role; none for what is no object, and for questions about rights. */
export function accessesOf(event: AuditEvent): readonly Access[] {
  const { verb, objectRef, responseStatus } = event;
  if (objectRef === undefined || isReview(event)) return [];
  const { apiGroup: group = '', resource, subresource, namespace, name } = objectRef;
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  const access = { verb, group, resource: whole, namespace, name };
  // To apply what is not there is to patch and to create it: the log has the one, and says 201 of the other.
  return verb === 'patch' && responseStatus?.code === 201
    ? [access, { ...access, verb: 'create' }]
    : [access];
}
