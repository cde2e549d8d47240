import http from 'node:http';
import type { Transport, TransportRequest, TransportResult } from '../cluster/cluster.ts';

/** Where Node's own HTTP client reaches a Service. Plain data, so that it can be handed to a worker thread. */
export interface HttpTarget {
  readonly host: string;
  readonly port: number;
  /** For reports: "NodePort 30080 of node-1, 198.18.0.11". */
  readonly route: string;
  /** Node where the load enters; undefined where something before the nodes chooses one. */
  readonly node?: string | undefined;
}

/**
 * Sends over HTTP/1.1, each request on a connection of its own or on kept-alive ones, from the local port and
 * address it is told. At the timeout the socket is destroyed, not left behind.
 */
export class HttpTransport implements Transport {
  readonly target: HttpTarget;
  readonly #kept = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

  constructor(target: HttpTarget) {
    this.target = target;
  }

  get route(): string {
    return this.target.route;
  }

  get entry_node(): string | undefined {
    return this.target.node;
  }

  get address(): { readonly host: string; readonly port: number } {
    return this.target;
  }

  send(request: TransportRequest): Promise<TransportResult> {
    return new Promise((resolve) => {
      const outgoing = http.request({
        host: this.target.host,
        port: this.target.port,
        path: request.path,
        headers: { 'user-agent': 'foreshock' },
        agent: request.connections === 'keep-alive' ? this.#kept : false,
        ...(request.source_port === undefined ? {} : { localPort: request.source_port }),
        ...(request.source_address === undefined ? {} : { localAddress: request.source_address }),
      });
      const finish = (outcome: TransportResult['outcome'], status?: number) => {
        clearTimeout(timer);
        resolve({ outcome, status });
      };
      const timer = setTimeout(() => {
        finish('timeout');
        outgoing.destroy();
      }, request.timeout_ms);
      // Also reached by what destroy() above makes of the socket; a promise keeps its first value.
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code?.startsWith('HPE_') === true) finish('answered');
        else finish(outcomeOfError(error.code));
      });
      outgoing.on('response', (response) => {
        response.on('error', () => finish('reset'));
        response.on('close', () => {
          if (response.complete) finish('answered', response.statusCode);
          else finish('reset');
        });
        response.on('end', () => {
          if (response.complete) finish('answered', response.statusCode);
        });
        response.resume();
      });
      outgoing.end();
    });
  }

  async close(): Promise<void> {
    this.#kept.destroy();
  }
}

/** What an error of a socket says of the service; `not-sent` where it is this machine's own. */
export function outcomeOfError(code: string | undefined): Exclude<TransportResult['outcome'], 'answered'> {
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ETIMEDOUT':
      return 'timeout';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'unreachable';
    case 'EADDRINUSE':
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
    case 'EACCES':
    case 'EPERM':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOBUFS':
    case 'ENOMEM':
      return 'not-sent';
    default:
      // ECONNRESET ("socket hang up" among them), EPIPE, ECONNABORTED, EPROTO
      return 'reset';
  }
}
