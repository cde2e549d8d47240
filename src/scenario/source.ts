/** Files as the user named them, read as text or not at all. */
import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problems } from './problem.ts';
import type { Position } from './scenario.ts';

/** A file's text, with the name the user knows it by. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** More than any manifest, and little enough that no file can stall the program. */
const SIZE_MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads a file as UTF-8.
 *
 * @param from where it is named, if in another file; problems of reading are reported there
 * @returns undefined where it cannot be read; `problems` then says why
 */
export function readSource(file: string, problems: Problems, from?: Position): Source | undefined {
  const position = from ?? { file, line: 1, column: 1 };
  try {
    const stat = statSync(file);
    if (stat.isDirectory()) {
      problems.add({ position, message: `${file} is a folder`, expected: 'a YAML file' });
      return undefined;
    }
    if (!stat.isFile() && !stat.isFIFO()) {
      problems.add({ position, message: `${file} is not a regular file`, expected: 'a YAML file' });
      return undefined;
    }
    if (stat.size > SIZE_MAX_BYTES) {
      problems.add({ position, message: `${file} is too large`, expected: 'a file of at most 16 MiB' });
      return undefined;
    }
    const bytes = stat.isFIFO() ? readPipe(file, stat) : readFileSync(file);
    const text = decodeUtf8(bytes);
    if (text === undefined) {
      const line = bytes.subarray(0, firstInvalidByte(bytes)).filter((byte) => byte === 0x0a).length + 1;
      problems.add({
        position: { file, line, column: 1 },
        message: 'the file is not UTF-8 text',
        hint: 'save it with the encoding UTF-8',
      });
      return undefined;
    }
    problems.addSource(file, text);
    return { file, text };
  } catch (error) {
    problems.add({
      position,
      message: `cannot read ${file}: ${reasonOf(error)}`,
      expected: 'a readable file',
    });
    return undefined;
  }
}

/** By device and inode. */
const PIPED = new Map<string, Uint8Array>();

/** A pipe gives its text once, and a scenario is read more than once: to see whether it is a plan, and as what it is. */
function readPipe(file: string, { dev, ino }: Stats): Uint8Array {
  const pipe = `${dev} ${ino}`;
  const bytes = PIPED.get(pipe) ?? readFileSync(file);
  PIPED.set(pipe, bytes);
  return bytes;
}

/**
 * The manifests a reference of the scenario stands for: the file itself, or the folder's .json, .yaml and .yml files
 * in the order of their names, as `kubectl apply -f` takes them (Kubernetes 1.35
 * staging/src/k8s.io/cli-runtime/pkg/resource/builder.go FileExtensions).
 */
export function manifestFiles(path: string, problems: Problems, from: Position): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const files = readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /\.(?:json|ya?ml)$/.test(entry.name))
      .map((entry) => join(path, entry.name))
      .sort();
    if (files.length === 0) {
      problems.add({
        position: from,
        message: `${path} holds no .yaml, .yml or .json file`,
        expected: 'manifests',
      });
    }
    return files;
  } catch (error) {
    problems.add({
      position: from,
      message: `cannot read ${path}: ${reasonOf(error)}`,
      expected: 'a manifest file or a folder of them',
      hint: 'paths are taken from the folder of the scenario file',
    });
    return [];
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'ENOTDIR':
      return 'a part of its path is not a folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ELOOP':
      return 'its links run in a circle';
    case 'ENAMETOOLONG':
      return 'its name is too long';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Where decoding first fails: the longest prefix that decodes, found by halving. */
function firstInvalidByte(bytes: Uint8Array): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    // A prefix may end inside a character: that is no error yet, so it is decoded as a stream.
    if (decodesAsPrefix(bytes.subarray(0, middle))) valid = middle;
    else invalid = middle;
  }
  return valid;
}

function decodesAsPrefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
