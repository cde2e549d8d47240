import { describe, expect, test } from 'vitest';
import { renderJson } from '../../../src/report/json.ts';
import { renderPlanHtml } from '../../../src/report/plan/html.ts';
import { type PlanResults, planReportOf } from '../../../src/report/plan/model.ts';
import { renderPlanTerminal } from '../../../src/report/plan/terminal.ts';
import { expectGolden } from '../golden.ts';
import { curve, PLAN_CONTEXT, PLAN_EXAMPLES, simulated } from './examples.ts';

const report = (results: PlanResults) => planReportOf(results, PLAN_CONTEXT);
const terminal = (results: PlanResults, color = false) => renderPlanTerminal(report(results), { color });
const html = (results: PlanResults) => renderPlanHtml(report(results));

describe.each(Object.entries(PLAN_EXAMPLES))('%s', (name, results) => {
  test('on the terminal', () => {
    expectGolden(`report/${name}.txt`, terminal(results));
  });

  test('as a page', () => {
    expectGolden(`report/${name}.html`, html(results));
  });

  test('shows every figure in both', () => {
    const page = html(results).replaceAll(/<[^>]*>/g, '');
    const text = terminal(results);
    const { services, curve: told } = report(results);
    const shown = [
      ...services.flatMap(({ figures, causes }) => [
        ...figures.flatMap(({ value, interval }) => [value, interval ?? '']),
        ...causes.flatMap((row) => [row.shown, row.share, row.outages]),
      ]),
      ...(told?.services.flatMap(({ rows }) => rows.map(({ downtime }) => downtime.value)) ?? []),
    ];
    expect(shown.length).toBeGreaterThan(0);
    for (const figure of shown) {
      expect(text).toContain(figure);
      expect(page).toContain(figure);
    }
  });

  test('stays within 80 columns but for paths, commands and the line to remember', () => {
    const lines = terminal(results).split('\n');
    const rest = lines
      .slice(0, lines.indexOf('Again'))
      .filter((line) => !line.includes('of downtime a year ('));
    for (const line of rest) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

const simulatedWith = (changes: Partial<typeof simulated>): PlanResults => ({
  prediction: { ...simulated, ...changes },
  curve: undefined,
});

test('the JSON in the page is the JSON on disk', () => {
  const page = html({ prediction: simulated, curve }).replaceAll('&quot;', '"').replaceAll('&#39;', "'");
  for (const document of [simulated, curve]) {
    expect(page).toContain(renderJson(document).replaceAll('>', '&gt;').replaceAll('<', '&lt;'));
  }
});

describe('names out of a plan', () => {
  test('are text on the page, never markup', () => {
    const evil = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&';
    const page = html({
      prediction: {
        ...simulated,
        plan: evil,
        because: evil,
        warnings: [evil],
        services: simulated.services.map((service) => ({
          ...service,
          name: evil,
          causes: [{ cause: evil, downtime_s: 3120, outages: 1 }],
        })),
        assumptions: [{ name: evil, value: evil, source: evil }],
      },
      curve: {
        ...curve,
        varied: curve.varied.map((each) => ({ ...each, what: evil })),
        points: curve.points.map((point) => ({
          ...point,
          services: point.services.map((service) => ({ ...service, name: evil })),
        })),
      },
    });
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;script&gt;');
  });

  test('do not steer the terminal', () => {
    const evil = 'zone \u001b[2J\u0007evil\r\n';
    const text = terminal(
      simulatedWith({
        warnings: [evil],
        assumptions: [{ name: evil, value: evil, source: evil }],
        because: evil,
      }),
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape itself
    expect(text).not.toMatch(/\u001b/);
    expect(text).toContain('zone evil');
  });
});

describe('the picture of the curve', () => {
  const pictureOf = (changed: Partial<typeof curve>) =>
    html({ prediction: simulated, curve: { ...curve, ...changed } });

  test('says in words what it shows', () => {
    const page = pictureOf({});
    expect(page).toContain('Downtime of shop a year, by count of zone and replicas of shop');
    expect(page).toContain('count of zone: 3. By replicas of shop, 2: ');
    expect(page).toContain('as in the plan');
  });

  test('is left out where there is one point, or nothing to draw: the table stays', () => {
    const none = { mean: 0, ci95: [0, 0] } as const;
    const flat = curve.points.map((point) => ({
      ...point,
      services: point.services.map((service) => ({
        ...service,
        downtime_min_per_year: none,
        objectives: [],
      })),
    }));
    for (const points of [curve.points.slice(0, 1), flat]) {
      const page = pictureOf({ points });
      expect(page).not.toContain('<figure>');
      expect(page).toContain('class="curve-table"');
    }
  });

  test('has no place that is not a number, whatever the figures', () => {
    const values = [0, 1e-9, 1e-3, 5, 525_600];
    for (const mean of values) {
      const points = curve.points.map((point, index) => ({
        ...point,
        services: point.services.map((service) => ({
          ...service,
          downtime_min_per_year: {
            mean: index === 0 ? mean : 1,
            ci95: [0, index === 0 ? mean * 2 : 1],
          } as const,
        })),
      }));
      expect(pictureOf({ points })).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});
