/**
 * Prometheus: the answer to a range query (docs/querying/api.md, "Range queries", of 3.9) about one series of 0 and 1, such as
 * `probe_success` of the blackbox exporter.
 */
import { z } from 'zod';
import { isMapping, type Reading } from '../reading.ts';
import type { MeasuredSamples } from './data.ts';

export const isRangeQuery = (value: unknown): boolean =>
  isMapping(value) && isMapping(value.data) && 'resultType' in value.data;

const ANSWER = z.looseObject({
  status: z.literal('success'),
  data: z.looseObject({
    resultType: z.literal('matrix', { error: 'matrix: the answer to a range query' }),
    result: z.array(
      z.looseObject({
        values: z.array(
          z.tuple([
            z.number(),
            z.enum(['0', '1'], { error: '"1" where the service was up, "0" where it was not' }),
          ]),
        ),
      }),
    ),
  }),
});

export function readRangeQuery(reading: Reading): MeasuredSamples | undefined {
  const answer = reading.get(ANSWER, []);
  if (answer === undefined) return undefined;
  const [series, second] = answer.data.result;
  if (series === undefined || second !== undefined) {
    return reading.refuse(['data', 'result'], {
      message: `the query gave ${answer.data.result.length} series`,
      expected: 'one, of 0 and 1',
      hint: 'choose one with labels, or take the least of them: min(probe_success{...})',
    });
  }
  const samples = series.values.map(([seconds, value]) => ({ at_ms: seconds * 1000, is_up: value === '1' }));
  const late = samples.findIndex(({ at_ms }, index) => at_ms <= (samples[index - 1]?.at_ms ?? -1));
  if (late >= 0) {
    return reading.refuse(['data', 'result', 0, 'values', late], {
      message: 'its time is not after the last',
    });
  }
  return {
    kind: 'samples',
    samples,
    notes: ['Prometheus tells whether the service was up when it looked, not what became of each request'],
  };
}
