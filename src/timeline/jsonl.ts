/** Timelines on disk: JSON Lines, one event a line, the header first. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { EXIT, UserError } from '../scenario/errors.ts';
import { type Recorder, TIMELINE_VERSION, type TimelineEvent } from './event.ts';

const BUFFER_CHARACTERS = 1 << 16;

/** Writes events as they come. Nothing is lost once `close` returns; before that, the last few may be. */
export class TimelineWriter implements Recorder {
  readonly #descriptor: number;
  #buffer = '';

  constructor(file: string) {
    this.#descriptor = openSync(file, 'w');
  }

  record(event: TimelineEvent): void {
    this.#buffer += `${JSON.stringify(event)}\n`;
    if (this.#buffer.length >= BUFFER_CHARACTERS) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    writeSync(this.#descriptor, this.#buffer);
    this.#buffer = '';
  }
}

/**
 * Reads a timeline in the order in which it was recorded.
 *
 * @throws UserError with file and line where a line is not an event, or is of a version this one cannot read
 */
export function* readTimeline(file: string): Generator<TimelineEvent, void, undefined> {
  const lines = readText(file).split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw broken(file, 1, 'the timeline is empty');
  for (const [index, line] of lines.entries()) {
    const event = parseEvent(line, file, index + 1);
    if ((index === 0) !== (event.type === 'header')) {
      throw broken(file, index + 1, index === 0 ? 'the header is missing' : 'a second header');
    }
    if (event.type === 'header' && event.version !== TIMELINE_VERSION) {
      throw broken(
        file,
        1,
        `timeline version ${event.version}; this foreshock reads version ${TIMELINE_VERSION}`,
      );
    }
    yield event;
  }
}

const EVENT_TYPES: ReadonlySet<string> = new Set([
  'header',
  'request',
  'fault-begin',
  'fault-end',
  'no-effect',
  'pod',
  'endpoints',
  'probe',
  'note',
] satisfies TimelineEvent['type'][]);

function parseEvent(line: string, file: string, number: number): TimelineEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw broken(file, number, 'not a line of JSON');
  }
  if (!isEvent(value)) throw broken(file, number, 'not an event of a timeline');
  return value;
}

/** Shallow on purpose: the files are our own; what is caught is a cut or a foreign file. */
function isEvent(value: unknown): value is TimelineEvent {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  if (typeof value.type !== 'string' || !EVENT_TYPES.has(value.type)) return false;
  return value.type === 'header' ? 'version' in value : 'at_ms' in value && Number.isFinite(value.at_ms);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UserError(`${file}: cannot be read`, { exitCode: EXIT.configuration, cause });
  }
}

function broken(file: string, line: number, what: string): UserError {
  return new UserError(`${file}:${line}: ${what}`, {
    exitCode: EXIT.configuration,
    hint: 'the file was cut short or is no timeline: run the trial again',
  });
}
