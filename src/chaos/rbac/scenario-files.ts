import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { parse } from 'yaml';
import { EXIT, UserError } from '../../scenario/errors.ts';
import { isSecret } from '../wanted-rights.ts';
import type { Subject } from './account.ts';

export interface ScenarioFile {
  /** In a ConfigMap. */
  readonly key: string;
  /** Under a folder that stands for the one which all of them are in. */
  readonly path: string;
  readonly text: string;
}

/** Of all data of a ConfigMap (Kubernetes 1.35 pkg/apis/core/types.go MaxSecretSize, which holds for both). */
const SIZE_MAX_BYTES = 1024 * 1024;

/**
 * The scenario and its manifests, or a game day with all of its, so that each finds the other where it names it.
 *
 * @returns the files, and which of them is the scenario, or the game day
 * @throws UserError where they do not fit into a ConfigMap, or do not belong there
 */
export function scenarioFiles(subject: Pick<Subject, 'file' | 'objects' | 'experiments'>): {
  readonly files: readonly ScenarioFile[];
  readonly main: string;
} {
  const { file, experiments = [], objects } = subject;
  refuseSecrets(objects);
  for (const each of new Set([file, ...experiments])) refuseAbsolute(each);
  const names = [...new Set([file, ...experiments, ...objects.map(({ position }) => position.file)])];
  const root = commonFolder(names.map((name) => resolve(name)));
  const keys = new Set<string>();
  const files = names.map((name) => {
    const path = pathUnder(root, name);
    return { key: keyOf(path, keys), path, text: readFileSync(name, 'utf8') };
  });
  const size = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  if (size > SIZE_MAX_BYTES) {
    throw refused(
      `${file} and its manifests have ${size} bytes, and a ConfigMap holds ${SIZE_MAX_BYTES}`,
      'name fewer manifests in it: those of what is hit, and of the Service',
    );
  }
  return { files, main: pathUnder(root, file) };
}

function pathUnder(root: string, name: string): string {
  return relative(root, resolve(name)).split(sep).join('/');
}

function commonFolder(files: readonly string[]): string {
  const folders = files.map((file) => dirname(file).split(sep));
  const [first = []] = folders;
  const length = first.findIndex((part, index) => folders.some((folder) => folder[index] !== part));
  return (length === -1 ? first : first.slice(0, length)).join(sep) || sep;
}

/** Letters, digits, "-", "_" and "." are all that it may have. */
function keyOf(path: string, taken: Set<string>): string {
  const plain = path.replaceAll(/[^-._a-zA-Z0-9]/g, '_');
  let key = plain;
  for (let count = 2; taken.has(key); count += 1) key = `${count}-${plain}`;
  taken.add(key);
  return key;
}

function refuseSecrets(objects: Subject['objects']): void {
  const secret = objects.find(isSecret);
  if (secret === undefined) return;
  const { file, line, column } = secret.position;
  throw refused(
    `${file}:${line}:${column}: Secret ${secret.name} would be there for all to read in a ConfigMap`,
    'keep it in a file that the scenario does not name, and apply it before',
  );
}

/** Of a scenario, or of a game day. */
interface Naming {
  readonly manifests?: readonly string[];
  readonly game_day?: readonly Partial<Record<'verify' | 'chaos', { readonly scenario: string }>>[];
}

/** What is found by its place on this machine would not be found in the pod. */
function refuseAbsolute(file: string): void {
  const { manifests = [], game_day = [] } = parse(readFileSync(file, 'utf8')) as Naming;
  const scenarios = game_day.flatMap(({ verify, chaos }) => (verify ?? chaos)?.scenario ?? []);
  const named = [
    ...manifests.map((name) => ({ what: 'the manifest', name })),
    ...scenarios.map((name) => ({ what: 'the scenario', name })),
  ];
  const absolute = named.find(({ name }) => isAbsolute(name));
  if (absolute === undefined) return;
  throw refused(
    `${file}: ${absolute.what} ${absolute.name} is named by its place on this machine`,
    'name it by its way from this file',
  );
}

const refused = (message: string, hint: string): UserError =>
  new UserError(message, { exitCode: EXIT.configuration, hint });
