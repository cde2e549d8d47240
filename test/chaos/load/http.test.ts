import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { TransportRequest } from '../../../src/chaos/cluster/cluster.ts';
import { HttpTransport, outcomeOfError } from '../../../src/chaos/load/http.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listen(server: net.Server): Promise<HttpTransport> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const transport = new HttpTransport({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    route: 'loopback',
  });
  closers.push(() => transport.close());
  closers.push(() => server.close());
  return transport;
}

const request = (options: Partial<TransportRequest> = {}): TransportRequest => ({
  path: '/',
  timeout_ms: 2000,
  connections: 'per-request',
  source_port: undefined,
  source_address: undefined,
  ...options,
});

/** A server that does this to each connection once the request has come. */
const raw = (act: (socket: net.Socket) => void) =>
  listen(
    net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => act(socket));
    }),
  );

describe('what became of a request', () => {
  test('a complete answer gives its status', async () => {
    const transport = await listen(
      http.createServer((incoming, response) => {
        response.statusCode = incoming.url === '/path?x=1' ? 204 : 404;
        response.end();
      }),
    );
    expect(await transport.send(request({ path: '/path?x=1' }))).toEqual({
      outcome: 'answered',
      status: 204,
    });
    expect(await transport.send(request())).toEqual({ outcome: 'answered', status: 404 });
  });

  test('a closed port is refused', async () => {
    const server = net.createServer();
    const transport = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect((await transport.send(request())).outcome).toBe('refused');
  });

  test('a connection that breaks before, in or after the head is reset', async () => {
    for (const act of [
      (socket: net.Socket) => socket.resetAndDestroy(),
      (socket: net.Socket) => socket.end(),
      (socket: net.Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
      (socket: net.Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'),
    ]) {
      const transport = await raw(act);
      expect((await transport.send(request())).outcome).toBe('reset');
    }
  });

  test('an answer that is not HTTP is an answer without a status', async () => {
    const transport = await raw((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await transport.send(request())).toEqual({ outcome: 'answered', status: undefined });
  });

  test('no answer, or half of one, is a timeout, and the socket is destroyed then', async () => {
    for (const head of ['', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf']) {
      let closed: () => void = () => {};
      const gone = new Promise<void>((resolve) => {
        closed = resolve;
      });
      const transport = await raw((socket) => {
        socket.on('close', closed);
        if (head !== '') socket.write(head);
      });
      expect((await transport.send(request({ timeout_ms: 50 }))).outcome).toBe('timeout');
      await gone;
    }
  });

  test.each([
    ['ECONNREFUSED', 'refused'],
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['ETIMEDOUT', 'timeout'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['EADDRINUSE', 'not-sent'],
    ['EADDRNOTAVAIL', 'not-sent'],
    ['EMFILE', 'not-sent'],
  ] as const)('%s is %s', (code, outcome) => {
    expect(outcomeOfError(code)).toBe(outcome);
  });
});

describe('the source of a request', () => {
  const echo = () =>
    listen(
      http.createServer((incoming, response) => {
        response.statusCode = incoming.socket.remotePort === 30_123 ? 200 : 418;
        if (incoming.socket.remoteAddress !== '127.0.0.9') response.statusCode = 419;
        response.end();
      }),
    );

  test('is the local address and port it is told', async () => {
    const transport = await echo();
    expect(await transport.send(request({ source_port: 30_123, source_address: '127.0.0.9' }))).toEqual({
      outcome: 'answered',
      status: 200,
    });
  });

  test('a port in use and an address that is not ours are not sent', async () => {
    const transport = await echo();
    const holder = net.createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    closers.push(() => holder.close());
    const { port } = holder.address() as AddressInfo;
    const inUse = await transport.send(request({ source_port: port, source_address: '127.0.0.1' }));
    expect(inUse.outcome).toBe('not-sent');
    const notOurs = await transport.send(request({ source_address: '198.51.100.1' }));
    expect(notOurs.outcome).toBe('not-sent');
  });
});

describe('connections', () => {
  const counting = async () => {
    const sockets = new Set<net.Socket>();
    const transport = await listen(
      http.createServer((incoming, response) => {
        sockets.add(incoming.socket);
        response.end('body');
      }),
    );
    return { sockets, transport };
  };

  test('per-request makes one for each', async () => {
    const { sockets, transport } = await counting();
    for (let count = 0; count < 3; count += 1) await transport.send(request());
    expect(sockets.size).toBe(3);
  });

  test('keep-alive uses one again', async () => {
    const { sockets, transport } = await counting();
    for (let count = 0; count < 3; count += 1) {
      await transport.send(request({ connections: 'keep-alive' }));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(sockets.size).toBe(1);
  });
});
