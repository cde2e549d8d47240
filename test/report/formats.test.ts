import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderHtml } from '../../src/report/html.ts';
import { renderJson } from '../../src/report/json.ts';
import { type Results, reportOf } from '../../src/report/model.ts';
import { figure } from '../../src/report/number.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { METRICS, type Metric, type MetricVerdict, type Predicted } from '../../src/timeline/verdict.ts';
import { agrees, CONTEXT, EXAMPLES } from './examples.ts';
import { expectGolden } from './golden.ts';

const terminal = (results: Results, color = false) => renderTerminal(reportOf(results, CONTEXT), { color });
const html = (results: Results) => renderHtml(reportOf(results, CONTEXT));

describe.each(Object.entries(EXAMPLES))('%s', (name, results) => {
  test('on the terminal', () => {
    expectGolden(`report/${name}.txt`, terminal(results));
  });

  test('as a page', () => {
    expectGolden(`report/${name}.html`, html(results));
  });

  test('as JSON', () => {
    const document = results.verdict ?? results.prediction ?? results.measurement;
    expectGolden(`report/${name}.json`, renderJson(document!));
  });

  test('gives the same bytes again', () => {
    const copy = structuredClone(results);
    expect(terminal(copy)).toBe(terminal(results));
    expect(html(copy)).toBe(html(results));
  });
});

describe('the same numbers everywhere', () => {
  /** Results with any values at all, on the shape of a real verdict. */
  const anyResults = fc
    .record({
      means: fc.array(
        fc.tuple(
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.double({ min: 0, max: 0.5, noNaN: true }),
          fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 }),
        ),
        { minLength: METRICS.length, maxLength: METRICS.length },
      ),
    })
    .map(({ means }): Results => {
      const metrics: Partial<Record<Metric, MetricVerdict>> = {};
      for (const [index, metric] of METRICS.entries()) {
        const [unit, half, units] = means[index]!;
        const scale = metric.startsWith('availability') ? 1 : 100;
        const mean = unit * scale;
        const predicted: Predicted = {
          mean,
          ci95: [mean, mean],
          sd: half * scale,
          pi90: [
            Math.max(0, mean - half * scale),
            metric.startsWith('availability') ? 1 : mean + half * scale,
          ],
          trials: 10,
        };
        const values = units.map((value) => value * scale);
        const average = values.reduce((sum, value) => sum + value, 0) / values.length;
        metrics[metric] = {
          predicted,
          measured: { mean: average, ci95: [average, average], values },
          verdict: 'agrees',
          reason: '',
        };
      }
      return { ...agrees, verdict: { ...agrees.verdict!, metrics } };
    });

  test('terminal and page show the rounding of what the JSON holds, digit for digit', () => {
    fc.assert(
      fc.property(anyResults, (results) => {
        const text = terminal(results);
        const page = html(results).replaceAll(/<[^>]*>/g, '');
        const json = JSON.parse(renderJson(results.verdict!)) as NonNullable<Results['verdict']>;
        for (const row of reportOf(results, CONTEXT).metrics) {
          const stored = json.metrics[row.metric]!;
          const shown = row.predicted!.split(' ')[0]!;
          const decimals = shown.split('.')[1]?.length ?? 0;
          expect(shown).toBe(figure(row.metric, stored.predicted.mean, decimals));
          expect(row.measured!.split(' ')[0]).toBe(figure(row.metric, stored.measured!.mean, decimals));
          for (const figures of [row.predicted!, row.expected!, row.measured!]) {
            expect(text).toContain(figures);
            expect(page).toContain(figures);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('the JSON in the page is the JSON on disk', () => {
    const page = html(agrees);
    const unescaped = page.replaceAll('&quot;', '"').replaceAll('&#39;', "'");
    for (const document of [agrees.verdict!, agrees.prediction!, agrees.measurement!]) {
      expect(unescaped).toContain(renderJson(document).replaceAll('>', '&gt;').replaceAll('<', '&lt;'));
    }
  });
});

describe('JSON', () => {
  test('comes back as it went in, whatever strings it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.array(fc.double()), (notes, share) => {
        const finite = share.filter(Number.isFinite).map((value) => (Object.is(value, -0) ? 0 : value));
        const prediction = {
          ...agrees.prediction!,
          ignored: notes,
          down_share: { step_ms: 1, share: finite },
        };
        expect(JSON.parse(renderJson(prediction))).toEqual(JSON.parse(JSON.stringify(prediction)));
      }),
    );
  });

  test('keeps brackets in strings as they are, lists of numbers on one line, and ends in a line feed', () => {
    const prediction = { ...agrees.prediction!, ignored: ['a [ 1,  2 ] b'] };
    const text = renderJson(prediction);
    expect(text).toContain('"a [ 1,  2 ] b"');
    expect(text).toContain('"pi90": [1.98, 3.31]');
    expect(text.endsWith('}\n')).toBe(true);
  });
});

describe('the terminal', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape itself
  const ESCAPE = /\u001b/;

  test('has no escape without colour, and the same words with it', () => {
    expect(terminal(agrees)).not.toMatch(ESCAPE);
    expect(terminal(agrees, true)).toMatch(ESCAPE);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape itself
    expect(terminal(agrees, true).replaceAll(/\u001b\[\d+m/g, '')).toBe(terminal(agrees));
  });

  test('is not steered by names out of a manifest', () => {
    const ignored = ['ConfigMap \u001b[2J\u0007evil\r\n'];
    const text = terminal({ ...agrees, prediction: { ...agrees.prediction!, ignored } });
    expect(text).not.toMatch(ESCAPE);
    expect(text).toContain('ConfigMap evil');
  });

  test('stays within 80 columns but for names, paths and commands', () => {
    const lines = terminal(agrees).split('\n');
    const command = lines.indexOf('Again');
    for (const line of lines.slice(0, command)) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('the page', () => {
  test('shows names as text, never as markup', () => {
    const evil = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&';
    const page = html({
      prediction: {
        ...agrees.prediction!,
        scenario: evil,
        ignored: [evil],
        budget: [{ mechanism: evil, seconds: 1 }],
      },
      measurement: { ...agrees.measurement!, notes: [evil], where: evil },
      verdict: { ...agrees.verdict!, scenario: evil, reason: evil },
    });
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;script&gt;');
  });

  test('names no address that could be loaded', () => {
    expect(html(agrees)).not.toMatch(/(?:src|href)="(?!data:,)/);
    expect(html(agrees)).not.toMatch(/url\(|@import/);
  });

  test('stays below 150 KB with 20 trials', () => {
    const trials = Array.from({ length: 20 }, (_, trial) => trial);
    const page = html({
      ...agrees,
      measurement: {
        ...agrees.measurement!,
        trials: 20,
        outages: trials.map((trial) => ({ ...agrees.measurement!.outages[1]!, trial })),
        faults: trials.map((trial) => ({ ...agrees.measurement!.faults[0]!, trial })),
      },
    });
    expect(page.length).toBeLessThan(150_000);
  });
});
