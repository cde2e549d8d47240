/**
 * When the nodes of a Workflow act (Chaos Mesh v2.8.3 api/v1alpha1/workflow_types.go, workflow_webhook.go;
 * pkg/workflow/controllers: a node of chaos or of a Schedule ends with its deadline, and never without one).
 */
import { z } from 'zod';
import { ACTS_MAX } from '../../scenario/act-times.ts';
import { quote } from '../../scenario/problem.ts';
import type { Path } from '../../scenario/yaml.ts';
import type { Act } from '../draft.ts';
import { type Fates, isMapping } from '../reading.ts';
import { goDurationMs } from './duration.ts';
import { type PodChaosContext, readPodChaos } from './pod-chaos.ts';
import { readSchedule } from './schedule-in.ts';

const TEMPLATE_FIELDS: Fates = {
  name: 'read',
  templateType: 'read',
  deadline: 'read',
  children: 'read',
  podChaos: 'read',
  schedule: 'read',
  task: { refuses: 'what a container of its own does cannot be predicted' },
  conditionalBranches: { refuses: 'a scenario has no branches' },
  statusCheck: { refuses: 'requests of the load say whether the Service answers' },
  abortWithStatusCheck: { refuses: 'a run ends early by its own rules' },
};

const WORKFLOW = z.looseObject({
  entry: z.string().min(1),
  templates: z
    .array(
      z.looseObject({
        name: z.string().min(1),
        templateType: z.string(),
        deadline: z.string().nullish(),
        children: z.array(z.string()).nullish(),
      }),
    )
    .min(1),
});
type Template = z.output<typeof WORKFLOW>['templates'][number];

/** A template, and where it stands. */
interface Located {
  readonly template: Template;
  readonly path: Path;
}

/** More nodes than this are a mistake, or children that multiply. */
const NODES_MAX = 10_000;

/** @param path of the spec */
export function readWorkflow(path: Path, context: PodChaosContext): Act[] {
  const { reading } = context;
  const workflow = reading.get(WORKFLOW, path);
  reading.fields(path, { entry: 'read', templates: 'read' });
  if (workflow === undefined) return [];
  const templates = new Map<string, Located>();
  for (const [index, template] of workflow.templates.entries()) {
    const at = [...path, 'templates', index];
    reading.fields(at, TEMPLATE_FIELDS);
    if (templates.has(template.name)) {
      reading.refuse([...at, 'name'], { message: `a second template ${quote(template.name)}` });
    }
    templates.set(template.name, { template, path: at });
  }
  const nodes = new Nodes(templates, context);
  nodes.visit(workflow.entry, [...path, 'entry'], 0, Number.POSITIVE_INFINITY, []);
  return nodes.acts;
}

class Nodes {
  readonly acts: Act[] = [];
  readonly #templates: ReadonlyMap<string, Located>;
  readonly #context: PodChaosContext;
  /** Of each template one reading is enough. */
  readonly #read = new Map<string, ReturnType<typeof readPodChaos>>();
  #visited = 0;

  constructor(templates: ReadonlyMap<string, Located>, context: PodChaosContext) {
    this.#templates = templates;
    this.#context = context;
  }

  /**
   * @param reference where the template is named
   * @param until_ms the deadline of what it is in
   * @returns when it ends; undefined where something is wrong, which is then told
   */
  visit(
    name: string,
    reference: Path,
    begin_ms: number,
    until_ms: number,
    within: readonly string[],
  ): number | undefined {
    const { reading } = this.#context;
    const found = this.#templates.get(name);
    if (found === undefined) {
      const expected = [...this.#templates.keys()].join(', ');
      return reading.refuse(reference, { message: `there is no template ${quote(name)}`, expected });
    }
    if (within.includes(name)) {
      return reading.refuse(reference, { message: `the template ${quote(name)} is within itself` });
    }
    this.#visited += 1;
    if (this.#visited > NODES_MAX || this.acts.length > ACTS_MAX) {
      return reading.refuse(reference, {
        message: 'the workflow has too many nodes',
        expected: `at most ${ACTS_MAX} acts`,
      });
    }
    if (begin_ms >= until_ms) {
      return reading.refuse(reference, { message: `${quote(name)} never begins: a deadline is over before` });
    }
    const { template, path } = found;
    const deadline_ms = this.#deadline(template, path);
    if (deadline_ms === undefined) return undefined;
    const end_ms = Math.min(until_ms, begin_ms + deadline_ms);
    const node: Node = { template, path, begin_ms, end_ms, within: [...within, name] };
    switch (template.templateType) {
      case 'Suspend':
        return end_ms;
      case 'Serial':
        return this.#serial(node);
      case 'Parallel':
        return this.#parallel(node);
      case 'PodChaos':
        return this.#podChaos(node);
      case 'Schedule':
        return this.#schedule(node);
      default:
        return reading.refuse([...path, 'templateType'], {
          message: `a ${quote(template.templateType)} is nothing that a scenario has`,
          expected: 'Serial, Parallel, Suspend, PodChaos or Schedule',
        });
    }
  }

  /** Infinite where there is none. */
  #deadline({ deadline, templateType }: Template, path: Path): number | undefined {
    if (deadline == null && templateType !== 'Suspend') return Number.POSITIVE_INFINITY;
    const duration_ms = goDurationMs(deadline ?? '');
    if (duration_ms !== undefined && duration_ms > 0) return duration_ms;
    return this.#context.reading.refuse(deadline == null ? path : [...path, 'deadline'], {
      message: deadline == null ? 'a Suspend without `deadline`' : `${quote(deadline)} is no duration`,
      expected: 'a duration such as 30s or 1m30s',
    });
  }

  #serial({ template, path, begin_ms, end_ms, within }: Node): number | undefined {
    let clock_ms = begin_ms;
    for (const [index, child] of (template.children ?? []).entries()) {
      const reference = [...path, 'children', index];
      if (clock_ms === Number.POSITIVE_INFINITY) {
        return this.#context.reading.refuse(reference, {
          message: `${quote(child)} never begins: what is before it has no deadline`,
        });
      }
      const ended_ms = this.visit(child, reference, clock_ms, end_ms, within);
      if (ended_ms === undefined) return undefined;
      clock_ms = ended_ms;
    }
    return clock_ms;
  }

  #parallel({ template, path, begin_ms, end_ms, within }: Node): number | undefined {
    const ends = (template.children ?? []).map((child, index) =>
      this.visit(child, [...path, 'children', index], begin_ms, end_ms, within),
    );
    return ends.some((end) => end === undefined) ? undefined : Math.max(begin_ms, ...ends.map(Number));
  }

  #podChaos({ template, path, begin_ms, end_ms }: Node): number | undefined {
    const { name } = template;
    if (!this.#read.has(name)) this.#read.set(name, this.#readChaos([...path, 'podChaos']));
    const fault = this.#read.get(name);
    if (fault === undefined) return undefined;
    const position = this.#context.reading.position(path);
    this.acts.push({ ...fault, at_ms: begin_ms, series: name, position });
    return end_ms;
  }

  #readChaos(path: Path): ReturnType<typeof readPodChaos> {
    const { reading } = this.#context;
    if (isMapping(reading.value(path))) return readPodChaos(path, this.#context);
    return reading.refuse(path.slice(0, -1), { message: '`podChaos` is missing' });
  }

  #schedule({ template, path, begin_ms, end_ms }: Node): number | undefined {
    const schedule = readSchedule([...path, 'schedule'], this.#context);
    if (schedule === undefined) return undefined;
    const { every_ms, fault } = schedule;
    const act: Act = {
      ...fault,
      at_ms: begin_ms + every_ms,
      series: `${template.name} ${begin_ms}`,
      position: this.#context.reading.position(path),
    };
    if (end_ms === Number.POSITIVE_INFINITY) {
      this.acts.push({ ...act, every_ms });
      return end_ms;
    }
    const times = Math.ceil((end_ms - begin_ms) / every_ms) - 1;
    if (times < 1 || times > ACTS_MAX) {
      return this.#context.reading.refuse(path, {
        message: `the schedule acts ${Math.max(0, times)} times before its deadline`,
        expected: `1 to ${ACTS_MAX} times`,
      });
    }
    for (let k = 0; k < times; k += 1) this.acts.push({ ...act, at_ms: act.at_ms + k * every_ms });
    return end_ms;
  }
}

interface Node extends Located {
  readonly begin_ms: number;
  /** Its own deadline, or that of what it is in. */
  readonly end_ms: number;
  readonly within: readonly string[];
}
