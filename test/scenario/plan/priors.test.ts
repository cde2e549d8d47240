import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mean_ms } from '../../../src/scenario/distribution.ts';
import { distributionText } from '../../../src/scenario/distribution-text.ts';
import { PRIORS, type PriorName } from '../../../src/scenario/plan/priors.ts';
import { YEAR_MS } from '../../../src/scenario/units.ts';

const DAY_MS = 86_400_000;
const mean = (name: PriorName): number => mean_ms(PRIORS[name].time_to_failure);

test('the times follow from what the sources counted', () => {
  // 1000 of 1800 machines; 20 of 30 racks; 1 of 2.4 power distribution units; 0.5 times a cluster.
  expect(mean('google-2008-machine')).toBeCloseTo((1800 / 1000) * YEAR_MS, -3);
  expect(mean('google-2008-rack')).toBeCloseTo((1800 / 60 / 20) * YEAR_MS, -3);
  expect(mean('google-2008-power-distribution-unit')).toBeCloseTo((1800 / 750) * YEAR_MS, -3);
  expect(mean('google-2008-overheating')).toBe(2 * YEAR_MS);
  const near = (name: PriorName, expected_ms: number) =>
    expect(Math.abs(mean(name) / expected_ms - 1)).toBeLessThan(0.01);
  // A share of those with at least one in a year.
  near('microsoft-2010-server', YEAR_MS / -Math.log(1 - 0.08));
  near('google-2009-memory', YEAR_MS / -Math.log(1 - 0.013));
  near('backblaze-2024-disk', YEAR_MS / 0.0157);
  near('google-2010-node', (4.3 / 12) * YEAR_MS);
  near('meta-2024-gpu-server', (54 * DAY_MS * (16_384 / 8)) / 419);
  near('meta-2025-gpu-node-rsc1', (1000 / 6.5) * DAY_MS);
  near('meta-2025-gpu-node-rsc2', (1000 / 2.34) * DAY_MS);
});

test('what nobody has published says so in its name', () => {
  for (const [name, { source }] of Object.entries(PRIORS)) {
    expect(name.startsWith('guess-')).toBe(/guess/.test(source));
    if (!name.startsWith('guess-')) expect(`${name} ${source}`).toMatch(/-(20\d\d)\b.*\b\1\b|2024.*2025/);
  }
});

test('docs/plan.md lists them', () => {
  const rows = Object.entries(PRIORS).map(([name, { time_to_failure, time_to_repair, counts, source }]) => {
    const repair = time_to_repair === undefined ? '' : distributionText(time_to_repair);
    return `| \`${name}\` | ${distributionText(time_to_failure)} | ${repair} | ${counts} | ${source} |`;
  });
  expect(readFileSync('docs/plan.md', 'utf8')).toContain(rows.join('\n'));
});
