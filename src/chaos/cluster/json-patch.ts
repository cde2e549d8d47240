/** JSON Patch (RFC 6902) as far as chaos uses it, for clusters without an API server that has it. */
import { isDeepStrictEqual } from 'node:util';
import { ChangedError, type Operation } from './cluster.ts';

/**
 * @returns a patched copy
 * @throws ChangedError where a test fails, or what is to be replaced is not there
 */
export function patched<T extends object>(object: T, patch: readonly Operation[]): T {
  const copy = structuredClone(object);
  for (const { op, path, value } of patch) {
    const { parent, key } = locate(copy, path);
    if (op === 'test' && !isDeepStrictEqual(parent[key] ?? null, value ?? null)) {
      throw new ChangedError(`${path} is ${JSON.stringify(parent[key])}, not ${JSON.stringify(value)}`);
    }
    if ((op === 'replace' || op === 'remove') && !(key in parent)) {
      throw new ChangedError(`there is no ${path}`);
    }
    if (op === 'remove') delete parent[key];
    else if (op !== 'test') parent[key] = structuredClone(value);
  }
  return copy;
}

function locate(root: object, path: string): { parent: Record<string, unknown>; key: string } {
  const keys = path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = keys.pop();
  if (key === undefined) throw new RangeError('a patch of the whole is not supported');
  let parent: unknown = root;
  for (const each of keys) parent = (parent as Record<string, unknown> | undefined)?.[each];
  if (typeof parent !== 'object' || parent === null)
    throw new ChangedError(`there is nothing to hold ${path}`);
  return { parent: parent as Record<string, unknown>, key };
}
