/** The spec of a PodChaos, both ways (Chaos Mesh v2.8.3 api/v1alpha1/podchaos_types.go). */
import { z } from 'zod';
import type { ContainerKill, PodKill, Workload } from '../../scenario/scenario.ts';
import type { Path } from '../../scenario/yaml.ts';
import type { Fates, Reading } from '../reading.ts';
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
  action: z.enum(['pod-kill', 'pod-failure', 'container-kill']),
  gracePeriod: z.number().int().min(0).nullish(),
});

const SPEC_FATES: Fates = {
  action: 'read',
  ...SELECTION_FATES,
  gracePeriod: 'read',
  duration: { leaves_out: 'what is killed is killed at once' },
};

/** @returns undefined where it is nothing that a scenario has, which is then told */
export function readPodChaos(path: Path, context: ChaosContext): Chaos | undefined {
  const { reading } = context;
  const spec = reading.get(SPEC, path);
  reading.fields(path, SPEC_FATES);
  if (spec === undefined) return undefined;
  const { action, gracePeriod, containerNames } = spec;
  if (action === 'pod-failure') {
    return reading.refuse([...path, 'action'], {
      message: 'pod-failure has no counterpart: it puts another image into pods that run on',
      expected: 'pod-kill or container-kill',
      hint: 'near it are container-pause, which stops the processes, and bad-image, which rolls out',
    });
  }
  const selection = readSelection(spec, path, context);
  const container = action === 'container-kill' ? readContainer(path, containerNames ?? [], reading) : '';
  if (selection === undefined || container === undefined) return undefined;
  const { fields } = selection;
  // Chaos Mesh has no grace period of the pod's own: what is left out is 0.
  const more = action === 'pod-kill' ? { grace_period: `${gracePeriod ?? 0}s` } : { container };
  return { faults: [{ type: action, fields: { ...fields, ...more } }], lasts: false };
}

function readContainer(path: Path, names: readonly string[], reading: Reading): string | undefined {
  const [name, second] = names;
  if (name !== undefined && second === undefined) return name;
  return reading.refuse([...path, 'containerNames'], {
    message: `${names.length} containers are named`,
    expected: 'one container',
    hint: 'a fault kills one container of each pod: write one for each',
  });
}

export function podChaosOf(fault: PodKill | ContainerKill, workload: Workload): Record<string, unknown> {
  return {
    action: fault.type,
    ...selectionOf(fault, workload),
    ...(fault.type === 'container-kill'
      ? { containerNames: [fault.container] }
      : { gracePeriod: fault.grace_period_s ?? workload.pod.termination_grace_period_s }),
  };
}
