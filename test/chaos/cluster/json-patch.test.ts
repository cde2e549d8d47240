import { describe, expect, it } from 'vitest';
import { ChangedError } from '../../../src/chaos/cluster/cluster.ts';
import { patched } from '../../../src/chaos/cluster/json-patch.ts';

const object = () => ({
  metadata: { uid: 'u', annotations: {} as Record<string, string> },
  spec: { replicas: 2, containers: [{ name: 'web', image: 'nginx' }] },
});

describe('a JSON patch', () => {
  it('changes a copy, step by step', () => {
    const before = object();
    const after = patched(before, [
      { op: 'test', path: '/metadata/uid', value: 'u' },
      { op: 'test', path: '/spec/containers/0/name', value: 'web' },
      { op: 'replace', path: '/spec/containers/0/image', value: 'none' },
      { op: 'test', path: '/metadata/annotations/example.com~1a~0b', value: null },
      { op: 'add', path: '/metadata/annotations/example.com~1a~0b', value: 'x' },
      { op: 'remove', path: '/spec/replicas' },
    ]);
    expect('replicas' in after.spec).toBe(false);
    expect(after.spec.containers).toEqual([{ name: 'web', image: 'none' }]);
    expect(after.metadata.annotations).toEqual({ 'example.com/a~b': 'x' });
    expect(before).toEqual(object());
  });

  it.each([
    ['a test that fails', { op: 'test', path: '/metadata/uid', value: 'other' } as const],
    ['a test of what is not there', { op: 'test', path: '/spec/containers/7/name', value: 'web' } as const],
    ['what is not there to be removed', { op: 'remove', path: '/spec/paused' } as const],
    ['what is not there to be replaced', { op: 'replace', path: '/spec/paused', value: true } as const],
  ])('is refused as a whole by %s', (_, step) => {
    expect(() => patched(object(), [{ op: 'replace', path: '/spec/replicas', value: 1 }, step])).toThrow(
      ChangedError,
    );
  });
});
