/**
 * The files that other programs read: verdict.json, prediction.json, measurement.json, curve.json, comparison.json. Keys keep the order in
 * which the result holds them, so the same result gives the same bytes.
 */
import type { Comparison } from '../timeline/comparison.ts';
import type { PlanCurve } from '../timeline/plan-curve.ts';
import type { PlanPrediction } from '../timeline/plan-prediction.ts';
import type { Measurement, Prediction, Verdict } from '../timeline/verdict.ts';

export type Result = Prediction | Measurement | Verdict | PlanPrediction | PlanCurve | Comparison;

/** One document, indented, each list of numbers on one line, ending in a line feed. */
export function renderJson(result: Result): string {
  const indented = JSON.stringify(result, undefined, 2);
  const compact = indented.replace(STRING_OR_NUMBERS, (text) =>
    text.startsWith('[') ? text.replace(/\s+/g, '').replaceAll(',', ', ') : text,
  );
  return `${compact}\n`;
}

/** Strings are matched too, and kept, so that brackets inside them are not taken for lists. */
const STRING_OR_NUMBERS = /"(?:[^"\\]|\\.)*"|\[\s*-?\d[\d.eE+-]*(?:,\s*-?\d[\d.eE+-]*)*\s*\]/g;
