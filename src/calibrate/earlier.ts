/** Earlier runs as `--from` names them: files of samples, or folders that a chaos run left. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { HeaderEvent } from '../timeline/event.ts';
import { readTimeline } from '../timeline/jsonl.ts';
import { VERSION } from '../version.ts';
import type { KillSamples, RunSamples } from './samples.ts';
import { readSamples } from './samples-file.ts';
import type { Subject } from './subject.ts';
import { legsOfTimeline } from './timeline-legs.ts';

/** @throws UserError where it is neither, or tells nothing */
export function readEarlier(path: string, subject: Subject): RunSamples {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? readFolder(path, subject) : readSamples(path);
}

/** Timelines of measured trials are in `timelines/` (src/cli/results.ts). */
function readFolder(folder: string, { application }: Subject): RunSamples {
  const kills: KillSamples[] = [];
  let header: HeaderEvent | undefined;
  let file = folder;
  for (const name of measuredIn(join(folder, 'timelines'))) {
    file = join(folder, 'timelines', name);
    const events = [...readTimeline(file)];
    const [first] = events;
    if (first?.type === 'header') header = first;
    const legs = legsOfTimeline(events);
    // How late the watch was is not known of a timeline, so nothing is left out.
    if (legs !== undefined) kills.push({ forced: false, legs, late: 0 });
  }
  const where = /^kubernetes (\S+?)(?:, (\d+) nodes?)?$/.exec(header?.where ?? '');
  if (header === undefined || where === null || kills.length === 0) {
    throw new UserError(`${folder}: no kill of a single pod on a real cluster`, {
      exitCode: EXIT.configuration,
      hint: 'it must be a folder that chaos or verify wrote with --cluster kubernetes, for a scenario with one pod-kill',
    });
  }
  return {
    header: {
      date: `${statSync(file).mtime.toISOString().slice(0, 19)}Z`,
      foreshock: VERSION,
      scenario: header.scenario,
      application,
      cluster: { version: where[1]!, where: `the cluster of ${folder}`, nodes: Number(where[2] ?? 1) },
    },
    kills,
  };
}

function measuredIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^measured-.*\.jsonl$/.test(name))
      .sort();
  } catch {
    return [];
  }
}
