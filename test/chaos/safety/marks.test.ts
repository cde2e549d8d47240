import { describe, expect, test } from 'vitest';
import { viewAnnotated } from '../../../src/chaos/cluster/annotations.ts';
import { ChangedError } from '../../../src/chaos/cluster/cluster.ts';
import { patched } from '../../../src/chaos/cluster/json-patch.ts';
import { marking, marksOf, unmarking } from '../../../src/chaos/safety/marks.ts';

const KEY = 'undo.foreshock.dev/scale';
const target = {
  kind: 'Deployment',
  namespace: 'shop',
  name: 'web',
  uid: 'u',
  run: 'r',
  before: { replicas: 3 },
};

type Annotations = Record<string, string> | undefined;
interface Object {
  metadata: { annotations?: Annotations; managedFields?: object[] };
}

/** An object, with those of its annotations that foreshock has written. */
function object(annotations: Annotations, own: readonly string[] = []): Object {
  const fields = Object.fromEntries(own.map((key) => [`f:${key}`, {}]));
  const managedFields = [{ manager: 'foreshock', fieldsV1: { 'f:metadata': { 'f:annotations': fields } } }];
  return { metadata: { ...(annotations === undefined ? {} : { annotations }), managedFields } };
}
const annotatedOf = ({ metadata }: Object) => viewAnnotated(metadata as Parameters<typeof viewAnnotated>[0]);

describe('a mark', () => {
  test.each<[string, Annotations]>([
    ['without annotations', undefined],
    ['with some', { team: 'shop' }],
  ])('is set on an object %s, read again, and taken away', (_, annotations) => {
    const before = object(annotations);
    const marked = patched(before, marking('scale', target, annotatedOf(before)));
    const own = { metadata: { ...object(marked.metadata.annotations, [KEY]).metadata } };
    expect(marksOf(target, annotatedOf(own).own)).toEqual([{ run: 'r', fault: 'scale', target }]);
    const after = patched(own, unmarking('scale', annotatedOf(own)));
    expect(after.metadata.annotations).toEqual(annotations ?? {});
    expect(unmarking('scale', annotatedOf(after))).toEqual([]);
  });

  test('is not set where the cluster knows of no runs', () => {
    expect(marking('scale', { ...target, run: undefined } as never, undefined)).toEqual([]);
  });

  test('of another run is not overwritten: what was so before would be lost', () => {
    const before = object({ [KEY]: '{"run":"other","before":{"replicas":9}}' }, [KEY]);
    expect(() => patched(before, marking('scale', target, annotatedOf(before)))).toThrow(ChangedError);
  });

  test('that came back with an old template is nobody’s: it says nothing, and gives way', () => {
    const before = object({ [KEY]: '{"run":"old","before":{"replicas":9}}' });
    expect(marksOf(target, annotatedOf(before).own)).toEqual([]);
    expect(unmarking('scale', annotatedOf(before))).toEqual([]);
    const marked = patched(before, marking('scale', target, annotatedOf(before)));
    expect(JSON.parse(marked.metadata.annotations?.[KEY] ?? '')).toEqual({
      run: 'r',
      before: { replicas: 3 },
    });
  });

  test('that somebody has written by hand is no mark', () => {
    expect(marksOf(target, { [KEY]: 'hands off', 'undo.foreshock.dev/bad-image': 'null' })).toEqual([]);
  });
});
