/**
 * The file that `calibrate` writes and `predict` reads: what the delays of one cluster, and of the applications
 * on it, were measured to be. JSON, with distributions in the syntax of a scenario's `timing`.
 */
import { z } from 'zod';
import type { Distribution } from '../scenario/distribution.ts';
import { readDocument } from '../scenario/document.ts';
import { check } from '../scenario/issues.ts';
import { Problems } from '../scenario/problem.ts';
import { distribution } from '../scenario/schema/distribution.ts';
import { TIMING, type TimingName } from '../scenario/timing.ts';
import type { Goodness } from './goodness.ts';
import { distributionSyntax } from './writable.ts';

export const CALIBRATION_SCHEMA = 'foreshock.calibration/v1';

/** Of an application, what a cluster can tell. */
export const APPLICATION_FIELDS = ['start_time', 'service_time', 'stop_time'] as const;
export type ApplicationField = (typeof APPLICATION_FIELDS)[number];

export interface Calibration {
  /** When it was measured: 2026-11-21T10:00:00Z. */
  readonly date: string;
  /** Version of foreshock that measured. */
  readonly foreshock: string;
  readonly cluster: {
    /** Of Kubernetes, as the API server says it: v1.35.4. */
    readonly version: string;
    /** Which cluster: its address, or the name of its context. */
    readonly where: string;
    readonly nodes: number;
  };
  /** Name of the scenario under which it was measured. */
  readonly scenario: string;
  /** Pods or containers that were killed for it. */
  readonly kills: number;
  readonly timing: Entries<TimingName>;
  /** By name of the workload, or workload/container where its pods have several. */
  readonly applications: Readonly<Record<string, Entries<ApplicationField>>>;
}

/** Of each name what was measured of it, if anything was. */
export type Entries<Name extends string> = Readonly<Partial<Record<Name, CalibrationEntry | undefined>>>;

/** A fit (src/calibrate/fit.ts), and what it was read off. */
export interface CalibrationEntry {
  readonly distribution: Distribution;
  readonly n: number;
  readonly mean_ms: number;
  readonly sd_ms: number;
  readonly goodness?: Goodness | undefined;
  readonly warning?: string | undefined;
  /** What the samples are: 'containerd log: RunPodSandbox'. */
  readonly source: string;
}

const text = z.string().min(1).max(1000);
const milliseconds = z.number().min(0);

const KINDS = [
  'constant',
  'uniform',
  'normal',
  'lognormal',
  'exponential',
  'empirical',
] as const satisfies Distribution['kind'][];

const entry = z.strictObject({
  distribution,
  n: z.number().int().min(1),
  mean_ms: milliseconds,
  sd_ms: milliseconds,
  goodness: z
    .strictObject({
      test: z.literal('anderson-darling'),
      family: z.enum(KINDS),
      statistic: z.number(),
      p: z.number().min(0).max(1),
    })
    .optional(),
  warning: text.optional(),
  source: text,
});

function each<Name extends string>(names: readonly Name[]) {
  const shape = Object.fromEntries(names.map((name) => [name, entry.optional()]));
  return z.strictObject(shape as Record<Name, z.ZodOptional<typeof entry>>);
}

const TIMING_NAMES = Object.keys(TIMING) as TimingName[];

const calibrationSchema = z.strictObject({
  schema: z.literal(CALIBRATION_SCHEMA),
  date: z.iso.datetime({ error: 'a time in UTC, such as 2026-11-21T10:00:00Z' }),
  foreshock: text,
  cluster: z.strictObject({ version: text, where: text, nodes: z.number().int().min(1) }),
  scenario: text,
  kills: z.number().int().min(0),
  timing: each(TIMING_NAMES),
  applications: z.record(z.string(), each(APPLICATION_FIELDS)),
});

/**
 * @param path as the user named it; errors name it so
 * @throws ScenarioError with everything that is wrong, each with file, line and column
 */
export function readCalibration(path: string): Calibration {
  const problems = new Problems();
  const document = readDocument(path, { what: 'calibration', page: 'docs/calibration.md' }, problems);
  const read = document && check(calibrationSchema, document, [], problems);
  problems.throwIfAny();
  if (read === undefined) throw new Error(`no calibration and no problem in ${path}`);
  const { schema: _schema, ...calibration } = read;
  return calibration;
}

/** The file's text: the same for the same calibration, in the order of src/scenario/timing.ts. */
export function calibrationText(calibration: Calibration): string {
  const { date, foreshock, cluster, scenario, kills, timing, applications } = calibration;
  const { version, where, nodes } = cluster;
  const names = Object.keys(applications).sort();
  const content = {
    schema: CALIBRATION_SCHEMA,
    date,
    foreshock,
    cluster: { version, where, nodes },
    scenario,
    kills,
    timing: written(TIMING_NAMES, timing),
    applications: Object.fromEntries(
      names.map((name) => [name, written(APPLICATION_FIELDS, applications[name]!)]),
    ),
  };
  const lines = JSON.stringify(content, undefined, 2);
  // Measured values on one line, not on a thousand.
  return `${lines.replaceAll(/\[\n\s+([^\]]*?)\n\s+\]/g, (_, items: string) => `[${items.replaceAll(/\s+/g, ' ')}]`)}\n`;
}

function written<Name extends string>(
  names: readonly Name[],
  entries: Entries<Name>,
): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const found = entries[name];
      return found === undefined ? [] : [[name, entryContent(found)]];
    }),
  );
}

/** Fields without a value are left out by JSON. */
function entryContent({ distribution: of, n, mean_ms, sd_ms, goodness, warning, source }: CalibrationEntry) {
  return {
    distribution: distributionSyntax(of),
    n,
    mean_ms: digits(mean_ms),
    sd_ms: digits(sd_ms),
    goodness: goodness && {
      test: goodness.test,
      family: goodness.family,
      statistic: digits(goodness.statistic),
      p: digits(goodness.p),
    },
    warning,
    source,
  };
}

/** Six significant digits: more than any of these figures has. */
const digits = (value: number): number => Number(value.toPrecision(6));
