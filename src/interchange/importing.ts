/** From a file of another tool to a scenario of ours, or to everything that keeps it from being one. */
import { dirname, isAbsolute, join, relative } from 'node:path';
import { Document } from 'yaml';
import { EXIT, UserError } from '../scenario/errors.ts';
import { resolveScenario } from '../scenario/load.ts';
import { Problems } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { readSource, type Source } from '../scenario/source.ts';
import { msToDuration, SIZE } from '../scenario/units.ts';
import { parseYaml, type YamlDocument } from '../scenario/yaml.ts';
import { type Draft, type DraftFault, faultItem } from './draft.ts';
import { FORMATS, recognised } from './formats.ts';
import { IMPORT_FORMATS, type ImportFormat } from './names.ts';
import { isMapping, type LeftOut, Reading } from './reading.ts';
import { isStress, whyOtherInContainer } from './stress.ts';
import { workloadsOf } from './targets.ts';
import { workloadOf } from './writing.ts';

export interface ImportRequest {
  /** As the user named it. */
  readonly file: string;
  /** Undefined: its content says. */
  readonly format: ImportFormat | undefined;
  /** Files or folders, from where the user is; empty: those that the file names, if it does. */
  readonly manifests: readonly string[];
  /** Of the section `load`; what is given holds against the file. */
  readonly load: Readonly<Record<string, string | number | undefined>>;
  /** What programs hold, as "web=100MiB": of the section `applications`, which the file does not have. */
  readonly memory?: readonly string[];
  /** Folder that the scenario will be in. */
  readonly folder: string;
}

export interface Imported {
  readonly text: string;
  readonly scenario: Scenario;
  readonly format: ImportFormat;
  /** What the file says and the scenario does not, as "file:line:column: why". */
  readonly left_out: readonly string[];
}

/** @throws ScenarioError with everything that cannot be imported; UserError where something is missing */
export function importScenario(request: ImportRequest): Imported {
  const { file } = request;
  const problems = new Problems();
  const source = readSource(file, problems);
  const documents = source === undefined ? [] : parseYaml(...dialectOf(source), problems);
  problems.throwIfAny();
  if (documents.length === 0) {
    throw new UserError(`${file}: the file is empty`, {
      exitCode: EXIT.configuration,
      hint: `expected a file of one of ${IMPORT_FORMATS.join(', ')}`,
    });
  }
  const format = request.format ?? recognised(documents);
  if (format === undefined) {
    throw new UserError(`${file}: not a file of a tool that is known here`, {
      exitCode: EXIT.configuration,
      hint: `expected one of ${IMPORT_FORMATS.join(', ')}; --format says which`,
    });
  }
  const leftOut: LeftOut[] = [];
  const readings = documents.map((document) => new Reading(document, problems, leftOut));
  const { read, carried } = FORMATS[format];
  const from = { file, line: 1, column: 1 };
  const manifests = manifestsOf(request, carried(readings));
  problems.throwIfAny();
  if (manifests.length === 0) throw missing(file, [], { ...request.load, manifests: undefined, memory: [] });
  const workloads = workloadsOf(
    manifests.map(({ path }) => path),
    from,
    problems,
  );
  problems.throwIfAny();
  const draft = read(readings, { workloads, problems });
  problems.throwIfAny();
  if (draft === undefined) throw new Error(`no scenario and no problem in ${file}`);
  const sections = sectionsOf(draft, request, manifests);
  const wantsMemory = draft.faults.some(({ type }) => type === 'memory-stress');
  const error = missing(file, draft.faults, {
    manifests,
    memory: wantsMemory ? sections.applications : [],
    ...(sections.load as object),
  });
  if (error !== undefined) throw error;
  const text = scenarioText(file, format, sections);
  const scenario = resolved(text, request, draft, problems);
  return {
    text,
    scenario,
    format,
    left_out: leftOut.map(
      ({ position: { line, column }, message }) => `${file}:${line}:${column}: ${message}`,
    ),
  };
}

/** JSON with tabs is no YAML; without them every file of JSON is, but for numbers, which YAML 1.1 reads otherwise. */
function dialectOf({ file, text }: Source): [Source, 'scenario' | 'kubernetes'] {
  if (!/^\s*[{[]/.test(text)) return [{ file, text }, 'kubernetes'];
  return [{ file, text: text.replace(/^\t+/gm, (tabs) => ' '.repeat(tabs.length)) }, 'scenario'];
}

/** A manifest, as it is found from here and as the scenario names it. */
interface Manifest {
  readonly path: string;
  readonly named: string;
}

/** Paths that a person gave as absolute stay so; all others are named from the scenario's folder. */
function manifestsOf({ file, manifests, folder }: ImportRequest, carried: readonly string[]): Manifest[] {
  const given = manifests.length > 0;
  return (given ? manifests : carried).map((written) => {
    if (isAbsolute(written)) return { path: written, named: written };
    const path = given ? written : join(dirname(file), written);
    return { path, named: relative(folder, path) || '.' };
  });
}

const OPTION_OF = {
  manifests: '--manifest: the manifests of the workloads that it is about',
  rate: '--rate: requests a second of the load',
  duration: '--duration: how long the load goes on',
  memory: '--memory: what each program holds, such as web=100MiB; who is killed goes by that',
} as const;

function sectionsOf(
  draft: Draft,
  { load: given, memory = [] }: ImportRequest,
  manifests: readonly Manifest[],
): Record<string, unknown> {
  const { version: _version, faults: _faults, ...carried } = draft.sections;
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { load: carriedLoad } = carried;
  const load = { ...draft.load, ...(isMapping(carriedLoad) ? carriedLoad : {}), ...options };
  const applications = applicationsWith(carried.applications, memory);
  // An experiment must have a description, so an export without one got one of ours.
  const isOurs = Object.keys(carried).length > 0;
  return {
    version: 'foreshock/v1',
    ...(draft.name === undefined ? {} : { name: draft.name }),
    ...(draft.description === undefined || isOurs ? {} : { description: draft.description }),
    ...carried,
    manifests: manifests.map(({ named }) => named),
    ...(applications === undefined ? {} : { applications }),
    load,
    faults: draft.faults.map(faultItem),
  };
}

/** @throws UserError where one is no name and size */
function applicationsWith(carried: unknown, memory: readonly string[]): unknown {
  if (memory.length === 0) return carried;
  const applications = new Map(Object.entries(isMapping(carried) ? carried : {}));
  for (const text of memory) {
    const [, name, size] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || !SIZE.test(size ?? '')) {
      throw new UserError(`--memory ${text}: this is no program and what it holds`, {
        exitCode: EXIT.configuration,
        hint: 'expected a workload, or a workload/container, and a size: web=100MiB',
      });
    }
    const said = applications.get(name);
    applications.set(name, { ...(isMapping(said) ? said : {}), memory: size });
  }
  return Object.fromEntries(applications);
}

/** Names every option that is still to be given; undefined where none is. */
function missing(
  file: string,
  faults: readonly DraftFault[],
  known: Readonly<Partial<Record<keyof typeof OPTION_OF, unknown>>>,
): UserError | undefined {
  const asked = Object.entries(OPTION_OF).filter(
    ([name]) => known[name as keyof typeof OPTION_OF] === undefined,
  );
  if (asked.length === 0) return undefined;
  const last_ms = Math.max(0, ...faults.map(({ at_ms }) => at_ms.at(-1) ?? 0));
  const options = asked.map(([, option]) => `  ${option}`).join('\n');
  return new UserError(`${file} does not say all that a scenario needs; give\n${options}`, {
    exitCode: EXIT.configuration,
    ...(faults.length === 0 ? {} : { hint: `its last fault acts at ${msToDuration(last_ms)}` }),
  });
}

function scenarioText(
  file: string,
  format: ImportFormat,
  sections: Readonly<Record<string, unknown>>,
): string {
  const document = new Document(sections);
  document.commentBefore = ` Imported from ${FORMATS[format].title}: ${file.replaceAll(/\p{Cc}/gu, ' ')}`;
  return document.toString({ lineWidth: 100, flowCollectionPadding: false });
}

/** The scenario that the text is; what is wrong with a fault is told where the other tool's file has it. */
function resolved(text: string, request: ImportRequest, draft: Draft, problems: Problems): Scenario {
  const name = `${request.file} as a scenario`;
  const found = new Problems();
  const [document] = parseYaml({ file: name, text }, 'scenario', found);
  const path = join(request.folder, 'scenario.yaml');
  const scenario = document && resolveScenario(path, document, {}, found);
  problems.addSource(name, text);
  for (const { excerpt: _excerpt, ...problem } of found.found) {
    const isHere = problem.position.file === name && document !== undefined;
    const fault = isHere ? faultAt(problem.position.line, document, draft.faults) : undefined;
    problems.add({ ...problem, position: fault?.position ?? problem.position });
  }
  problems.throwIfAny();
  if (scenario === undefined || document === undefined)
    throw new Error(`no scenario and no problem in ${name}`);
  for (const fault of scenario.faults) {
    const why = isStress(fault) ? whyOtherInContainer(fault, workloadOf(scenario, fault)) : undefined;
    const position = faultAt(fault.position.line, document, draft.faults)?.position;
    if (why !== undefined && position !== undefined) {
      problems.add({ position, message: `this stress is none that a scenario has: ${why}` });
    }
  }
  problems.throwIfAny();
  return scenario;
}

function faultAt(
  line: number,
  document: YamlDocument,
  faults: readonly DraftFault[],
): DraftFault | undefined {
  const begins = faults.map((_, index) => document.position(['faults', index]).line);
  const index = begins.findLastIndex((begin) => begin <= line);
  return faults[index];
}
