/** The scenarios that say what failures cost. */
import { dirname, isAbsolute, join } from 'node:path';
import { readNamedScenario } from '../../load.ts';
import type { EpisodeCosts, EpisodeIndex } from '../../plan.ts';
import type { Problems } from '../../problem.ts';
import type { Reporter } from '../../reporter.ts';
import type { Scenario } from '../../scenario.ts';
import type { Path } from '../../yaml.ts';
import type { PlanParts } from '../parts.ts';
import type { EpisodeFile } from '../schema/infrastructure.ts';
import type { Names } from './names.ts';

/** Reads each file once, however often the plan names it. */
export class Episodes {
  readonly scenarios: Scenario[] = [];
  readonly #read = new Map<string, EpisodeIndex | undefined>();
  readonly #folder: string;
  readonly #services: readonly string[];
  readonly #names: Names;
  readonly #report: Reporter;
  readonly #problems: Problems;

  constructor(
    plan: string,
    { services }: Pick<PlanParts, 'services'>,
    { names, report, problems }: { names: Names; report: Reporter; problems: Problems },
  ) {
    this.#folder = dirname(plan);
    this.#services = [...services.keys()];
    this.#names = names;
    this.#report = report;
    this.#problems = problems;
  }

  /** @param of services that it may cost something; undefined: all */
  resolve(file: EpisodeFile, path: Path, of: readonly string[] = this.#services): EpisodeCosts {
    if (file === undefined) return {};
    if (typeof file === 'string') {
      const index = this.#load(file, path);
      if (index === undefined) return {};
      return Object.fromEntries(of.map((service) => [this.#services.indexOf(service), index]));
    }
    const costs: Record<number, EpisodeIndex> = {};
    for (const [service, scenario] of Object.entries(file)) {
      const at = [...path, service];
      const index = this.#load(scenario, at);
      if (this.#names.find(service, ['services'], at) === undefined) continue;
      if (!of.includes(service)) {
        this.#report.atKey(at, {
          message: `service \`${service}\` has no part in this`,
          expected: `one of ${of.join(', ')}`,
        });
      } else if (index !== undefined) {
        costs[this.#services.indexOf(service)] = index;
      }
    }
    return costs;
  }

  #load(file: string, path: Path): EpisodeIndex | undefined {
    const found = isAbsolute(file) ? file : join(this.#folder, file);
    if (!this.#read.has(found)) this.#read.set(found, this.#add(found, path));
    return this.#read.get(found);
  }

  #add(file: string, path: Path): EpisodeIndex | undefined {
    const place = { report: this.#report, problems: this.#problems };
    const scenario = readNamedScenario(file, path, place);
    return scenario && this.scenarios.push(scenario) - 1;
  }
}
