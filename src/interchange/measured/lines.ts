/** Files of one JSON value a line, of any size. */
import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { EXIT, UserError } from '../../scenario/errors.ts';

const CHUNK_BYTES = 1 << 20;
/** No result of a request is longer; what is, is another kind of file. */
const LINE_CHARACTERS_MAX = 1 << 24;

/** @throws UserError where the file cannot be read */
export function* linesOf(file: string): Generator<string, void, undefined> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const decoder = new StringDecoder('utf8');
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest = '';
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
      const lines = (rest + decoder.write(chunk.subarray(0, read))).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
      if (rest.length > LINE_CHARACTERS_MAX) throw new Error('a line has no end');
    }
    rest += decoder.end();
    if (rest !== '') yield rest;
  } catch (cause) {
    throw new UserError(`${file}: cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      exitCode: EXIT.configuration,
      cause,
    });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Undefined where it is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Milliseconds since 1970 of a time as RFC 3339 has it, "2026-11-21T21:15:46.123456789+01:00", to the microsecond;
 * NaN of what is none.
 */
export function epochMs(text: string): number {
  const [, seconds, fraction = '', zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  if (seconds === undefined) return Number.NaN;
  return Date.parse(`${seconds}${zone}`) + Number(`0${fraction || '.0'}`) * 1000;
}
