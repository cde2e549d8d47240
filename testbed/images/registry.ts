import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { blobFile, NAME_ANNOTATION, readIndex } from './layout.ts';

/**
 * A read-only image registry over an OCI layout: the pull half of the OCI distribution specification.
 * Run as a program: `node registry.ts LAYOUT ADDRESS PORT`.
 *
 * Every node's containerd asks it for every image of every registry, and names the registry it means
 * in `?ns=` (containerd's hosts.md); what is not in the layout is answered 404, so a pull fails at once.
 */
export function createRegistry(layout: string): Server {
  const manifests = new Map<string, string>();
  const mediaTypes = new Map<string, string>();
  for (const { digest, mediaType, annotations } of readIndex(layout).manifests) {
    manifests.set(annotations[NAME_ANNOTATION] ?? '', digest);
    mediaTypes.set(digest, mediaType);
  }

  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://registry');
    const [, name, kind, reference] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url.pathname) ?? [];
    if (url.pathname === '/v2/') {
      response.end('{}');
    } else if (name === undefined || reference === undefined) {
      refuse(response, 'UNSUPPORTED', url.pathname);
    } else {
      const fullName = `${url.searchParams.get('ns') ?? 'docker.io'}/${name}:${reference}`;
      const digest = kind === 'manifests' ? (manifests.get(fullName) ?? reference) : reference;
      if (/^sha256:[0-9a-f]{64}$/.test(digest)) send(request, response, digest);
      else refuse(response, 'MANIFEST_UNKNOWN', fullName);
    }
  });

  function send(request: IncomingMessage, response: ServerResponse, digest: string): void {
    const file = blobFile(layout, digest);
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) {
      refuse(response, 'BLOB_UNKNOWN', digest);
      return;
    }
    response.setHeader('Content-Type', mediaTypes.get(digest) ?? 'application/octet-stream');
    response.setHeader('Content-Length', size);
    response.setHeader('Docker-Content-Digest', digest);
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  }
}

function refuse(response: ServerResponse, code: string, message: string): void {
  response.writeHead(404, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}

if (process.argv[1] === import.meta.filename) {
  const [layout = '', address, port] = process.argv.slice(2);
  createRegistry(layout).listen(Number(port), address);
}
