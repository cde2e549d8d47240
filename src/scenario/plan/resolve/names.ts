/** What the names of a plan stand for. A name stands for one thing only. */
import { didYouMean } from '../../nearest.ts';
import type { Reporter } from '../../reporter.ts';
import type { Path } from '../../yaml.ts';
import type { PlanParts } from '../parts.ts';

const WORDS = {
  units: 'unit',
  replicas: 'workload',
  crews: 'crew',
  common_causes: 'common cause',
  maintenance: 'maintenance',
  deployments: 'deployment',
  services: 'service',
} as const;
export type Section = keyof typeof WORDS;

/** Where in the file something stands by name. */
export const pathTo = (section: Section, name: string): Path =>
  section === 'services' ? [section, name] : ['infrastructure', section, name];

export class Names {
  /** A name that is given twice is told once, not at every reference. */
  readonly #sections = new Map<string, Section[]>();
  readonly #parts: PlanParts;
  readonly #report: Reporter;

  /** Tells of names that are given twice. */
  constructor(parts: PlanParts, report: Reporter) {
    this.#parts = parts;
    this.#report = report;
    for (const section of Object.keys(WORDS) as Section[]) {
      for (const name of parts[section].keys()) {
        const sections = this.#sections.get(name) ?? [];
        this.#sections.set(name, [...sections, section]);
        if (sections[0] === undefined) continue;
        report.atKey(pathTo(section, name), {
          message: `there is already a ${WORDS[sections[0]]} \`${name}\``,
          expected: 'another name: one stands for one thing in a plan',
        });
      }
    }
  }

  /**
   * The section, one of `allowed`, that a reference leads to.
   *
   * @returns undefined where it leads nowhere, or elsewhere, which is told
   */
  find(name: string, allowed: readonly Section[], path: Path): Section | undefined {
    const sections = this.#sections.get(name) ?? [];
    const right = sections.find((section) => allowed.includes(section));
    if (right !== undefined) return right;
    // A section that is no mapping may have had it.
    if (!this.#parts.complete) return undefined;
    const known = allowed.flatMap((section) => [...this.#parts[section].keys()]);
    const wanted = allowed.map((section) => WORDS[section]).join(' or ');
    return this.#report.at(path, {
      message:
        sections[0] === undefined
          ? `there is no ${wanted} \`${name}\``
          : `\`${name}\` is a ${WORDS[sections[0]]}, not a ${wanted}`,
      expected: known.length === 0 ? `a ${wanted}; the plan has none` : `one of ${shown(known)}`,
      hint: didYouMean(name, known),
    });
  }
}

/** More than this nobody reads. */
const SHOWN_MAX = 30;

const shown = (known: readonly string[]): string =>
  known.length <= SHOWN_MAX
    ? known.join(', ')
    : `${known.slice(0, SHOWN_MAX).join(', ')} and ${known.length - SHOWN_MAX} more`;
