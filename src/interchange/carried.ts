/** What an export carries for its own way back: the sections of a scenario that another tool has no place for. */

import type { Path } from '../scenario/yaml.ts';
import { isMapping, type Reading } from './reading.ts';

/** Annotation of objects of Kubernetes; the value is JSON. */
export const ANNOTATION = 'foreshock/scenario';

/** Of an object of Kubernetes; none where it was not exported by us. What is there and no JSON is told. */
export function carriedBy(reading: Reading): Readonly<Record<string, unknown>> {
  const path: Path = ['metadata', 'annotations', ANNOTATION];
  const text = reading.value(path);
  if (text === undefined) return {};
  const sections = typeof text === 'string' ? parsed(text) : undefined;
  if (isMapping(sections)) return sections;
  reading.refuse(path, { message: 'this is not what an export has put there', expected: 'JSON' });
  return {};
}

/** Manifests that the sections name. */
export function manifestsIn({ manifests }: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(manifests) ? manifests.filter((each) => typeof each === 'string') : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
