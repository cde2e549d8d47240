/**
 * The one door to `@ngrok/webernetes`: loaded when an embedded cluster is asked for, and described here in
 * the types of the Kubernetes client, whose API it mirrors. (Its own declarations import each other without
 * a file ending, which TypeScript does not resolve for Node.)
 */
import { registerHooks } from 'node:module';
import type { AppsV1Api, CoreV1Api, DiscoveryV1Api, KubernetesObject } from '@kubernetes/client-node';

export interface Webernetes {
  readonly Cluster: new (options: { nodes: number }) => WebernetesCluster;
  readonly BaseImage: new () => Image;
  makeInformer<T extends KubernetesObject>(
    kubeConfig: unknown,
    path: string,
    list: () => Promise<{ items: T[] }>,
    labelSelector?: string,
  ): Informer<T>;
}

export interface WebernetesCluster {
  readonly kubeConfig: unknown;
  readonly api: {
    readonly corev1: CoreV1Api;
    readonly appsv1: AppsV1Api;
    readonly discoveryv1: DiscoveryV1Api;
  };
  readonly servers: readonly { boot(context: unknown): Promise<void> }[];
  readonly network: { parseTargetPort(url: URL, service?: unknown): number };
  init(): Promise<void>;
  registerImage(image: ImageConstructor): void;
  /** As a request from the first node. Rejects as Node's `fetch` does: the cause carries the code. */
  fetch(url: string): Promise<HttpResponse>;
  /** As `kubectl apply` on the client's side; Deployment, ReplicaSet, Pod, Service, Namespace, Node. */
  apply(resources: readonly KubernetesObject[]): Promise<unknown>;
  close(): Promise<void>;
}

export interface Informer<T> {
  on(verb: 'add' | 'update' | 'delete', callback: (object: T) => void): void;
  on(verb: 'error', callback: (error: unknown) => void): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
}

export type Signal = 'SIGTERM' | 'SIGKILL';

/** A container's image: one object for each container, whose `exec` runs the main process and every exec. */
export interface Image {
  readonly defaultCommand?: readonly string[];
  exec(process: ProcessContext, argv: readonly string[]): Promise<number>;
  signalHandler?(process: ProcessContext, signal: Signal): Promise<void> | void;
}

export interface ImageConstructor {
  new (): Image;
  readonly imageName: string;
  readonly imageVersion: string;
}

export interface ProcessContext {
  readonly container: {
    readonly name: string;
    readonly command: readonly string[];
    readonly args: readonly string[];
    readonly ports: readonly { readonly containerPort: number }[];
  };
  readonly pod: {
    readonly uid: string;
    readonly name: string;
    readonly namespace: string;
    readonly labels: ReadonlyMap<string, string>;
  };
  listenHttp(port: number, handler: () => Promise<HttpResponse>): { close(): void };
  /** Rejects where the process ends before. */
  sleep(duration_ms: number): Promise<void>;
  setTimeout(callback: () => void, delay_ms: number): number;
  waitUntilKilled(): Promise<number>;
  /** Ends the process; always throws. */
  exit(code: number): never;
}

/** @throws where the package cannot be loaded */
export async function loadWebernetes(): Promise<Webernetes> {
  resolveWithoutEndings();
  return (await import('@ngrok/webernetes')) as unknown as Webernetes;
}

/**
 * Webernetes 0.3.5 refuses an HTTP request whose URL has no port, and `URL` drops a ":80" that is written: no
 * probe of port 80 would ever succeed. Gives it HTTP's port back.
 */
export function restoreDefaultPort({ network }: WebernetesCluster): void {
  const parseTargetPort = network.parseTargetPort.bind(network);
  network.parseTargetPort = (url, service) =>
    url.port === '' && url.protocol === 'http:' ? HTTP_PORT : parseTargetPort(url, service);
}

const HTTP_PORT = 80;

let hooked = false;

/**
 * The package's modules import each other without a file ending: bundlers resolve that, Node does not. In
 * dist/ it is bundled; run from the sources, Node is told how, for this package alone.
 */
function resolveWithoutEndings(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (!specifier.startsWith('.') || !context.parentURL?.includes('/@ngrok/webernetes/')) {
        return next(specifier, context);
      }
      try {
        return next(`${specifier}.js`, context);
      } catch {
        return next(`${specifier}/index.js`, context);
      }
    },
  });
}
