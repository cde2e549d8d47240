import { CLOSED_PORT, NEVER_READY } from '../../scenario/never-ready.ts';
import type { BadReadiness, Container } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { rollBackContainer, rollOutContainer } from '../kubernetes/rollout.ts';

/** Rolls out a readiness probe that cannot succeed; undone: the old one, unless somebody else has set another. */
export const badReadiness: FaultAction<BadReadiness> = {
  apply({ operator }, fault, _victims, cause) {
    const bad = (old: Container) => (isBad(old) ? undefined : { ...old, readiness_probe: NEVER_READY });
    rollOutContainer(operator, fault, bad, cause);
  },
  undo(cluster, fault, _victims, cause) {
    const old = (bad: Container, { readiness_probe }: Container) => ({ ...bad, readiness_probe });
    rollBackContainer(cluster, fault, isBad, old, cause);
  },
};

const isBad = ({ readiness_probe: probe }: Container): boolean =>
  probe?.handler === 'tcp' && probe.port === CLOSED_PORT;
