import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import type { Measurement, Verdict } from '../../src/timeline/verdict.ts';
import type { Ended } from './foreshock.ts';

/** What a `verify` of few trials has written: they may be too few to tell, and must not tell otherwise. */
export function resultsOf({ code, stdout, stderr }: Ended, out: string) {
  expect([EXIT.ok, EXIT.inconclusive], stderr + stdout).toContain(code);
  const read = (file: string): unknown => JSON.parse(readFileSync(join(out, file), 'utf8'));
  return {
    code,
    verdict: read('verdict.json') as Verdict,
    measurement: read('measurement.json') as Measurement,
  };
}
