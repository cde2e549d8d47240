import { Writable } from 'node:stream';
import { Exec, type V1ContainerState, type V1Pod } from '@kubernetes/client-node';
import { FIELD_MANAGER } from '../annotations.ts';
import type { Operation, PodRef } from '../cluster.ts';
import type { EphemeralContainer, EphemeralContainers, EphemeralState } from '../ephemeral-containers.ts';
import type { Api } from './api.ts';
import { core, gone } from './calls.ts';
import type { Credentials } from './credentials.ts';
import { isApiError } from './errors.ts';

const JSON_PATCH = 'application/json-patch+json';
const CONTAINERS = '/spec/ephemeralContainers';
/** Beyond what a connection and a short command take where all is well. */
const EXEC_TIMEOUT_MS = 5000;
/** Nobody's, on most machines: the overflow user of user_namespaces(7). */
const NOBODY = 65_534;

/** What Pod Security Standards ask of the strictest level, "restricted". */
const SECURITY_CONTEXT = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  runAsUser: NOBODY,
  runAsGroup: NOBODY,
  seccompProfile: { type: 'RuntimeDefault' },
};

export class ApiEphemeralContainers implements EphemeralContainers {
  readonly #api: Api;
  readonly #credentials: Credentials;

  constructor(api: Api, credentials: Credentials) {
    this.#api = api;
    this.#credentials = credentials;
  }

  async add(pod: PodRef, { name, image, command }: EphemeralContainer): Promise<void> {
    const { namespace, name: podName, uid } = pod;
    const present = (await this.#read(pod))?.spec?.ephemeralContainers;
    const container = {
      ...{ name, image, command: command.map(literally), imagePullPolicy: 'IfNotPresent' },
      securityContext: SECURITY_CONTEXT,
    };
    const patch: readonly Operation[] = [
      { op: 'test', path: '/metadata/uid', value: uid },
      // What is not there passes the test for null.
      ...(present === undefined
        ? ([
            { op: 'test', path: CONTAINERS, value: null },
            { op: 'add', path: CONTAINERS, value: [container] },
          ] as const)
        : ([{ op: 'add', path: `${CONTAINERS}/-`, value: container }] as const)),
    ];
    try {
      await this.#api.call(
        { ...core('patch', 'pods', namespace), name: podName, subresource: 'ephemeralcontainers' },
        { query: { fieldManager: FIELD_MANAGER }, body: patch, contentType: JSON_PATCH },
      );
    } catch (error) {
      if (isApiError(error, 404)) throw gone(pod);
      const isAnother = isApiError(error, 409, 422) && (await this.#read(pod)) === undefined;
      throw isAnother ? gone(pod) : error;
    }
  }

  async find(pod: PodRef, name: string): Promise<EphemeralState | undefined> {
    const found = await this.#read(pod);
    if (!found?.spec?.ephemeralContainers?.some((container) => container.name === name)) return undefined;
    const status = found.status?.ephemeralContainerStatuses?.find((each) => each.name === name);
    return viewState(status?.state);
  }

  async exec({ namespace, name: pod }: PodRef, name: string, command: readonly string[]): Promise<void> {
    const output = new Writable({ write: (_chunk, _encoding, done) => done() });
    try {
      const connecting = new Exec(this.#credentials.login.config).exec(
        namespace,
        pod,
        name,
        [...command],
        output,
        null,
        null,
        false,
      );
      const socket = await within(EXEC_TIMEOUT_MS, connecting);
      const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
      await within(EXEC_TIMEOUT_MS, closed).finally(() => socket.terminate());
    } catch (cause) {
      const where = `container ${name} of pod ${namespace}/${pod}`;
      throw new Error(`no command could be run in ${where}: ${reasonOf(cause)}`, { cause });
    }
  }

  /** undefined where it is another one by now. */
  async #read({ namespace, name, uid }: PodRef): Promise<V1Pod | undefined> {
    try {
      const pod = await this.#api.read<V1Pod>({ ...core('get', 'pods', namespace), name });
      return pod.metadata?.uid === uid ? pod : undefined;
    } catch (error) {
      if (isApiError(error, 404)) return undefined;
      throw error;
    }
  }
}

/** The kubelet takes $(NAME) for a variable and $$ for a $ (Kubernetes 1.35 third_party/forked/golang/expansion/expand.go). */
const literally = (word: string): string => word.replaceAll('$', () => '$$');

function viewState(state: V1ContainerState | undefined): EphemeralState {
  const { waiting, running, terminated } = state ?? {};
  if (running !== undefined) return { is: 'running', reason: undefined, ran_s: undefined };
  if (terminated === undefined) return { is: 'waiting', reason: waiting?.reason, ran_s: undefined };
  const { startedAt, finishedAt, reason } = terminated;
  const isTimed = startedAt !== undefined && finishedAt !== undefined;
  return {
    is: 'terminated',
    reason,
    ran_s: isTimed ? (Date.parse(String(finishedAt)) - Date.parse(String(startedAt))) / 1000 : undefined,
  };
}

function within<T>(limit_ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${limit_ms / 1000} s`)), limit_ms);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

/** The client rejects with the event of a WebSocket, which carries the error. */
function reasonOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message;
  const { message } = (cause ?? {}) as { readonly message?: unknown };
  return String(message ?? cause);
}
