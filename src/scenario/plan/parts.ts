/** What of a plan's file is right, entry by entry, so that the rest can still be checked against it. */
import type { z } from 'zod';
import { type Foreign, valueAt } from '../issues.ts';
import type { Problems } from '../problem.ts';
import { checkSections } from '../sections.ts';
import type { Path, YamlDocument } from '../yaml.ts';
import * as format from './schema/infrastructure.ts';
import { ENTRIES_MAX } from './schema/quantities.ts';
import { type PlanFile, planSchema, type ServiceFile, service } from './schema.ts';

/** By name; undefined where there is something wrong with it. */
export type Entries<File> = ReadonlyMap<string, File | undefined>;

export interface PlanParts {
  readonly header: Partial<Omit<PlanFile, 'infrastructure' | 'services'>>;
  readonly units: Entries<format.UnitFile>;
  readonly replicas: Entries<format.ReplicasFile>;
  /** In the order of the file. */
  readonly links: readonly (readonly string[] | undefined)[];
  readonly crews: Entries<format.CrewFile>;
  readonly common_causes: Entries<format.CommonCauseFile>;
  readonly maintenance: Entries<format.MaintenanceFile>;
  readonly deployments: Entries<format.DeploymentsFile>;
  readonly services: Entries<ServiceFile>;
  /** Of units and replicas, also of those with something else wrong. */
  readonly outlines: ReadonlyMap<string, Outline>;
  /** Whether every section is there and a mapping, so that a name that is not here is nowhere. */
  readonly complete: boolean;
}

/** How many, and within what; undefined where that is wrong. */
export interface Outline {
  readonly count: number | undefined;
  /** Null where it is within nothing. */
  readonly within: string | null | undefined;
}

/** Sections of infrastructure that hold entries by name. */
const NAMED = ['units', 'replicas', 'crews', 'common_causes', 'maintenance', 'deployments'] as const;

const IN_EPISODE = 'belongs into the scenario of an episode, not into a plan';
const FOREIGN: Foreign = {
  manifests: IN_EPISODE,
  cluster: IN_EPISODE,
  applications: IN_EPISODE,
  timing: IN_EPISODE,
  load: IN_EPISODE,
  faults: IN_EPISODE,
  safety: IN_EPISODE,
  objectives: 'belongs to a service: services.NAME.objectives',
};

/** Checks the shape of a plan. What is wrong goes to `problems`. */
export function partsOf(document: YamlDocument, problems: Problems): PlanParts {
  const {
    infrastructure: _,
    services: _too,
    ...header
  } = checkSections(planSchema, document, problems, FOREIGN);
  const at = (path: Path) => valueAt(document.value, path);
  const links = at(['infrastructure', 'links']) ?? [];
  const sections = NAMED.map((section): Path => ['infrastructure', section]);
  const units = outlinesOf(at(['infrastructure', 'units']), outlineOfUnit);
  const unitNames = new Set(units.map(([name]) => name));
  return {
    header,
    units: entriesOf(at(['infrastructure', 'units']), format.unit),
    replicas: entriesOf(at(['infrastructure', 'replicas']), format.replicas),
    links: Array.isArray(links)
      ? links.slice(0, ENTRIES_MAX).map((each) => format.link.safeParse(each).data)
      : [],
    crews: entriesOf(at(['infrastructure', 'crews']), format.crew),
    common_causes: entriesOf(at(['infrastructure', 'common_causes']), format.commonCause),
    maintenance: entriesOf(at(['infrastructure', 'maintenance']), format.maintenance),
    deployments: entriesOf(at(['infrastructure', 'deployments']), format.deployments),
    services: entriesOf(at(['services']), service),
    outlines: new Map([
      ...units,
      // A name that is given twice is the unit's: it is told, and the rest is checked as if it were right.
      ...outlinesOf(at(['infrastructure', 'replicas']), outlineOfReplicas).filter(
        ([name]) => !unitNames.has(name),
      ),
    ]),
    complete:
      isMapping(at(['services'])) &&
      [...sections, ['services']].every((path) => isWhole(at(path))) &&
      hasOnly(at([]), planSchema.shape) &&
      hasOnly(at(['infrastructure']), format.infrastructure.shape),
  };
}

function entriesOf<Schema extends z.ZodType>(value: unknown, schema: Schema): Entries<z.output<Schema>> {
  if (!isMapping(value)) return new Map();
  return new Map(firstOf(value).map(([name, entry]) => [name, schema.safeParse(entry).data]));
}

function outlinesOf(value: unknown, outline: (entry: object) => Outline): readonly [string, Outline][] {
  if (!isMapping(value)) return [];
  return firstOf(value).map(([name, entry]) => [name, outline(isMapping(entry) ? entry : {})]);
}

function outlineOfUnit(entry: object): Outline {
  const { count, within } = format.unit.shape;
  const held = within.safeParse(valueAt(entry, ['within']));
  return {
    count: count.safeParse(valueAt(entry, ['count'])).data,
    within: held.success ? (held.data ?? null) : undefined,
  };
}

function outlineOfReplicas(entry: object): Outline {
  const { replicas, copies } = format.replicas.shape;
  const each = replicas.safeParse(valueAt(entry, ['replicas'])).data;
  const workloads = copies.safeParse(valueAt(entry, ['copies'])).data;
  return {
    count: each === undefined || workloads === undefined ? undefined : each * workloads,
    within: null,
  };
}

const hasOnly = (value: unknown, shape: Readonly<Record<string, unknown>>): boolean =>
  isMapping(value) &&
  Object.keys(value).every((key) => Object.hasOwn(shape, key) || Object.hasOwn(FOREIGN, key));

/** No more than may be there: the rest is told to be too much, and is not gone through. */
const firstOf = (mapping: Readonly<Record<string, unknown>>) => Object.entries(mapping).slice(0, ENTRIES_MAX);

const isWhole = (value: unknown): boolean =>
  value === undefined || (isMapping(value) && Object.keys(value).length <= ENTRIES_MAX);

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
