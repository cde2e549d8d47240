import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly authorization?: string | undefined;
}

/** JSON with a status; or a function that answers by itself; undefined is 404. */
type Reply =
  | { readonly status?: number; readonly body: unknown }
  | ((response: ServerResponse) => void)
  | undefined;

export interface FakeApiServer {
  readonly url: string;
  /** Path of a kubeconfig that points at it. */
  readonly kubeconfig: string;
  readonly requests: readonly FakeRequest[];
  /** Connections that were ever made to it. */
  readonly connections: number;
  close(): Promise<void>;
}

/** An API server on loopback that says what a test wants it to. */
export async function fakeApiServer(respond: (request: FakeRequest) => Reply): Promise<FakeApiServer> {
  const requests: FakeRequest[] = [];
  let connections = 0;
  const server = createServer(async (incoming, response) => {
    const { pathname: path, searchParams } = new URL(incoming.url ?? '/', 'http://fake');
    const text = (await incoming.setEncoding('utf8').toArray()).join('');
    const request: FakeRequest = {
      method: incoming.method ?? '',
      path,
      query: Object.fromEntries(searchParams),
      body: text === '' ? undefined : JSON.parse(text),
      authorization: incoming.headers.authorization,
    };
    requests.push(request);
    const reply = respond(request) ?? status(404, 'NotFound', `${path} not found`);
    if (typeof reply === 'function') return reply(response);
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(reply.body));
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = await mkdtemp(join(tmpdir(), 'foreshock-'));
  const kubeconfig = join(folder, 'config');
  await writeFile(kubeconfig, kubeconfigFor(url));
  return {
    url,
    kubeconfig,
    requests,
    get connections() {
      return connections;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

/** What the API answers with instead of an object. */
export const status = (code: number, reason: string, message: string) => ({
  status: code,
  body: { apiVersion: 'v1', kind: 'Status', status: 'Failure', code, reason, message },
});

export const kubeconfigFor = (server: string, user: object = { token: 'secret' }): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'staging',
    clusters: [{ name: 'fake', cluster: { server, 'insecure-skip-tls-verify': server.startsWith('http:') } }],
    users: [{ name: 'alice', user }],
    contexts: [{ name: 'staging', context: { cluster: 'fake', user: 'alice' } }],
  });
