import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildOnce, cacheEntry, cacheFolder } from '../../testbed/install/cache.ts';
import { kubernetesVersion } from '../../testbed/install/components.ts';
import { fetchesToolchains, toolchainOf } from '../../testbed/install/go.ts';
import { missingPackages } from '../../testbed/install/packages.ts';

describe('cacheFolder', () => {
  it('follows FORESHOCK_CACHE, then XDG_CACHE_HOME', () => {
    expect(cacheFolder({ FORESHOCK_CACHE: '/c', XDG_CACHE_HOME: '/x' })).toBe('/c/testbed');
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe('/x/foreshock/testbed');
    expect(cacheFolder({})).toMatch(/\/\.cache\/foreshock\/testbed$/);
  });
});

describe('cacheEntry', () => {
  it('has another name for other inputs, however they are cut', () => {
    const entries = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abd']].map((inputs) =>
      cacheEntry('kind', inputs, '/c'),
    );
    expect(new Set(entries).size).toBe(entries.length);
  });
});

describe('buildOnce', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'testbed-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('builds once', async () => {
    const entry = join(folder, 'entry');
    let builds = 0;
    const build = async (partial: string) => {
      builds += 1;
      writeFileSync(join(partial, 'file'), '');
    };
    await buildOnce(entry, build);
    await buildOnce(entry, build);
    expect(builds).toBe(1);
    expect(existsSync(join(entry, 'file'))).toBe(true);
  });

  it('leaves nothing of a build that fails', async () => {
    const failing = buildOnce(join(folder, 'entry'), async (partial, scratch) => {
      writeFileSync(join(partial, 'half'), '');
      writeFileSync(join(scratch, 'temporary'), '');
      throw new Error('no space left');
    });
    await expect(failing).rejects.toThrow('no space left');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('missingPackages', () => {
  it('is empty where everything is there', () => {
    expect(missingPackages({ images: true, components: true }, () => true)).toEqual([]);
  });

  it('asks for what builds only when something is to be built', () => {
    const names = (images: boolean, components: boolean) =>
      missingPackages({ images, components }, (file) => !['mmdebstrap', 'go', 'runc'].includes(file));
    expect(names(false, false)).toEqual(['runc']);
    expect(names(true, false)).toEqual(['runc', 'mmdebstrap']);
    expect(names(true, true)).toEqual(['runc', 'mmdebstrap', 'golang-go']);
  });
});

describe('versions in go.mod', () => {
  const goMod = 'module m\n\ngo 1.25.0\n\ntoolchain go1.25.11\n\nrequire (\n\tk8s.io/kubernetes v1.35.4\n)\n';

  it('are read from there and from nowhere else', () => {
    expect(kubernetesVersion(goMod)).toBe('v1.35.4');
    expect(toolchainOf(goMod)).toBe('go1.25.11');
  });

  it('are in the committed file', () => expect(kubernetesVersion()).toMatch(/^v1\.\d+\.\d+$/));

  it.each([
    ['go1.19.8', false],
    ['go1.20', false],
    ['go1.21.0', true],
    ['go1.26.8', true],
    ['devel +abc', false],
  ])('%s fetches newer toolchains by itself: %s', (version, expected) => {
    expect(fetchesToolchains(version)).toBe(expected);
  });
});
