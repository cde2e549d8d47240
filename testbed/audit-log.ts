import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditFolder } from './cluster/audit.ts';
import { TestbedError } from './failure.ts';
import type { Instance } from './instance.ts';

export interface AuditedObject {
  readonly apiGroup?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Of a line of the audit log, in the words of audit.k8s.io/v1 (Kubernetes 1.35 apiserver/pkg/apis/audit/v1/types.go). */
export interface AuditEvent {
  readonly stage: 'ResponseStarted' | 'ResponseComplete' | 'Panic';
  readonly requestURI: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  /** What was asked for; a path such as /version is no object. */
  readonly objectRef?: AuditedObject | undefined;
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
}

export interface AuditFilter {
  /** By this user alone, as in system:serviceaccount:shop:foreshock. */
  readonly user?: string | undefined;
  /** Only what would change something; see isChange. */
  readonly changes?: boolean;
  /** Only lines that hold this text: the log is long, and to parse all of it takes its time. */
  readonly text?: string | undefined;
}

const READING = ['get', 'list', 'watch', 'head', 'options'];
/** What is created there is an answer, and nothing is stored. */
const REVIEWS = ['authorization.k8s.io', 'authentication.k8s.io'];

/** Whether what was asked changes something, were it allowed. */
export function isChange({ verb, objectRef }: AuditEvent): boolean {
  return !READING.includes(verb) && !isReview({ verb, objectRef });
}

/** The one kind of `create` that stores nothing: the question what an account may, or who it is. */
export function isReview({ verb, objectRef }: Pick<AuditEvent, 'verb' | 'objectRef'>): boolean {
  return (
    verb === 'create' && /reviews$/.test(objectRef?.resource ?? '') && REVIEWS.includes(groupOf(objectRef))
  );
}

/**
 * All that was asked, the first answered first, as far as the log goes back.
 *
 * @throws TestbedError where there is no log
 */
export function readAudit(
  instance: Instance,
  { user, changes, text = user }: AuditFilter = {},
): AuditEvent[] {
  return logFiles(auditFolder(instance))
    .flatMap((file) => parseAudit(readFileSync(file, 'utf8'), text))
    .filter((event) => user === undefined || event.user.username === user)
    .filter((event) => changes !== true || isChange(event));
}

/** @param holding only lines that hold this text */
export function parseAudit(text: string, holding = ''): AuditEvent[] {
  // What follows the last line break is still being written.
  const lines = text.split('\n').slice(0, -1);
  return lines.filter((line) => line.includes(holding)).map((line) => JSON.parse(line) as AuditEvent);
}

/** "2026-11-22T01:02:03.000000Z 403 reader: delete pods shop/web-1" */
export function auditText({ requestReceivedTimestamp, responseStatus, user, ...asked }: AuditEvent): string {
  const { verb, objectRef, requestURI } = asked;
  const code = responseStatus?.code ?? '-';
  return `${requestReceivedTimestamp} ${code} ${user.username}: ${verb} ${objectRef === undefined ? requestURI : objectText(objectRef)}`;
}

function objectText(object: AuditedObject): string {
  const { resource, subresource, namespace, name } = object;
  const group = groupOf(object);
  const what = `${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : ` (${group})`}`;
  const which = [namespace, name].filter((part) => part !== undefined).join('/');
  return which === '' ? what : `${what} ${which}`;
}

const groupOf = (object: AuditEvent['objectRef']): string => object?.apiGroup ?? '';

/** Those that were put aside as they were full have the time in their name, and sort before the one that is written to. */
function logFiles(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    names = [];
  }
  const logs = names.filter((name) => /^audit(-.+)?\.log$/.test(name)).sort();
  if (logs.length === 0) {
    throw new TestbedError(`there is no audit log in ${folder}`, {
      hint: 'bring the testbed up: npm run testbed -- up',
    });
  }
  return logs.map((name) => join(folder, name));
}
