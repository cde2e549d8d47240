/** The example of docs/exact.md, run as it stands there. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectDigits } from './near.ts';

const text = readFileSync('docs/exact.md', 'utf8');

it('the example of docs/exact.md says what it says', async () => {
  const code = /```ts\n([\s\S]*?)```/.exec(text)![1]!;
  const folder = mkdtempSync(join(tmpdir(), 'foreshock-docs-'));
  try {
    const file = join(folder, 'example.ts');
    writeFileSync(file, code.replaceAll("'../src/", `'${join(import.meta.dirname, '../../../src')}/`));
    const example = (await import(file)) as Record<string, unknown>;
    const told = [...code.matchAll(/^export const \[?(\w+)\]? = .*\/\/ (\S+)$/gm)];
    expect(told.map(([, name]) => name)).toEqual([
      'unavailability',
      'downInAYear',
      'timeToFailure_h',
      'downtime_h',
    ]);
    for (const [, name, digits] of told) expectDigits(example[name!] as number, digits!.replaceAll(',', ''));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
