import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LoopbackProxy {
  readonly port: number;
  /** Breaks every connection and refuses new ones for so long. */
  goAway(duration_ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Passes on bytes, TLS and all, from a port of this machine. */
export async function loopbackProxy(host: string, port: number): Promise<LoopbackProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    const upstream = connect(port, host);
    for (const socket of [client, upstream]) keep(socket);
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  const vanish = () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    return closed;
  };
  await listen(0);
  const own = (server.address() as AddressInfo).port;
  return {
    port: own,
    async goAway(duration_ms) {
      await vanish();
      await sleep(duration_ms);
      await listen(own);
    },
    close: vanish,
  };
}
