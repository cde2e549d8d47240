/** An API server that offers HTTP/2, as they all do, is spoken to over HTTP/1.1. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectKubernetes } from '../../../../src/chaos/cluster/kubernetes.ts';
import { kubeconfigFor } from './fake-api-server.ts';

/** For 127.0.0.1, valid until 2126, by: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgW1eTYvKM15hOZnv4
Xzv8CwFQdxleINKArs7PE3S3iXahRANCAAQ0HwyyGuG1SDRVKAm3RO9ad93WzAtj
MR8JCMMPRZGaNNh+IJzRc9K/8pF9f9pmm8nU0BJiFZhjyRh79LKsetNb
-----END PRIVATE KEY-----
`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUWDivkhpTBbWBXr+LtXvUkYHOPLMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMjA2MDY1NloYDzIxMjYxMDI5
MDYwNjU2WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ0HwyyGuG1SDRVKAm3RO9ad93WzAtjMR8JCMMPRZGaNNh+IJzRc9K/
8pF9f9pmm8nU0BJiFZhjyRh79LKsetNbo2QwYjAdBgNVHQ4EFgQU6L4pgQAhMsVN
oDk+L3++sp65QxEwHwYDVR0jBBgwFoAU6L4pgQAhMsVNoDk+L3++sp65QxEwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IQD44o2VoYu/ST3VBb+laHnfeYcLgxi/LDe0toYf6BTSYgIgUawXnoFx677+ERBy
0iAYHBp/fJ++AYh3NJsYm+Xz8vY=
-----END CERTIFICATE-----
`;

/** Of every request. */
const versions: string[] = [];
const server = createSecureServer({ key: KEY, cert: CERTIFICATE, allowHTTP1: true }, (request, response) => {
  versions.push(request.httpVersion);
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ items: [] }));
});
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foreshock-protocol-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

test('HTTP/1.1, though the server would rather have HTTP/2', async () => {
  const { port } = server.address() as AddressInfo;
  const config = JSON.parse(kubeconfigFor(`https://127.0.0.1:${port}`));
  const authority = Buffer.from(CERTIFICATE).toString('base64');
  config.clusters[0].cluster = { ...config.clusters[0].cluster, 'certificate-authority-data': authority };
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(config));
  const cluster = connectKubernetes({ kubeconfig });
  await cluster.pods('shop', { app: 'web' });
  await cluster.pods('shop', { app: 'web' });
  await cluster.close();
  expect(versions).toEqual(['1.1', '1.1']);
});
