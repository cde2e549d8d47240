/** The way of the load into a cluster. */
import type { Outcome } from '../../timeline/event.ts';

export interface LoadTarget {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

/** What the load generator sends with: one call, one request, one outcome; it never throws. */
export interface Transport {
  /** For reports: how the Service is reached ("NodePort 30080 of node-1, 198.18.0.11"). */
  readonly route: string;
  /** Node where the load enters; undefined where something before the nodes chooses one. */
  readonly entry_node?: string | undefined;
  send(request: TransportRequest): Promise<TransportResult>;
  close(): Promise<void>;
}

export interface TransportRequest {
  readonly path: string;
  /** Remaining time the client waits, from now. */
  readonly timeout_ms: number;
  readonly connections: 'per-request' | 'keep-alive';
  /** Bind to this local port; undefined: the operating system's choice. */
  readonly source_port: number | undefined;
  /** Bind to this local address. */
  readonly source_address: string | undefined;
}

export interface TransportResult {
  /**
   * `answered` where a complete answer came: its status decides. `not-sent` where this machine could not send:
   * the local port is in use, there is no such local address, no file descriptor is left.
   */
  readonly outcome:
    | 'answered'
    | Extract<Outcome, 'refused' | 'reset' | 'timeout' | 'unreachable' | 'not-sent'>;
  readonly status: number | undefined;
}
