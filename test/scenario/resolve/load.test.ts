import { describe, expect, test } from 'vitest';
import { errorOf, filesWith, load } from '../files.ts';
import { inLoad } from '../mutation.ts';

const withSteps = (steps: string, sections = '') => {
  const files = inLoad(`steps: ${steps}`);
  return filesWith({ 'scenario.yaml': `${files['scenario.yaml']}${sections}` });
};

describe('steps of the rate', () => {
  test('are read, with their units', () => {
    const { load: traffic } = load(withSteps('[{at: 2s, rate: 300/s}, {at: 5500ms, rate: 20}]'));
    expect(traffic.rate_per_s).toBe(100);
    expect(traffic.steps).toEqual([
      { at_ms: 2000, rate_per_s: 300 },
      { at_ms: 5500, rate_per_s: 20 },
    ]);
  });

  test('count where a throughput is asked for', () => {
    const steps = '[{at: 5s, rate: 300}]';
    expect(load(withSteps(steps, 'objectives: {throughput: 200}\n')).objectives.throughput_rps).toBe(200);
    expect(errorOf(withSteps(steps, 'objectives: {throughput: 201}\n')).message).toContain(
      'a throughput of 201/s can never be reached: the load is only 200/s',
    );
  });

  test('count among the requests that are too many', () => {
    const text = filesWith()
      ['scenario.yaml']!.toString()
      .replace('duration: 10s', 'duration: 1h\n  steps: [{at: 30m, rate: 100000}]');
    expect(errorOf(filesWith({ 'scenario.yaml': text })).message).toContain(
      'the rates of the load for 3600 s are 180180000 requests; expected between one request and 100 million',
    );
  });
});
