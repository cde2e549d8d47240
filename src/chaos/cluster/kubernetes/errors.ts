/** What can go wrong between us and an API server, in sentences that a person can act on. */
import { EXIT, UserError } from '../../../scenario/errors.ts';
import type { ManifestObject } from '../../../scenario/scenario.ts';
import { Unavailable } from '../unavailable.ts';
import type { Call } from './api.ts';

/** An hour: whoever asks for more asks to be left alone. */
const RETRY_AFTER_MAX_S = 3600;

/** The server refused a request. */
export class ApiError extends UserError {
  override readonly name = 'ApiError';
  /** HTTP status. */
  readonly code: number;
  /** Kubernetes' word for it: NotFound, Conflict, Expired, Invalid, ... */
  readonly reason: string | undefined;
  /** What the server asks us to wait before trying again. */
  readonly retry_after_ms: number;
  /** An earlier attempt that may have been carried out: then this refusal may be of its own making. */
  inDoubt: Unavailable | undefined;

  /** @param call that was refused, where it is known */
  constructor(code: number, body: string, retryAfter?: string, call?: Call) {
    const status = parseStatus(body);
    super(status.message ?? `HTTP ${code}: ${body.slice(0, 200)}`, {
      exitCode: EXIT.configuration,
      ...(call === undefined ? {} : { hint: `the API server refused to ${sayCall(call)} (${code})` }),
    });
    this.code = code;
    this.reason = status.reason;
    this.retry_after_ms = Math.min(Math.max(0, Number(retryAfter) || 0), RETRY_AFTER_MAX_S) * 1000;
  }
}

function parseStatus(body: string): { message?: string; reason?: string } {
  try {
    return (JSON.parse(body) ?? {}) as { message?: string; reason?: string };
  } catch {
    // A proxy's page, or nothing at all.
    return {};
  }
}

export const isApiError = (error: unknown, ...codes: number[]): error is ApiError =>
  error instanceof ApiError && codes.includes(error.code);

/** The account may not do it. */
export const isForbidden = (error: unknown): boolean =>
  error instanceof UserError && isApiError(error.cause, 403);

/** @param wasKnown the server has known it before: it has expired, and somebody may renew it */
export function unauthorized(server: string, context: string, cause: ApiError, wasKnown: boolean): UserError {
  const message = `the API server ${server} does not know the account of context "${context}" (401)`;
  const hint = 'its credentials may have expired; try `kubectl auth whoami`';
  const options = { exitCode: EXIT.configuration, hint, cause };
  return wasKnown
    ? new Unavailable(message, { ...options, mayBeDone: false })
    : new UserError(message, options);
}

export function forbidden(call: Call, cause: ApiError): UserError {
  const { namespace } = call;
  return new UserError(`not allowed to ${sayCall(call)} (403): ${cause.message}`, {
    exitCode: EXIT.configuration,
    hint: `a ${namespace === undefined ? 'ClusterRole' : 'Role'} with this rule allows it: ${rbacRule(call)}`,
    cause,
  });
}

function sayCall(call: Call): string {
  const { verb, group, namespace, name } = call;
  const resource = resourceOf(call);
  const what = `${verb} ${group === '' ? resource : `${resource}.${group}`}${name ? ` "${name}"` : ''}`;
  return `${what} ${namespace === undefined ? 'in the cluster' : `in namespace ${namespace}`}`;
}

/** As it would stand in a Role, in YAML's flow style. */
const rbacRule = (call: Call): string =>
  `{apiGroups: ["${call.group}"], resources: ["${resourceOf(call)}"], verbs: ["${call.verb}"]}`;

const resourceOf = ({ resource, subresource }: Call): string =>
  subresource === undefined ? resource : `${resource}/${subresource}`;

/** Busy or broken: of a 429 and a 410 it is known that nothing was done, of a 500 it is not. */
export const serverFailed = (server: string, cause: ApiError): Unavailable =>
  new Unavailable(`the API server ${server} failed with ${cause.code}: ${cause.message}`, {
    exitCode: EXIT.configuration,
    hint: 'try again; if it goes on, look at the logs of kube-apiserver',
    cause,
    mayBeDone: cause.code >= 500,
    retry_after_ms: cause.retry_after_ms,
  });

export const notKubernetes = (server: string, cause: unknown): UserError =>
  new UserError(`${server} answers, but not as a Kubernetes API server does`, {
    exitCode: EXIT.configuration,
    hint: 'check the server in the kubeconfig; a proxy or a login page may stand in between',
    cause,
  });

/** No connection was made, so nothing was sent. */
const NEVER_SENT = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH'],
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** @param error what the HTTP client failed with */
export function unreachable(server: string, error: unknown): UserError {
  const root = rootOf(error);
  const { because, hint } = explain(root);
  const message = `the API server ${server} cannot be reached: ${because}`;
  const options = { exitCode: EXIT.configuration, hint, cause: error };
  // A certificate does not get better by asking again.
  if (isOfTls(root)) return new UserError(message, options);
  const mayBeDone = !NEVER_SENT.has(root.code ?? '') && root.syscall !== 'connect';
  return new Unavailable(message, { ...options, mayBeDone });
}

/** @param error what the way to the credentials failed with: a program, a file */
export function noCredentials(server: string, error: unknown): UserError {
  const root = rootOf(error);
  const because = (root.message || root.code || root.name).trim();
  if (root.syscall?.startsWith('spawn')) {
    return new UserError(
      `the credentials for the API server ${server} come from a program that cannot be run: ${because}`,
      {
        exitCode: EXIT.configuration,
        hint: "install the program under the kubeconfig's users[].user.exec.command",
        cause: error,
      },
    );
  }
  return new Unavailable(`there are no credentials for the API server ${server}: ${because}`, {
    exitCode: EXIT.configuration,
    hint: "look at the kubeconfig's users[].user: its program has failed, or a file is missing",
    cause: error,
    mayBeDone: false,
  });
}

const isOfTls = ({ code = '' }: NodeJS.ErrnoException): boolean =>
  code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || /CERT|SIGNATURE/.test(code);

function explain(root: NodeJS.ErrnoException): { because: string; hint: string } {
  const because = root.message || root.code || root.name;
  const code = root.code ?? '';
  if (root.name === 'TimeoutError' || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return { because: `no answer in time (${because})`, hint: 'is the cluster up, and do you need a VPN?' };
  }
  if (code === 'ECONNREFUSED') {
    return {
      because: `connection refused (${because})`,
      hint: 'is the cluster up? try `kubectl cluster-info`',
    };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { because: `no such host (${because})`, hint: 'check the server in the kubeconfig' };
  }
  if (isOfTls(root)) {
    return {
      because: `TLS failed (${because})`,
      hint: 'check certificate-authority-data and the server name in the kubeconfig',
    };
  }
  return { because, hint: 'try `kubectl cluster-info`' };
}

/** The innermost cause: fetch wraps what happened; several addresses make an AggregateError. */
function rootOf(error: unknown): NodeJS.ErrnoException {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0]);
  if (error instanceof Error) return error.cause instanceof Error ? rootOf(error.cause) : error;
  return new Error(String(error));
}

/** With where the manifest has it. */
export function refusedManifest(object: ManifestObject, error: ApiError): UserError {
  const { file, line, column } = object.position;
  const where = `${file}:${line}:${column}`;
  return new UserError(`${where}: the cluster refuses ${object.kind} "${object.name}": ${error.message}`, {
    exitCode: EXIT.configuration,
    hint:
      error.code === 409
        ? 'somebody else manages these fields of the object that is there; use another name or namespace, or make the manifest say what is there'
        : error.code === 404
          ? `is there a namespace ${object.namespace}? try \`kubectl create namespace ${object.namespace}\``
          : 'try `kubectl apply --server-side --dry-run=server`, which says the same',
    cause: error,
  });
}
