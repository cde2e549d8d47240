import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { raiseLimits } from '../../testbed/limits.ts';

describe('raiseLimits', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'testbed-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function raise(limit: string): { readonly limit: string; readonly said: readonly string[] } {
    const file = join(folder, 'max_user_instances');
    writeFileSync(file, limit);
    const said: string[] = [];
    raiseLimits((line) => said.push(line), file);
    return { limit: readFileSync(file, 'utf8'), said };
  }

  it('raises a low limit, and says that it did', () => {
    const { limit, said } = raise('128\n');
    expect(limit).toBe('8192');
    expect(said).toEqual([expect.stringContaining('from 128 to 8192')]);
  });

  it.each(['8192\n', '65536\n'])('leaves %j alone', (limit) => {
    expect(raise(limit)).toEqual({ limit, said: [] });
  });

  it('does without where there is nothing to raise', () => {
    expect(() => raiseLimits(() => {}, join(folder, 'none'))).not.toThrow();
  });
});
