/** From a scenario of ours to a file of another tool, or to everything that it cannot say. */
import { dirname, isAbsolute, join, relative } from 'node:path';
import { readDocument } from '../scenario/document.ts';
import { EXIT, UserError } from '../scenario/errors.ts';
import { loadScenario, SCENARIO_DOCUMENT } from '../scenario/load.ts';
import { Problems } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { STRESS_IMAGE } from '../scenario/schema/faults.ts';
import { chaosMeshText } from './chaos-mesh/objects-out.ts';
import { experimentOf } from './chaos-toolkit/experiment-out.ts';
import { type JournalRequest, journalOf } from './chaos-toolkit/journal-out.ts';
import type { ExportTarget } from './names.ts';
import { isMapping } from './reading.ts';
import { isStress } from './stress.ts';
import type { Exported } from './writing.ts';

export interface ExportRequest {
  /** The scenario file, as the user named it. */
  readonly file: string;
  readonly to: ExportTarget;
  /** Folder that the export will be in. */
  readonly folder: string;
  /** Of a run of the scenario; a journal tells of one. */
  readonly run?: JournalRequest | undefined;
}

export interface ExportedText {
  readonly text: string;
  /** What the scenario says and the other tool does not do. */
  readonly left_out: readonly string[];
}

interface Target {
  readonly title: string;
  /** @returns undefined where something cannot be said, which is then told */
  write(exported: Exported, run: JournalRequest | undefined): string | undefined;
  /** What of a scenario it does not do by itself. */
  leavesOut(scenario: Scenario): readonly string[];
}

const json = (value: object | undefined): string | undefined =>
  value && `${JSON.stringify(value, undefined, 2)}\n`;

export const TARGETS = {
  'chaos-toolkit': {
    title: 'Chaos Toolkit',
    write(exported) {
      return json(experimentOf(exported));
    },
    leavesOut: () => [
      'Chaos Toolkit sends no load, and knows neither objectives nor safety; they are in the extension `foreshock`, for import',
    ],
  },
  'chaos-mesh': {
    title: 'Chaos Mesh',
    write: chaosMeshText,
    leavesOut: ({ faults }) => [
      'Chaos Mesh sends no load, and knows neither objectives nor safety; they are in the annotation `foreshock/scenario`, for import',
      ...(faults.some((fault) => isStress(fault) && fault.image !== STRESS_IMAGE)
        ? ['Chaos Mesh has stressors of its own: `image` is lost']
        : []),
    ],
  },
  'chaos-toolkit-journal': {
    title: 'Chaos Toolkit',
    write(exported, run) {
      if (run !== undefined) return json(journalOf(exported, run));
      throw new UserError('a journal tells of a run: which one?', {
        exitCode: EXIT.configuration,
        hint: '--results names the folder that chaos or verify wrote',
      });
    },
    leavesOut: () => ['a journal has no place for what was measured; it is in its field `foreshock`'],
  },
} as const satisfies Record<ExportTarget, Target>;

/** @throws ScenarioError with everything that is wrong with the scenario, or that the other tool cannot say */
export function exportScenario({ file, to, folder, run }: ExportRequest): ExportedText {
  const exported = exportedFrom(file, folder);
  const target: Target = TARGETS[to];
  const text = target.write(exported, run);
  exported.problems.throwIfAny();
  if (text === undefined) throw new Error(`no ${to} and no problem of ${file}`);
  return { text, left_out: target.leavesOut(exported.scenario) };
}

/** A scenario as exports need it; manifests are named from `folder`. */
export function exportedFrom(file: string, folder: string): Exported {
  const scenario: Scenario = loadScenario(file);
  const problems = new Problems();
  const document = readDocument(file, SCENARIO_DOCUMENT, problems);
  const {
    faults: _faults,
    version: _version,
    ...sections
  } = isMapping(document?.value) ? document.value : {};
  const { manifests } = sections;
  const moved = (Array.isArray(manifests) ? manifests : []).map((path: string) =>
    isAbsolute(path) ? path : relative(folder, join(dirname(file), path)) || '.',
  );
  return { scenario, sections: { name: scenario.name, ...sections, manifests: moved }, problems };
}
