/**
 * Calls of the Kubernetes API, each said once: the same words make its path and the sentence that names what
 * was not allowed. Authentication, TLS and proxies are the official client's; bodies go as they are, so
 * that a manifest reaches the server with the fields that the client's models do not know.
 */
import {
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  type KubeConfig,
  RequestContext,
  type ResponseContext,
} from '@kubernetes/client-node';
import { ApiError, forbidden, notKubernetes, serverFailed, unauthorized, unreachable } from './errors.ts';

/** One call, in RBAC's words. */
export interface Call {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Undefined for what is not in a namespace. */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

export interface CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** What the server's priority and fairness answers under load. */
const TOO_MANY_REQUESTS = 429;
/** How long the server may take for one answer. */
const CALL_TIMEOUT_MS = 30_000;
/** Pauses before a read is tried again. */
const RETRY_PAUSES_MS = [100, 300, 900];
/** Silence on a watch after which it is renewed; the server sends a bookmark about once a minute. */
const WATCH_SILENCE_MS = 90_000;

const METHODS: Readonly<Record<Call['verb'], HttpMethod>> = {
  get: HttpMethod.GET,
  list: HttpMethod.GET,
  watch: HttpMethod.GET,
  create: HttpMethod.POST,
  patch: HttpMethod.PATCH,
  delete: HttpMethod.DELETE,
};

export class Api {
  readonly #config: KubeConfig;
  readonly #http = new IsomorphicFetchHttpLibrary();
  #connections: ReturnType<RequestContext['getDispatcher']>;

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  get server(): string {
    return this.#config.getCurrentCluster()?.server ?? '';
  }

  /** Of the kubeconfig. */
  get context(): string {
    return this.#config.getCurrentContext();
  }

  /**
   * Sent once, whatever happens: for what changes something.
   *
   * @throws ApiError where the server refuses the request itself (404, 409, 422, ...)
   * @throws UserError where it cannot be reached, does not know us, does not let us, or fails
   */
  async call<T>(call: Call, options: CallOptions = {}): Promise<T> {
    return this.#request<T>(pathOf(call), call, options);
  }

  /** As `call`, tried again where the server is busy or the connection broke: for what changes nothing. */
  async read<T>(call: Call, options: CallOptions = {}): Promise<T> {
    return this.#retrying(() => this.call<T>(call, options));
  }

  /** Reads what is not a resource: `/version`, `/apis/apps/v1`. */
  async readPath<T>(path: string): Promise<T> {
    return this.#retrying(() => this.#request<T>(path, undefined, {}));
  }

  /** Has so many connections open and idle, for as many calls at once: the server closes them again if none comes. */
  async warm(connections: number): Promise<void> {
    await Promise.all(Array.from({ length: connections }, () => this.readPath('/version')));
  }

  /** The lines of a watch's answer, parsed, until the server ends it or `signal` does. */
  async *watch<T>(
    call: Call,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): AsyncGenerator<T> {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), WATCH_SILENCE_MS);
    try {
      const response = await this.#send(pathOf(call), call, {
        query: { ...query, watch: 'true' },
        signal: AbortSignal.any([signal, silence.signal]),
      });
      const body = response.body.stream();
      if (!body) return;
      const decoder = new TextDecoder();
      let rest = '';
      for await (const chunk of body) {
        timer.refresh();
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line !== '') yield JSON.parse(line) as T;
      }
    } catch (error) {
      if (!silence.signal.aborted || signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #request<T>(path: string, call: Call | undefined, options: CallOptions): Promise<T> {
    const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    const response = await this.#send(path, call, { ...options, signal });
    let text: string;
    try {
      text = await response.body.text();
    } catch (error) {
      throw unreachable(this.server, error);
    }
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw notKubernetes(this.server, error);
    }
  }

  async #send(path: string, call: Call | undefined, options: CallOptions): Promise<ResponseContext> {
    const url = new URL(this.server.replace(/\/$/, '') + path);
    for (const [key, value] of Object.entries(options.query ?? {})) url.searchParams.set(key, value);
    const request = new RequestContext(url.toString(), call ? METHODS[call.verb] : HttpMethod.GET);
    request.setHeaderParam('Accept', 'application/json');
    if (options.body !== undefined) {
      request.setHeaderParam('Content-Type', options.contentType ?? 'application/json');
      request.setBody(JSON.stringify(options.body));
    }
    if (options.signal) request.setSignal(options.signal);

    let response: ResponseContext;
    try {
      await this.#config.applySecurityAuthentication(request);
      // The client makes a pool for every request (client-node 2.0 config.js createDispatcher), and so a TLS handshake.
      this.#connections ??= request.getDispatcher();
      if (this.#connections !== undefined) request.setDispatcher(this.#connections);
      response = (await this.#http.send(request).toPromise()) as ResponseContext;
    } catch (error) {
      if (options.signal?.aborted && options.signal.reason?.name === 'AbortError') throw error;
      throw unreachable(this.server, error);
    }
    if (response.httpStatusCode >= 200 && response.httpStatusCode < 300) return response;
    throw await this.#refusal(response, call);
  }

  async #refusal(response: ResponseContext, call: Call | undefined): Promise<Error> {
    const { httpStatusCode: code } = response;
    const error = new ApiError(code, await response.body.text(), response.headers['retry-after']);
    // A client certificate may have been renewed.
    if (code === 401) this.#connections = undefined;
    if (code === 401) return unauthorized(this.server, this.#config.getCurrentContext(), error);
    if (code === 403 && call) return forbidden(call, error);
    if (code === TOO_MANY_REQUESTS || code >= 500) return serverFailed(this.server, error);
    return error;
  }

  async #retrying<T>(read: () => Promise<T>): Promise<T> {
    for (const pause_ms of RETRY_PAUSES_MS) {
      try {
        return await read();
      } catch (error) {
        const retry_after_ms = passing(error);
        if (retry_after_ms === undefined) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.max(pause_ms, retry_after_ms)));
      }
    }
    return read();
  }
}

/** Broken in mid-answer: the request may well have been carried out. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** How long to wait before trying again what failed so, at least; undefined where it would fail again. */
function passing(error: unknown): number | undefined {
  const reason = error instanceof Error && !(error instanceof ApiError) ? error.cause : error;
  if (reason instanceof ApiError) {
    return reason.code === TOO_MANY_REQUESTS || reason.code >= 500 ? reason.retry_after_ms : undefined;
  }
  const cause = reason instanceof Error ? (reason.cause ?? reason) : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return BROKEN.has(code) ? 0 : undefined;
}

function pathOf({ group, version, namespace, resource, name, subresource }: Call): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const which = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${root}${within}/${resource}${which}${subresource === undefined ? '' : `/${subresource}`}`;
}
