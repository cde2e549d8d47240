/** What the provider command of a run was asked for, as runner.ts has it written down. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Verb and flags of each time. @param folder of the run */
export function provided(folder: string): readonly string[] {
  try {
    return readFileSync(join(folder, 'provider.log'), 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

/** What it broke and did not mend. */
export function broken(folder: string): readonly string[] {
  const standing = new Set<string>();
  for (const words of provided(folder)) {
    const [verb = '', ...what] = words.split(' ');
    if (/-(loss|partition|pause|down)$/.test(verb)) standing.add(what.join(' '));
    else standing.delete(what.join(' '));
  }
  return [...standing];
}
