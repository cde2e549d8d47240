import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readIndex, writeLayout } from '../../testbed/images/layout.ts';
import { type ImageRecipe, imageNames } from '../../testbed/images/recipe.ts';
import { createRegistry } from '../../testbed/images/registry.ts';
import { images } from '../../testbed/images/table.ts';
import { tar } from '../../testbed/images/tar.ts';

describe('tar', () => {
  it('writes what tar reads', () => {
    const archive = tar([
      { path: 'etc', folder: true },
      { path: 'etc/motd', content: 'hello\n', mode: 0o640 },
      { path: 'etc/issue', linkTo: 'motd' },
      { path: 'empty', content: '' },
    ]);
    expect(archive.length % 512).toBe(0);
    const list = execFileSync('tar', ['-tvf', '-'], { input: archive, encoding: 'utf8' });
    const lines = list
      .trim()
      .split('\n')
      .map((line) => line.replaceAll(/\s+/g, ' '));
    expect(lines[0]).toMatch(/^drwxr-xr-x .* etc\/$/);
    expect(lines[1]).toMatch(/^-rw-r----- .* 6 .* etc\/motd$/);
    expect(lines[2]).toMatch(/^lrwxrwxrwx .* etc\/issue -> motd$/);
    expect(lines[3]).toMatch(/ 0 .* empty$/);
    const motd = execFileSync('tar', ['-xOf', '-', 'etc/motd'], { input: archive, encoding: 'utf8' });
    expect(motd).toBe('hello\n');
  });
});

describe('the table of images', () => {
  it('has each name once', () => {
    const names = imageNames(images);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    'nginx:latest',
    'nginx:1.14.2',
    'nginx:1.17.10',
    'nginx:1.25',
    'nginx:1.27',
    'nginx:stable',
    'nginx:alpine',
  ])('has %s', (name) => expect(imageNames(images)).toContain(`docker.io/library/${name}`));

  it('stops nginx as the official image of that version does', () => {
    const stopSignal = (tag: string) =>
      images.find((image) => image.repository.endsWith('/nginx') && image.tags.includes(tag))?.config
        .StopSignal;
    expect(stopSignal('1.17.10')).toBe('SIGTERM');
    expect(stopSignal('1.27')).toBe('SIGQUIT');
    expect(stopSignal('latest')).toBe('SIGQUIT');
  });
});

describe('the registry', () => {
  const recipe: ImageRecipe = {
    repository: 'docker.io/library/hello',
    tags: ['latest', '1.0'],
    layers: [{ from: 'files', files: [{ path: 'hello', content: 'hello\n' }] }],
    config: { Cmd: ['/hello'], StopSignal: 'SIGQUIT' },
  };
  let folder: string;
  let server: Server;
  let base: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'testbed-'));
    const signal = new AbortController().signal;
    await writeLayout([recipe], { folder, scratch: folder, binaries: folder, progress: () => {}, signal });
    server = createRegistry(folder).listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  interface Blob {
    digest: string;
    size: number;
  }
  const json = async <T>(path: string) =>
    (await (await fetch(`${base}/v2/library/hello/${path}`)).json()) as T;

  it('says that it speaks the protocol', async () => {
    expect((await fetch(`${base}/v2/`)).status).toBe(200);
  });

  it('resolves a tag, and serves the image down to its layers', async () => {
    const head = await fetch(`${base}/v2/library/hello/manifests/1.0?ns=docker.io`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers.get('content-type')).toBe('application/vnd.oci.image.manifest.v1+json');
    const digest = head.headers.get('docker-content-digest');
    expect(digest).toBe(readIndex(folder).manifests[0]?.digest);

    const manifest = await json<{ config: Blob; layers: [Blob] }>(`manifests/${digest}`);
    const config = await json<{ config: object; rootfs: { diff_ids: string[] } }>(
      `blobs/${manifest.config.digest}`,
    );
    expect(config.config).toMatchObject({ Cmd: ['/hello'], StopSignal: 'SIGQUIT' });
    expect(config.rootfs.diff_ids).toEqual([manifest.layers[0].digest]);
    const layer = await (
      await fetch(`${base}/v2/library/hello/blobs/${manifest.layers[0].digest}`)
    ).arrayBuffer();
    expect(layer.byteLength).toBe(manifest.layers[0].size);
  });

  it.each([
    '/v2/library/hello/manifests/2.0',
    '/v2/library/hello/manifests/latest?ns=quay.io',
    '/v2/library/other/manifests/latest',
    `/v2/library/hello/blobs/sha256:${'0'.repeat(64)}`,
    '/v2/library/hello/blobs/..%2f..%2findex.json',
    '/v2/_catalog',
  ])('does not find %s', async (path) => {
    expect((await fetch(`${base}${path}`)).status).toBe(404);
  });
});
