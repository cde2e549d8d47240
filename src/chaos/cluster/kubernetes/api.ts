/**
 * Calls of the Kubernetes API, each said once: the same words make its path and the sentence that names what
 * was not allowed. Authentication, TLS and proxies are the official client's; bodies go as they are, so
 * that a manifest reaches the server with the fields that the client's models do not know.
 */
import {
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  RequestContext,
  type ResponseContext,
} from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';
import { retrying } from '../retry.ts';
import { Unavailable } from '../unavailable.ts';
import { type Credentials, type Login, serverOf } from './credentials.ts';
import {
  ApiError,
  forbidden,
  noCredentials,
  notKubernetes,
  serverFailed,
  unauthorized,
  unreachable,
} from './errors.ts';

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
  /** Whether a refusal with 429 is the answer, not a server that is busy. */
  readonly isAnswer?: (refusal: ApiError) => boolean;
}

const UNAUTHORIZED = 401;
/** What the server's priority and fairness answers under load. */
const TOO_MANY_REQUESTS = 429;
/** A list that was begun before the server forgot its version: it is asked for anew. */
const GONE = 410;
/** How long the server may take for one answer. */
const CALL_TIMEOUT_MS = 30_000;
/** How long a server that has answered before may be away, where nobody says otherwise. */
const PATIENCE_MS = 10_000;
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

/** What is known of the server. */
interface Met {
  /** Whether it has ever said something: one to which there has never been a way is not away, but wrong. */
  hasAnswered: boolean;
  /** Whether it has ever known us: a login that it has never known does not become right by waiting. */
  hasKnownUs: boolean;
}

export class Api {
  readonly #credentials: Credentials;
  readonly #http = new IsomorphicFetchHttpLibrary();
  readonly #patience_ms: number;
  readonly #met: Met;
  readonly #stop: AbortSignal | undefined;

  constructor(
    credentials: Credentials,
    patience_ms = PATIENCE_MS,
    met: Met = { hasAnswered: false, hasKnownUs: false },
    stop?: AbortSignal,
  ) {
    this.#credentials = credentials;
    this.#patience_ms = patience_ms;
    this.#met = met;
    this.#stop = stop;
  }

  /** The same, but that nothing is sent again by it once `stop` is aborted. */
  stoppedBy(stop: AbortSignal): Api {
    return new Api(this.#credentials, this.#patience_ms, this.#met, stop);
  }

  get server(): string {
    return serverOf(this.#credentials.login.config);
  }

  /** Of the kubeconfig. */
  get context(): string {
    return this.#credentials.login.config.getCurrentContext();
  }

  /**
   * Sends it until there is an answer or the time is up, though an earlier attempt may have been carried out. So whatever
   * changes something must say on what (a UID, a version, a `test`), or come to the same when it is done twice; and a
   * refusal that is `inDoubt` may be of its own making. client-go sends everything again, too, where the server answers
   * 429 or 5xx with Retry-After (client-go 1.35 rest/with_retry.go checkWait).
   *
   * @throws ApiError where the server refuses the request itself (404, 409, 422, ...)
   * @throws Unavailable where it cannot be reached, fails, or does not know us any more, as long as it is worth waiting
   *   for; it `mayBeDone` where any attempt may be
   * @throws UserError where it has never known us, does not let us, or is no API server
   */
  async call<T>(call: Call, options: CallOptions = {}): Promise<T> {
    let doubt: Unavailable | undefined;
    const attempt = async () => {
      try {
        return await this.once<T>(call, options);
      } catch (error) {
        if (error instanceof Unavailable && error.mayBeDone) doubt ??= error;
        if (error instanceof ApiError) error.inDoubt = doubt;
        throw error;
      }
    };
    try {
      return await this.#retrying(attempt, options.signal);
    } catch (error) {
      // That the last attempt was turned away says nothing of those before it.
      if (error instanceof Unavailable && doubt !== undefined) error.mayBeDone = true;
      throw error;
    }
  }

  /** As `call`, of what changes nothing. */
  read<T>(call: Call, options: CallOptions = {}): Promise<T> {
    return this.#retrying(() => this.once<T>(call, options), options.signal);
  }

  /** As `call`, of one who asks again by himself. */
  once<T>(call: Call, options: CallOptions = {}): Promise<T> {
    return this.#request<T>(pathOf(call), call, options);
  }

  /** Reads what is not a resource: `/version`, `/apis/apps/v1`. */
  readPath<T>(path: string): Promise<T> {
    return this.#retrying(() => this.#request<T>(path, undefined, {}), undefined);
  }

  /** Has so many connections open and idle, for as many calls at once: the server closes them again if none comes. */
  async warm(connections: number, signal?: AbortSignal): Promise<void> {
    const options = signal === undefined ? {} : { signal };
    const calls = Array.from({ length: connections }, () => this.#request('/version', undefined, options));
    await Promise.all(calls);
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

  /** A request that the server did not want to know us for was not carried out: it is sent once more as who we are now. */
  async #send(
    path: string,
    call: Call | undefined,
    options: CallOptions & { readonly signal: AbortSignal },
  ): Promise<ResponseContext> {
    const { login } = this.#credentials;
    let response = await this.#sendAs(login, path, call, options);
    if (response.httpStatusCode === UNAUTHORIZED) {
      const renewed = this.#credentials.renew(login);
      if (renewed !== undefined) {
        await textOf(response);
        response = await this.#sendAs(renewed, path, call, options);
      }
    }
    if (response.httpStatusCode >= 200 && response.httpStatusCode < 300) {
      this.#met.hasKnownUs = true;
      return response;
    }
    throw await this.#refusal(response, call, options);
  }

  async #sendAs(
    login: Login,
    path: string,
    call: Call | undefined,
    options: CallOptions & { readonly signal: AbortSignal },
  ): Promise<ResponseContext> {
    const url = new URL(this.server.replace(/\/$/, '') + path);
    for (const [key, value] of Object.entries(options.query ?? {})) url.searchParams.set(key, value);
    const request = new RequestContext(url.toString(), call ? METHODS[call.verb] : HttpMethod.GET);
    request.setHeaderParam('Accept', 'application/json');
    if (options.body !== undefined) {
      request.setHeaderParam('Content-Type', options.contentType ?? 'application/json');
      request.setBody(JSON.stringify(options.body));
    }
    request.setSignal(options.signal);
    const isGivenUp = () => options.signal.aborted && options.signal.reason?.name === 'AbortError';
    try {
      // A program that gives credentials may hang.
      await before(options.signal, login.config.applySecurityAuthentication(request));
    } catch (error) {
      throw isGivenUp() ? error : noCredentials(this.server, error);
    }
    // Every new pool is a TLS handshake.
    login.connections ??= overHttp1(request.getDispatcher() ?? new Agent());
    request.setDispatcher(login.connections);
    try {
      const response = (await this.#http.send(request).toPromise()) as ResponseContext;
      this.#met.hasAnswered = true;
      return response;
    } catch (error) {
      throw isGivenUp() ? error : unreachable(this.server, error);
    }
  }

  async #refusal(
    response: ResponseContext,
    call: Call | undefined,
    { isAnswer }: CallOptions,
  ): Promise<Error> {
    const { httpStatusCode: code, headers } = response;
    const error = new ApiError(code, await textOf(response), headers['retry-after'], call);
    if (code === UNAUTHORIZED) return unauthorized(this.server, this.context, error, this.#met.hasKnownUs);
    if (code === 403 && call) return forbidden(call, error);
    if (isAnswer?.(error) === true) return error;
    const isBusy = code === TOO_MANY_REQUESTS || code >= 500 || (code === GONE && call?.verb === 'list');
    return isBusy ? serverFailed(this.server, error) : error;
  }

  #retrying<T>(attempt: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const signals = [signal, this.#stop].filter((each) => each !== undefined);
    return retrying(attempt, {
      patience_ms: this.#patience_ms,
      signal: AbortSignal.any(signals),
      mayPass: (error) => error instanceof Unavailable && (this.#met.hasAnswered || error.mayBeDone),
    });
  }
}

/**
 * Never over HTTP/2, which undici would choose. A call with a body that is given up while its connection hangs can leave
 * Node sending empty frames for it for ever when the server is back: the process then takes gigabytes and undoes nothing
 * (seen with Node 24.21 and undici 8.12: node::http2::Http2Session::SendPendingData did not return).
 */
const overHttp1 = (connections: Dispatcher): Dispatcher =>
  connections.compose(
    (dispatch) => (call, handler) => dispatch({ ...call, allowH2: false } as typeof call, handler),
  );

/** What an error says may break off as well. */
const textOf = (response: ResponseContext): Promise<string> => response.body.text().catch(() => '');

/** @throws the signal's reason where it comes first */
async function before<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Where the signal was first, nobody asks for it any more.
    work.catch(() => {});
  }
}

function pathOf({ group, version, namespace, resource, name, subresource }: Call): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const which = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${root}${within}/${resource}${which}${subresource === undefined ? '' : `/${subresource}`}`;
}
