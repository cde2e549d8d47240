/** Files that are given for one of ours and are something else: told as that, instead of field by field. */
import type { Problem } from './problem.ts';

/** What a person is told of such a file. */
export type OtherFile = Pick<Problem, 'message' | 'expected' | 'hint'>;

type Mapping = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whose objects an import makes scenarios of, by their group. */
const TOOLS: Readonly<Record<string, string>> = {
  'chaos-mesh.org': 'Chaos Mesh',
  'litmuschaos.io': 'Litmus',
};

const TO_IMPORT = '`foreshock import` makes a scenario of it';

/** Of what is given for a scenario or a plan; undefined where it may be one. */
export function otherThanScenario(value: unknown): OtherFile | undefined {
  if (!isMapping(value)) return undefined;
  if (Object.hasOwn(value, 'game_day')) {
    return {
      message: 'the file is a game day',
      expected: 'a scenario',
      hint: '`foreshock game-day` takes it',
    };
  }
  return otherThanOurs(value, 'a scenario');
}

/** Of what is given for a game day; undefined where it may be one. */
export function otherThanGameDay(value: unknown): OtherFile | undefined {
  if (!isMapping(value) || Object.hasOwn(value, 'game_day')) return undefined;
  if (['load', 'faults', 'infrastructure'].some((key) => Object.hasOwn(value, key))) {
    return {
      message: 'the file is a scenario',
      expected: 'a game day, which has its steps under `game_day`',
      hint: 'its steps name scenarios: `- verify: {scenario: shop.yaml}`',
    };
  }
  return otherThanOurs(value, 'a game day');
}

function otherThanOurs(value: Mapping, expected: string): OtherFile | undefined {
  const { apiVersion, kind, version } = value;
  if (typeof version === 'string' && version.startsWith('foreshock/')) return undefined;
  if (typeof apiVersion === 'string' && typeof kind === 'string') {
    const tool = TOOLS[apiVersion.split('/')[0] ?? ''];
    return tool === undefined
      ? {
          message: `the file is a manifest of Kubernetes, with a ${kind}`,
          expected: `${expected}${expected === 'a scenario' ? ', which names it under `manifests`' : ''}`,
        }
      : { message: `the file is a ${kind} of ${tool}`, expected, hint: TO_IMPORT };
  }
  if (typeof value.title === 'string' && Array.isArray(value.method)) {
    return { message: 'the file is an experiment of Chaos Toolkit', expected, hint: TO_IMPORT };
  }
  if (isComposed(value.services)) {
    return {
      message: 'the file is one of Compose',
      expected: `${expected}; what runs is read from manifests of Kubernetes`,
    };
  }
  return undefined;
}

/** Services by name, each with what Compose runs. */
const isComposed = (services: unknown): boolean =>
  isMapping(services) &&
  Object.keys(services).length > 0 &&
  Object.values(services).every(
    (service) => isMapping(service) && (Object.hasOwn(service, 'image') || Object.hasOwn(service, 'build')),
  );
