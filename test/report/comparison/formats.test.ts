import { describe, expect, test } from 'vitest';
import { renderComparisonHtml } from '../../../src/report/comparison/html.ts';
import { comparisonReportOf } from '../../../src/report/comparison/model.ts';
import { renderComparisonTerminal } from '../../../src/report/comparison/terminal.ts';
import type { Comparison } from '../../../src/timeline/comparison.ts';
import { expectGolden } from '../golden.ts';
import { better, COMPARISONS, same, unclear, worse } from './examples.ts';

const report = (comparison: Comparison) =>
  comparisonReportOf(comparison, {
    files: ['out/orders/comparison.json'],
    command: 'foreshock predict orders-archive.yaml --against orders.yaml --seed 1',
  });
const terminal = (comparison: Comparison) => renderComparisonTerminal(report(comparison), { color: false });

describe.each(Object.entries(COMPARISONS))('%s', (name, comparison) => {
  test('on the terminal, within 80 columns', () => {
    const text = terminal(comparison);
    expectGolden(`report/comparison-${name}.txt`, text);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('as a page', () => {
    expectGolden(`report/comparison-${name}.html`, renderComparisonHtml(report(comparison)));
  });
});

test('says first what the one saves, or costs, and how sure that is', () => {
  const first = (comparison: Comparison) => terminal(comparison).split('\n')[0];
  expect(first(better)).toBe('LESS DOWNTIME orders-archive against orders: 1.755 s less [1.693, 1.817]');
  expect(first(worse)).toBe('MORE DOWNTIME orders against orders-archive: 1.755 s more [1.693, 1.817]');
  expect(first(unclear)).toBe('NO CLEAR DIFFERENCE orders-archive against orders: 0.03 s less [-0.18, 0.24]');
  expect(first(same)).toBe('SAME DOWNTIME orders-archive against orders: 0.00 s');
});

test('names with control characters do not steer the terminal', () => {
  const name = 'orders\u001b[31m\n';
  const text = terminal({ ...better, scenario: { ...better.scenario, name } });
  expect(text).not.toContain('\u001b');
});

test('names are no markup', () => {
  const name = '<b>orders</b>';
  const page = renderComparisonHtml(report({ ...better, scenario: { ...better.scenario, name } }));
  expect(page).not.toContain(name);
  expect(page).toContain('&lt;b&gt;orders&lt;/b&gt;');
});
