/**
 * Chaos Toolkit experiments as scenarios. The format is that of chaostoolkit-documentation
 * (sources/reference/api/experiment.md) and of chaostoolkit-lib 1.45.0 (chaoslib/activity.py).
 */
import { z } from 'zod';
import type { ManifestWorkload } from '../../scenario/manifest/workload.ts';
import { msToDuration } from '../../scenario/units.ts';
import type { Path } from '../../scenario/yaml.ts';
import { manifestsIn } from '../carried.ts';
import { type Act, type Draft, type FormatContext, faultsOf, microseconds } from '../draft.ts';
import { type Fates, isMapping, type Reading } from '../reading.ts';
import { type Deed, readDeed } from './deeds.ts';
import { EXTENSION } from './extension.ts';
import { type LoadHints, readProbe } from './probes.ts';

const EXPERIMENT_FIELDS: Fates = {
  title: 'read',
  description: 'read',
  method: 'read',
  rollbacks: 'read',
  'steady-state-hypothesis': 'read',
  extensions: 'read',
  version: 'read',
  tags: { leaves_out: 'a scenario has none' },
  contributions: { leaves_out: 'a scenario has none' },
  secrets: { leaves_out: 'how Chaos Toolkit reaches the cluster; foreshock uses the kubeconfig' },
  runtime: {
    leaves_out: 'foreshock always undoes what it did, and looks at the steady state before and after',
  },
  configuration: { refuses: 'write the values where they are used' },
  controls: { refuses: 'a scenario has none' },
  dry: { refuses: 'a dry experiment does nothing' },
};

const ACTION_FIELDS: Fates = {
  type: 'read',
  name: 'read',
  provider: 'read',
  pauses: 'read',
  background: 'read',
  controls: { refuses: 'a scenario has none' },
  configuration: { refuses: 'write the values in place' },
  secrets: { leaves_out: 'how Chaos Toolkit reaches the cluster; foreshock uses the kubeconfig' },
  dry: { refuses: 'a dry action does nothing' },
  tolerance: { refuses: 'actions have none' },
};

const seconds = z
  .number({ error: 'a number of seconds' })
  .min(0)
  .max(366 * 86_400);

const ACTIVITY = z.looseObject({
  type: z.enum(['action', 'probe']),
  name: z.string().min(1),
  pauses: z.looseObject({ before: seconds.default(0), after: seconds.default(0) }).nullish(),
  background: z.boolean().default(false),
});

/** @param base of the experiment in the document: a journal has one within */
export function readExperiment(
  reading: Reading,
  base: Path,
  { workloads }: Pick<FormatContext, 'workloads'>,
): Draft | undefined {
  const head = reading.get(
    z.looseObject({
      title: z.string().min(1),
      description: z.string().nullish(),
      method: z.array(z.unknown()),
      rollbacks: z.array(z.unknown()).nullish(),
      extensions: z.array(z.unknown()).nullish(),
    }),
    base,
  );
  reading.fields(base, EXPERIMENT_FIELDS);
  if (head === undefined) return undefined;
  const load: LoadHints = {};
  readHypothesis(reading, [...base, 'steady-state-hypothesis'], workloads, load);
  const method = new Method(reading, workloads, load);
  for (const index of head.method.keys()) method.read([...base, 'method', index]);
  for (const index of (head.rollbacks ?? []).keys()) method.rollBack([...base, 'rollbacks', index]);
  return {
    name: nameOf(head.title),
    description: head.description ?? undefined,
    faults: faultsOf(method.acts()),
    load,
    sections: sectionsIn(reading, [...base, 'extensions']),
  };
}

/** A name as scenarios take it; undefined where nothing of the title is left. */
function nameOf(title: string): string | undefined {
  const name = title
    .replace(/[\p{Cc}/\\]+/gu, ' ')
    .slice(0, 100)
    .toWellFormed()
    .trim();
  return /^\.{0,2}$/.test(name) ? undefined : name;
}

function readHypothesis(
  reading: Reading,
  path: Path,
  workloads: readonly ManifestWorkload[],
  load: LoadHints,
): void {
  if (reading.value(path) === undefined) return;
  const hypothesis = reading.get(z.looseObject({ probes: z.array(z.unknown()).nullish() }), path);
  reading.fields(path, { title: 'read', probes: 'read', controls: { refuses: 'a scenario has none' } });
  for (const index of (hypothesis?.probes ?? []).keys()) {
    readProbe(reading, [...path, 'probes', index], workloads, load);
  }
}

/** Manifests that an exported experiment names, from where it is. */
export function carriedManifests(reading: Reading, base: Path): readonly string[] {
  const extensions = reading.value([...base, 'extensions']);
  const ours = Array.isArray(extensions)
    ? extensions.find((each) => isMapping(each) && each.name === EXTENSION)
    : undefined;
  return isMapping(ours) && isMapping(ours.scenario) ? manifestsIn(ours.scenario) : [];
}

function sectionsIn(reading: Reading, path: Path): Readonly<Record<string, unknown>> {
  const extensions = reading.value(path);
  if (!Array.isArray(extensions)) return {};
  let sections = {};
  for (const [index, extension] of extensions.entries()) {
    const isOurs = isMapping(extension) && extension.name === EXTENSION;
    if (isOurs && isMapping(extension.scenario)) sections = extension.scenario;
    else reading.leaveOut([...path, index], 'what another program has put there');
  }
  return sections;
}

function readActivity(reading: Reading, path: Path): z.output<typeof ACTIVITY> | undefined {
  if (reading.value([...path, 'ref']) === undefined) return reading.get(ACTIVITY, path);
  return reading.refuse([...path, 'ref'], {
    message: 'an activity that stands elsewhere',
    expected: 'the activity itself',
  });
}

/** Runs through the activities with a clock that pauses alone move on: how long an action takes, nobody knows before. */
class Method {
  readonly #reading: Reading;
  readonly #workloads: readonly ManifestWorkload[];
  readonly #load: LoadHints;
  readonly #timed: {
    readonly at_ms: number;
    readonly deed: Deed;
    readonly name: string;
    readonly path: Path;
  }[] = [];
  readonly #undone: { readonly target: string; readonly path: Path }[] = [];
  #clock_ms = 0;

  constructor(reading: Reading, workloads: readonly ManifestWorkload[], load: LoadHints) {
    this.#reading = reading;
    this.#workloads = workloads;
    this.#load = load;
  }

  /** An activity of the method. */
  read(path: Path): void {
    const activity = readActivity(this.#reading, path);
    if (activity === undefined) return;
    const { type, name, background, pauses } = activity;
    this.#reading.fields([...path, 'pauses'], { before: 'read', after: 'read' });
    const before_ms = (pauses?.before ?? 0) * 1000;
    const at_ms = this.#clock_ms + before_ms;
    // One in the background has its pauses there, and holds nothing up.
    if (!background) this.#clock_ms = at_ms + (pauses?.after ?? 0) * 1000;
    if (type === 'probe') {
      readProbe(this.#reading, path, this.#workloads, this.#load);
      return;
    }
    this.#reading.fields(path, ACTION_FIELDS);
    const place = { reading: this.#reading, path: [...path, 'provider'], workloads: this.#workloads };
    const deed = readDeed(place);
    if (deed !== undefined) this.#timed.push({ at_ms: microseconds(at_ms), deed, name, path });
  }

  /** An action of the rollbacks: it undoes what the method did, as foreshock does by itself in the end. */
  rollBack(path: Path): void {
    const activity = readActivity(this.#reading, path);
    if (activity === undefined) return;
    this.#reading.fields(path, ACTION_FIELDS);
    const place = { reading: this.#reading, path: [...path, 'provider'], workloads: this.#workloads };
    const deed = readDeed(place);
    if (deed === undefined) return;
    if (deed.does === 'delete' || (deed.does === 'set' && deed.restores))
      this.#undone.push({ target: deed.target, path });
    else this.#reading.refuse(path, { message: 'this rollback undoes nothing that the method does' });
  }

  /** All that was done, in the order of the method, each with its duration where it is undone there. */
  acts(): Act[] {
    const inTime = this.#timed.toSorted((a, b) => a.at_ms - b.at_ms);
    const acts = new Map<Path, Act>();
    const open = new Map<string, Open>();
    const targets = new Set<string>();
    for (const { at_ms, deed, name, path } of inTime) {
      if (deed.does === 'delete') {
        this.#delete(open.get(deed.target), { at_ms, path }, acts);
        open.delete(deed.target);
        continue;
      }
      const { type, fields } = deed;
      const position = this.#reading.position(path);
      const act: Act = { type, fields, at_ms, series: seriesOf(name, deed), position };
      if (deed.does === 'fault') {
        acts.set(path, act);
        continue;
      }
      targets.add(deed.target);
      const before = open.get(deed.target);
      if (deed.does === 'create') {
        if (before !== undefined) {
          this.#reading.refuse(path, {
            message: `${deed.target} is there already`,
            expected: 'another `name`',
          });
        }
        acts.set(path, lasting(act, deed.duration_ms));
        open.set(deed.target, { path, act, duration_ms: deed.duration_ms });
        continue;
      }
      if (deed.restores && before !== undefined) {
        acts.set(before.path, lasting(before.act, at_ms - before.act.at_ms));
        open.delete(deed.target);
        continue;
      }
      open.set(deed.target, { path, act });
      acts.set(path, act);
    }
    for (const { target, path } of this.#undone) {
      if (targets.has(target)) continue;
      this.#reading.refuse(path, { message: 'this rollback undoes nothing that the method does' });
    }
    return this.#timed.flatMap(({ path }) => acts.get(path) ?? []);
  }

  /** What has been created ends with its object, if it has not ended before. */
  #delete(
    created: Open | undefined,
    { at_ms, path }: { at_ms: number; path: Path },
    acts: Map<Path, Act>,
  ): void {
    if (created === undefined) {
      this.#reading.refuse(path, { message: 'this action deletes nothing that the method creates' });
      return;
    }
    const lasted_ms = at_ms - created.act.at_ms;
    if (lasted_ms >= (created.duration_ms ?? 0)) return;
    acts.set(created.path, lasting(created.act, lasted_ms));
  }
}

/** What stands, and how long where it says so itself. */
interface Open {
  readonly path: Path;
  readonly act: Act;
  readonly duration_ms?: number;
}

const lasting = (act: Act, duration_ms: number): Act => ({
  ...act,
  fields: { ...act.fields, duration: msToDuration(microseconds(duration_ms)) },
});

/** "pod-kill of web (2 of 3)" is a repetition of "pod-kill of web": how our exports name them. */
function seriesOf(name: string, { type }: { readonly type: string }): string | undefined {
  const [, series] = /^(.+) \(\d+ of \d+\)$/.exec(name) ?? [];
  return series === undefined ? undefined : `${type} ${series}`;
}
