/**
 * Stressors of Chaos Toolkit: its functions make StressChaos objects of Chaos Mesh, and delete them
 * (chaostoolkit-kubernetes 0.39.0 chaosk8s/chaosmesh/stress/actions.py).
 */
import { z } from 'zod';
import { labelSelector, labels } from '../../scenario/manifest/fields.ts';
import { quote } from '../../scenario/problem.ts';
import type { Selector } from '../../scenario/scenario.ts';
import type { Path } from '../../scenario/yaml.ts';
import { goDurationMs } from '../chaos-mesh/duration.ts';
import { cpuStressor, memoryStressor, SHARED } from '../chaos-mesh/stress-chaos.ts';
import type { FaultFields } from '../draft.ts';
import type { Fates } from '../reading.ts';
import { parseSelector, selectedWorkload } from '../targets.ts';
import type { Deed, Place } from './deeds.ts';

/** A text with commas, or what it stands for. */
const list = z
  .union([z.string().transform((text) => text.split(',')), z.array(z.string())], { error: 'names' })
  .nullish();

const COMMON = z.looseObject({
  name: z.string().min(1),
  ns: z.string().min(1).default('default'),
  namespaces_selectors: list,
  label_selectors: z.union([z.string().min(1), labels], { error: 'labels such as app=web' }),
  mode: z.enum(['one', 'all', 'fixed-percent'], {
    error: 'one, all or fixed-percent: of other modes its functions do not hand `mode_value` on',
  }),
  mode_value: z
    .union([z.string().regex(/^\d+$/), z.number().int()], { error: 'a whole number' })
    .transform(Number)
    .nullish(),
  duration: z.string().default('30s'),
  container_names: list,
});

const COMMON_FATES: Fates = {
  name: 'read',
  ns: 'read',
  workers: 'read',
  namespaces_selectors: 'read',
  label_selectors: 'read',
  annotations_selectors: { refuses: 'pods are chosen by the labels of a workload' },
  mode: 'read',
  mode_value: 'read',
  direction: { leaves_out: 'a StressChaos has none' },
  duration: 'read',
  container_names: { leaves_out: 'a stress is of pods with one container' },
  stressng_stressors: { refuses: 'a scenario has stressors of cpu and of memory' },
  secrets: { leaves_out: 'how Chaos Toolkit reaches the cluster; foreshock uses the kubeconfig' },
};

const workers = z.number({ error: 'a whole number above 0' }).int('a whole number above 0').min(1);
const CPU = COMMON.extend({
  workers,
  load: z.number().int().min(0).max(100),
  mode: COMMON.shape.mode.default('one'),
});
const MEMORY = COMMON.extend({
  workers,
  size: z.string({ error: 'a size such as 200MiB' }),
  mode: COMMON.shape.mode.default('one'),
});

export function stressCpu(_args: unknown, place: Place, path: Path): Deed | undefined {
  const { reading } = place;
  const args = reading.get(CPU, path);
  reading.fields(path, { ...COMMON_FATES, load: 'read' });
  if (args === undefined) return undefined;
  const stressor = cpuStressor(args, [...path, 'load'], reading);
  return stressor && stressed('cpu-stress', args, stressor, place, path);
}

export function stressMemory(_args: unknown, place: Place, path: Path): Deed | undefined {
  const { reading } = place;
  const args = reading.get(MEMORY, path);
  reading.fields(path, {
    ...COMMON_FATES,
    size: 'read',
    oom_score: { leaves_out: 'the kernel kills nobody where there is room for all' },
    time_to_get_to_size: { leaves_out: 'a StressChaos of Chaos Mesh 2.8 has no such field' },
  });
  if (args === undefined) return undefined;
  if (args.workers > 1) reading.leaveOut([...path, 'workers'], SHARED);
  const stressor = memoryStressor(args.size, [...path, 'size'], reading);
  return stressor && stressed('memory-stress', args, stressor, place, path);
}

export function deleteStressor(_args: unknown, { reading }: Place, path: Path): Deed | undefined {
  const args = reading.get(COMMON.pick({ name: true, ns: true }), path);
  reading.fields(path, { name: 'read', ns: 'read', secrets: COMMON_FATES.secrets ?? 'read' });
  return args && { does: 'delete', target: targetOf(args) };
}

const targetOf = ({ ns, name }: { readonly ns: string; readonly name: string }): string =>
  `stressor ${ns}/${name}`;

function stressed(
  type: 'cpu-stress' | 'memory-stress',
  args: z.output<typeof COMMON>,
  stressor: FaultFields,
  { reading, workloads }: Place,
  path: Path,
): Deed | undefined {
  const { ns, namespaces_selectors, label_selectors, mode, mode_value } = args;
  const [namespace = ns, second] = namespaces_selectors ?? [];
  if (second !== undefined) {
    return reading.refuse([...path, 'namespaces_selectors'], {
      message: `pods of ${namespaces_selectors?.length} namespaces are selected`,
      expected: 'one namespace',
    });
  }
  const duration_ms = goDurationMs(args.duration);
  if (duration_ms === undefined || !Number.isInteger(duration_ms / 1000) || duration_ms === 0) {
    return reading.refuse([...path, 'duration'], {
      message: `${quote(args.duration)} is no duration of a stress`,
      expected: 'a duration of whole seconds, such as 30s or 1m30s',
    });
  }
  const at = [...path, 'label_selectors'];
  const selector = selectorOf(label_selectors);
  if (selector === undefined) {
    return reading.refuse(at, {
      message: `${quote(String(label_selectors))} is no list of labels`,
      expected: 'labels such as app=web,tier=back',
    });
  }
  const workload = selectedWorkload(selector, namespace, workloads, reading, at);
  if (workload === undefined) return undefined;
  if (mode === 'fixed-percent' && mode_value == null) {
    return reading.refuse(path, { message: '`mode_value` is missing', expected: 'a percentage such as 50' });
  }
  return {
    does: 'create',
    type,
    fields: {
      workload: workload.name,
      ...(mode === 'one' ? {} : { mode }),
      ...(mode === 'fixed-percent' ? { value: `${mode_value}%` } : {}),
      ...stressor,
    },
    duration_ms,
    target: targetOf(args),
  };
}

/** Its texts know of no more than key=value. */
function selectorOf(given: string | Readonly<Record<string, string>>): Selector | undefined {
  if (typeof given !== 'string') return labelSelector.parse({ matchLabels: given });
  const selector = parseSelector(given);
  return Array.isArray(selector) ? undefined : selector;
}
