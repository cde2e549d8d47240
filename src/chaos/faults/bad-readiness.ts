import { isDeepStrictEqual } from 'node:util';
import { CLOSED_PORT, NEVER_READY } from '../../scenario/never-ready.ts';
import type { BadReadiness } from '../../scenario/scenario.ts';
import { ChangedError, type Operation, type WorkloadState } from '../cluster/cluster.ts';
import type { FaultAction } from '../fault-action.ts';
import { rollBack } from '../roll-back.ts';
import type { Target } from '../safety/journal.ts';
import { marking } from '../safety/marks.ts';
import { rollBackRights, undoRollBackRights } from '../safety/rights.ts';
import { containerOf, isTheSame, stateOf, workloadRefOf } from '../target.ts';

/** As the API has it, with all of its defaults. */
const BAD_PROBE = {
  tcpSocket: { port: CLOSED_PORT },
  timeoutSeconds: NEVER_READY.timeout_s,
  periodSeconds: NEVER_READY.period_s,
  successThreshold: NEVER_READY.success_threshold,
  failureThreshold: NEVER_READY.failure_threshold,
};

/** Rolls out a readiness probe that cannot succeed; undone: the old one, unless somebody else has set another. */
export const badReadiness: FaultAction<BadReadiness> = {
  on: 'workload',
  rights: rollBackRights,
  undoRights: undoRollBackRights,
  act: 'set-readiness-probe',
  byHand: ({ kind, namespace, name }) => `kubectl rollout undo -n ${namespace} ${kind.toLowerCase()}/${name}`,
  remember: (state, { container }) => {
    const probe = probeIn(state, container);
    return probe === undefined ? {} : { probe: JSON.stringify(probe) };
  },
  async apply(cluster, _fault, target) {
    const state = await stateOf(cluster, target);
    if (!isAsBefore(probeIn(state, containerOf(target)), target)) {
      throw new ChangedError(`the readiness probe of ${target.name} is not as it was`);
    }
    await cluster.patch(workloadRefOf(target), [
      isTheSame(target),
      ...settingProbe(target, state, BAD_PROBE),
      ...marking('bad-readiness', target, state.annotated),
    ]);
    return {};
  },
  async undo(cluster, target) {
    const state = await cluster.workload(workloadRefOf(target));
    if (state === undefined || state.uid !== target.uid)
      return { note: `${target.kind} ${target.name} is gone` };
    const probe = probeIn(state, containerOf(target));
    const isStanding = isBad(probe) && !isAsBefore(probe, target);
    await rollBack(cluster, 'bad-readiness', target, state, {
      steps: isStanding ? settingProbe(target, state, probeBefore(target)) : [],
      isBad: (container) =>
        container.name === target.container &&
        isBad(container.readiness_probe) &&
        !isAsBefore(container.readiness_probe, target),
    });
    if (isStanding) await cluster.disown(workloadRefOf(target));
    return isStanding || isAsBefore(probe, target)
      ? {}
      : { note: `somebody else set the readiness probe of ${target.name}, which was left alone` };
  },
};

/** @param to undefined: none */
function settingProbe(target: Target, state: WorkloadState, to: object | undefined): readonly Operation[] {
  const index = state.containers.findIndex(({ name }) => name === target.container);
  const container = `/spec/template/spec/containers/${index}`;
  const path = `${container}/readinessProbe`;
  return [
    { op: 'test', path: `${container}/name`, value: target.container },
    { op: 'test', path, value: probeIn(state, containerOf(target)) ?? null },
    to === undefined ? { op: 'remove', path } : { op: 'add', path, value: to },
  ];
}

function probeIn({ containers }: WorkloadState, container: string): object | undefined {
  return containers.find(({ name }) => name === container)?.readiness_probe;
}

function probeBefore({ before }: Target): object | undefined {
  return before?.probe === undefined ? undefined : JSON.parse(String(before.probe));
}

function isAsBefore(probe: object | undefined, target: Target): boolean {
  const plain = probe === undefined ? undefined : JSON.parse(JSON.stringify(probe));
  return isDeepStrictEqual(plain, probeBefore(target));
}

const isBad = (probe: { readonly tcpSocket?: { readonly port?: unknown } } | undefined): boolean =>
  probe?.tcpSocket?.port === CLOSED_PORT;
