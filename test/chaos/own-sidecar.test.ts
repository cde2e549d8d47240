import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { hasSidecar } from '../../src/chaos/own-sidecar.ts';

async function answering(status: number): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/healthz/ready`;
}

test('a sidecar is there where one says that it is ready', async () => {
  expect(await hasSidecar(await answering(200))).toBe(true);
  expect(await hasSidecar(await answering(503))).toBe(false);
  // Nobody listens at the port for nothing.
  expect(await hasSidecar('http://127.0.0.1:1/healthz/ready')).toBe(false);
});
