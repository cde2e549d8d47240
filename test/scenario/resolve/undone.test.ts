import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { errorOf, filesWith, load, SCENARIO } from '../files.ts';

const files = (...faults: readonly object[]) =>
  filesWith({ 'scenario.yaml': stringify({ ...parse(SCENARIO), faults }) });
const messages = (...faults: readonly object[]) =>
  errorOf(files(...faults)).problems.map(({ message, expected }) => `${message}; expected ${expected}`);

const scale = (at: string, more: object = {}) => ({ scale: { at, replicas: 1, ...more } });
const outage = (component: string, at: string, duration?: string) => ({
  'control-plane-outage': { component, at, ...(duration && { duration }) },
});

describe('two faults that stand on the same thing at once are refused', () => {
  test('where the first lasts until the end', () => {
    expect(messages(scale('2s'), scale('8s', { replicas: 8 }))).toEqual([
      'the scale at 8 s would come before the one at 2 s is undone; expected a `duration` of the earlier one that is over by then',
    ]);
  });

  test('where it lasts too long, whichever the file has first', () => {
    const expected = [
      'the scale at 5 s would come before the one at 2 s is undone; expected a time after 5 s',
    ];
    expect(messages(scale('2s', { duration: '3s' }), scale('5s'))).toEqual(expected);
    expect(messages(scale('5s'), scale('2s', { duration: '3s' }))).toEqual(expected);
  });

  test('with its place in the file', () => {
    const faults = 'registry-outage: {at: 2s}\n  - registry-outage: {at: 3s}';
    const { problems } = errorOf(
      filesWith({ 'scenario.yaml': SCENARIO.replace('pod-kill:\n      at: 2s', faults) }),
    );
    expect(problems).toMatchObject([{ position: { file: 'scenario.yaml', line: 8, column: 27 } }]);
  });

  test('where one of them is repeated, once', () => {
    const repeated = scale('1s', { duration: '500ms', repeat: { every: '2s', times: 3 } });
    expect(messages(repeated, scale('2500ms', { duration: '5s' }))).toEqual([
      'the scale at 3 s would come before the one at 2.5 s is undone; expected a time after 7.5 s',
    ]);
  });

  test('where all of the control plane is a part of it', () => {
    expect(messages(outage('all', '2s', '4s'), outage('scheduler', '4s'))).toEqual([
      'the control-plane-outage at 4 s would come before the one at 2 s is undone; expected a time after 6 s',
    ]);
  });
});

describe('two faults of one type are fine', () => {
  test.each([
    ['one after the other', [scale('2s', { duration: '2s' }), scale('5s')]],
    ['on other components', [outage('scheduler', '2s'), outage('api-server', '3s')]],
    ['that choose their victims', ['2s', '3s'].map((at) => ({ 'container-pause': { at } }))],
    ['that do not last', ['2s', '3s'].map((at) => ({ 'rollout-restart': { at } }))],
  ])('%s', (_name, faults) => {
    expect(load(files(...faults)).faults).toHaveLength(2);
  });
});
