/** Who we are to the API server: what the kubeconfig says, read again where the server does not know us any more. */
import type { KubeConfig, RequestContext } from '@kubernetes/client-node';
import { now_ms } from '../../clock.ts';
import { type ConfigOptions, loadConfig } from './config.ts';

/** A kubeconfig as it was read, with what the official client remembers of its token files and programs. */
export interface Login {
  readonly config: KubeConfig;
  /** Kept from call to call: the client makes a pool for every request (client-node 2.0 config.js createDispatcher). */
  connections: ReturnType<RequestContext['getDispatcher']>;
}

/** Whoever is refused again and again does not start a program each time. */
const RENEWALS_APART_MS = 1000;

export class Credentials {
  readonly #options: ConfigOptions;
  #login: Login;
  #renewed_ms = Number.NEGATIVE_INFINITY;

  /** @throws UserError as `loadConfig` does */
  constructor(options: ConfigOptions) {
    this.#options = options;
    this.#login = { config: loadConfig(options), connections: undefined };
  }

  get login(): Login {
    return this.#login;
  }

  /**
   * Reads everything anew: the kubeconfig, the token's file, the certificate; the program that gives credentials is asked
   * again with the next call. client-go does so at a 401, too (client-go 1.35 plugin/pkg/client/auth/exec/exec.go
   * maybeRefreshCreds, transport/token_source.go ResetTokenOlderThan).
   *
   * @param stale with what the server did not know us
   * @returns undefined where there is nothing else to try
   */
  renew(stale: Login): Login | undefined {
    // Of several calls that were refused at once the first has done it for all.
    if (stale !== this.#login) return this.#login;
    if (now_ms() - this.#renewed_ms < RENEWALS_APART_MS) return undefined;
    this.#renewed_ms = now_ms();
    let config: KubeConfig;
    try {
      config = loadConfig({ ...this.#options, context: stale.config.getCurrentContext() });
    } catch {
      // It is being written, or gone.
      return undefined;
    }
    // Whoever has changed the file has perhaps made it another cluster's, to which a run must not move.
    if (serverOf(config) !== serverOf(stale.config)) return undefined;
    this.#login = { config, connections: undefined };
    return this.#login;
  }
}

export const serverOf = (config: KubeConfig): string => config.getCurrentCluster()?.server ?? '';
