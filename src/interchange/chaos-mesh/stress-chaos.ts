/**
 * The spec of a StressChaos, both ways (Chaos Mesh v2.8.3 api/v1alpha1/stresschaos_types.go). Its cpu stressor is
 * stress-ng, its memory stressor memStress (0.3.1, images/chaos-daemon/Dockerfile; chaos-mesh/memStress at 6583ea9 main.go).
 */
import { z } from 'zod';
import { quote } from '../../scenario/problem.ts';
import type { Workload } from '../../scenario/scenario.ts';
import type { Path } from '../../scenario/yaml.ts';
import type { FaultFields } from '../draft.ts';
import type { Fates, Reading } from '../reading.ts';
import { type Stress, sizeText } from '../stress.ts';
import { goDurationMs } from './duration.ts';
import {
  type Chaos,
  type ChaosContext,
  readSelection,
  SELECTION,
  SELECTION_FATES,
  selectionOf,
} from './selection.ts';

const SPEC = z.looseObject({
  ...SELECTION,
  stressors: z.looseObject({ cpu: z.looseObject({}).nullish(), memory: z.looseObject({}).nullish() }),
  duration: z.string().nullish(),
});

const SPEC_FATES: Fates = {
  ...SELECTION_FATES,
  stressors: 'read',
  stressngStressors: { refuses: 'a scenario has stressors of cpu and of memory' },
  duration: 'read',
};

const workers = z.number({ error: 'a whole number above 0' }).int('a whole number above 0').min(1);

const CPU = z.looseObject({ workers, load: z.number().int().min(0).max(100).nullish() });
const CPU_FATES: Fates = {
  workers: 'read',
  load: 'read',
  options: { refuses: 'what an option of stress-ng does is not known here' },
};

const MEMORY = z.looseObject({ workers, size: z.string({ error: 'a size such as 200MiB' }) });
const MEMORY_FATES: Fates = {
  workers: 'read',
  size: 'read',
  // Beyond the limit nothing is imported: src/interchange/stress.ts.
  oomScoreAdj: { leaves_out: 'the kernel kills nobody where there is room for all' },
  options: { refuses: 'what an option of memStress does is not known here' },
};

/** @returns undefined where it is nothing that a scenario has, which is then told */
export function readStressChaos(path: Path, context: ChaosContext): Chaos | undefined {
  const { reading } = context;
  const spec = reading.get(SPEC, path);
  reading.fields(path, SPEC_FATES);
  if (spec === undefined) return undefined;
  const at = [...path, 'stressors'];
  reading.fields(at, { cpu: 'read', memory: 'read' });
  const { cpu, memory } = spec.stressors;
  if (cpu == null && memory == null) {
    return reading.refuse(at, { message: 'there is no stressor', expected: '`cpu` or `memory`' });
  }
  const names = spec.containerNames ?? [];
  if (names.length > 1) {
    return reading.refuse([...path, 'containerNames'], {
      message: `${names.length} containers are named`,
      expected: 'one container',
    });
  }
  const taken = {
    'cpu-stress': cpu == null ? undefined : readCpu([...at, 'cpu'], reading),
    'memory-stress': memory == null ? undefined : readMemory([...at, 'memory'], reading),
  };
  const duration_ms = readDuration(spec.duration, [...path, 'duration'], reading);
  const selection = readSelection(spec, path, context);
  const wanted = [cpu, memory].filter((each) => each != null).length;
  const found = Object.values(taken).filter((each) => each !== undefined).length;
  if (selection === undefined || found < wanted || duration_ms === 'none') return undefined;
  const { workload, fields } = selection;
  if (found > 1 && fields.mode !== 'all' && workload.replicas > 1) {
    return reading.refuse(at, {
      message: 'both stressors hit the same pods, and two faults choose theirs apart',
      expected: '`mode: all`, or a StressChaos for each',
    });
  }
  const container = workload.pod.containers.find(({ name }) => name === (names[0] ?? name));
  if (container === undefined) {
    return reading.refuse([...path, 'containerNames', 0], {
      message: `${workload.kind} ${workload.name} has no container ${quote(names[0] ?? '')}`,
      expected: workload.pod.containers.map(({ name }) => name).join(' or '),
    });
  }
  const faults = (['cpu-stress', 'memory-stress'] as const).flatMap((type) =>
    taken[type] === undefined ? [] : [{ type, fields: { ...fields, ...taken[type] } }],
  );
  return { faults, lasts: true, duration_ms };
}

/** Of what a worker of stress-ng's --cpu does. */
function readCpu(path: Path, reading: Reading): FaultFields | undefined {
  const cpu = reading.get(CPU, path);
  reading.fields(path, CPU_FATES);
  if (cpu === undefined) return undefined;
  return cpuStressor({ workers: cpu.workers, load: cpu.load ?? 100 }, [...path, 'load'], reading);
}

function readMemory(path: Path, reading: Reading): FaultFields | undefined {
  const memory = reading.get(MEMORY, path);
  reading.fields(path, MEMORY_FATES);
  if (memory === undefined) return undefined;
  if (memory.workers > 1) reading.leaveOut([...path, 'workers'], SHARED);
  return memoryStressor(memory.size, [...path, 'size'], reading);
}

/** main.go: length/uint64(workers), and a second between two of them. */
export const SHARED = 'workers share `size`, and begin a second after each other';

/** @param path of the load */
export function cpuStressor(
  { workers: count, load }: { readonly workers: number; readonly load: number },
  path: Path,
  reading: Reading,
): FaultFields | undefined {
  if (load === 100) return { workers: count };
  return reading.refuse(path, {
    message: `workers with a load of ${load} %: those of cpu-stress compute all the time`,
    expected: '100',
  });
}

/** humanize.ParseBytes of dustin/go-humanize: units in any case, those without an i of 1000. */
const SIZE = /^([\d.]+)\s*(?:([kmgtp])(i?))?b?$/i;
const PREFIXES = ['', 'k', 'm', 'g', 't', 'p'];

export function memoryStressor(text: string, path: Path, reading: Reading): FaultFields | undefined {
  const [, number, prefix = '', binary] = SIZE.exec(text.trim().replaceAll(',', '')) ?? [];
  const unit = (binary ? 1024 : 1000) ** PREFIXES.indexOf(prefix.toLowerCase());
  const bytes = Math.trunc(Number(number) * unit);
  if (bytes > 0 && Number.isSafeInteger(bytes)) return { size: sizeText(bytes) };
  return reading.refuse(path, {
    message: /%\s*$/.test(text)
      ? `${quote(text)} is a share of the memory of a node, which is not known`
      : `${quote(text)} is no size of memory`,
    expected: 'a size such as 200MiB',
  });
}

function readDuration(
  text: string | null | undefined,
  path: Path,
  reading: Reading,
): number | undefined | 'none' {
  if (text == null) return undefined;
  const duration_ms = goDurationMs(text);
  if (duration_ms !== undefined) return duration_ms;
  reading.refuse(path, {
    message: `${quote(text)} is no duration`,
    expected: 'a duration such as 30s or 1m30s',
  });
  return 'none';
}

/** Without its duration: in a Workflow that is the deadline of its template. */
export function stressChaosOf(fault: Stress, workload: Workload): Record<string, unknown> {
  return {
    ...selectionOf(fault, workload),
    containerNames: workload.pod.containers.map(({ name }) => name).slice(0, 1),
    stressors:
      fault.type === 'cpu-stress'
        ? { cpu: { workers: fault.workers, load: 100 } }
        : { memory: { workers: 1, size: sizeText(fault.size_bytes) } },
  };
}
