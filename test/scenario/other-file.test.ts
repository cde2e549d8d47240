import { describe, expect, test } from 'vitest';
import { loadGameDay } from '../../src/scenario/game-day/load.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { DEPLOYMENT, errorOf, filesWith, SCENARIO, SERVICE } from './files.ts';

const GAME_DAY = 'version: foreshock/v1\ngame_day:\n  - chaos: {scenario: scenario.yaml}\n';
const COMPOSE = 'services:\n  web:\n    image: nginx\n  db: {build: .}\n';
const PODCHAOS = 'apiVersion: chaos-mesh.org/v1alpha1\nkind: PodChaos\nmetadata: {name: x}\nspec: {}\n';
const ENGINE = 'apiVersion: litmuschaos.io/v1alpha1\nkind: ChaosEngine\nmetadata: {name: x}\n';
const EXPERIMENT = '{"title": "x", "description": "x", "method": []}';

/** The one problem that is told. */
function toldOf(text: string, load: (path: string) => unknown): string {
  const { problems } = errorOf(filesWith({ 'given.yaml': text }), 'given.yaml', load);
  expect(problems).toHaveLength(1);
  const [{ position, message, expected, hint } = problems[0]!] = problems;
  expect(position).toMatchObject({ line: 1, column: 1 });
  return [message, expected, hint].join('; ');
}

describe('what is given for a scenario and is something else is told once:', () => {
  test.each([
    [
      `${DEPLOYMENT}---\n${SERVICE}`,
      /^the file is a manifest of Kubernetes, with a Deployment; a scenario, which names it/,
    ],
    [GAME_DAY, /^the file is a game day; a scenario; `foreshock game-day` takes it$/],
    [COMPOSE, /^the file is one of Compose; a scenario; what runs is read from manifests of Kubernetes/],
    [
      PODCHAOS,
      /^the file is a PodChaos of Chaos Mesh; a scenario; `foreshock import` makes a scenario of it$/,
    ],
    [ENGINE, /^the file is a ChaosEngine of Litmus; /],
    [EXPERIMENT, /^the file is an experiment of Chaos Toolkit; /],
  ])('%s', (text, says) => {
    expect(toldOf(text, loadScenario)).toMatch(says);
  });
});

describe('what is given for a game day and is something else is told once:', () => {
  test.each([
    [
      SCENARIO,
      /^the file is a scenario; a game day, which has its steps under `game_day`; its steps name scenarios/,
    ],
    [DEPLOYMENT, /^the file is a manifest of Kubernetes, with a Deployment; a game day/],
  ])('%s', (text, says) => {
    expect(toldOf(text, loadGameDay)).toMatch(says);
  });

  test('of a step as well, at its place', () => {
    const files = filesWith({
      'day.yaml': GAME_DAY.replace('scenario.yaml', 'deployment.yaml'),
      'deployment.yaml': DEPLOYMENT,
    });
    const { problems } = errorOf(files, 'day.yaml', loadGameDay);
    expect(problems.map(({ message }) => message)).toEqual([
      'the file is a manifest of Kubernetes, with a Deployment',
    ]);
  });
});

test('a scenario with a mistake is still one, whatever it looks like', () => {
  const mistaken = `${SCENARIO}services: {web: {image: nginx}}\n`;
  const { problems } = errorOf(filesWith({ 'scenario.yaml': mistaken }));
  expect(problems.map(({ message }) => message)).toEqual(['unknown field `services`']);
});
