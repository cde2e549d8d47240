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
import { actsOf, fieldOf, isRead, READ_KINDS, readChaos, refuseKind, specFates } from './chaos.ts';
import { goDurationMs } from './duration.ts';
import { readSchedule } from './schedule-in.ts';
import type { Chaos, ChaosContext } from './selection.ts';

const TEMPLATE_FATES: Fates = {
  name: 'read',
  templateType: 'read',
  deadline: 'read',
  children: 'read',
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
export function readWorkflow(path: Path, context: ChaosContext): Act[] {
  const { reading } = context;
  const workflow = reading.get(WORKFLOW, path);
  reading.fields(path, { entry: 'read', templates: 'read' });
  if (workflow === undefined) return [];
  const templates = new Map<string, Located>();
  for (const [index, template] of workflow.templates.entries()) {
    const at = [...path, 'templates', index];
    reading.fields(at, { ...TEMPLATE_FATES, ...specFates(template.templateType) });
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
  readonly #context: ChaosContext;
  /** Of each template one reading is enough. */
  readonly #read = new Map<string, Chaos | undefined>();
  #visited = 0;

  constructor(templates: ReadonlyMap<string, Located>, context: ChaosContext) {
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
    if (isRead(template.templateType)) return this.#chaos(node);
    switch (template.templateType) {
      case 'Suspend':
        return end_ms;
      case 'Serial':
        return this.#serial(node);
      case 'Parallel':
        return this.#parallel(node);
      case 'Schedule':
        return this.#schedule(node);
      default: {
        const expected = `Serial, Parallel, Suspend, Schedule, ${READ_KINDS.join(' or ')}`;
        const at = { path: [...path, 'templateType'], what: '', expected };
        return refuseKind(template.templateType, at, reading);
      }
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

  #chaos({ template, path, begin_ms, end_ms }: Node): number | undefined {
    const { reading } = this.#context;
    const { name, deadline } = template;
    if (!this.#read.has(name)) this.#read.set(name, this.#readChaos(template, path));
    const chaos = this.#read.get(name);
    if (chaos === undefined) return undefined;
    const act = { at_ms: begin_ms, series: name, position: reading.position(path) };
    const until = { duration_ms: end_ms - begin_ms, path: deadline == null ? path : [...path, 'deadline'] };
    const acts = actsOf(chaos, act, until, reading);
    if (acts === undefined) return undefined;
    this.acts.push(...acts);
    return end_ms;
  }

  #readChaos({ templateType }: Template, path: Path): Chaos | undefined {
    const { reading } = this.#context;
    const at = [...path, fieldOf(templateType)];
    if (!isMapping(reading.value(at))) {
      return reading.refuse(path, { message: `\`${fieldOf(templateType)}\` is missing` });
    }
    const chaos = readChaos(templateType, at, this.#context);
    if (chaos?.lasts !== true || chaos.duration_ms === undefined) return chaos;
    // workflow_webhook.go shouldNotSetupDurationInTheChaos.
    return reading.refuse([...at, 'duration'], {
      message: 'in a Workflow Chaos Mesh takes no `duration`',
      expected: '`deadline` of the template',
    });
  }

  #schedule({ template, path, begin_ms, end_ms }: Node): number | undefined {
    const { reading } = this.#context;
    const schedule = readSchedule([...path, 'schedule'], this.#context);
    if (schedule === undefined) return undefined;
    const { every_ms, chaos } = schedule;
    const isEndless = end_ms === Number.POSITIVE_INFINITY;
    const times = isEndless ? 1 : Math.ceil((end_ms - begin_ms) / every_ms) - 1;
    if (times < 1 || times > ACTS_MAX) {
      return reading.refuse(path, {
        message: `the schedule acts ${Math.max(0, times)} times before its deadline`,
        expected: `1 to ${ACTS_MAX} times`,
      });
    }
    for (let k = 1; k <= times; k += 1) {
      const act = {
        at_ms: begin_ms + k * every_ms,
        series: `${template.name} ${begin_ms}`,
        position: reading.position(path),
        ...(isEndless ? { every_ms } : {}),
      };
      // What it has begun goes with it.
      const { duration_ms = Number.POSITIVE_INFINITY } = chaos;
      const until = { duration_ms: Math.min(duration_ms, end_ms - act.at_ms), path: schedule.path };
      const acts = actsOf(chaos, act, until, reading);
      if (acts === undefined) return undefined;
      this.acts.push(...acts);
    }
    return end_ms;
  }
}

interface Node extends Located {
  readonly begin_ms: number;
  /** Its own deadline, or that of what it is in. */
  readonly end_ms: number;
  readonly within: readonly string[];
}
