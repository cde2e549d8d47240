/**
 * The dependable workstation cluster of Haverkort, Hermanns and Katoen, "On the use of model checking techniques for
 * dependability evaluation" (SRDS 2000), as the case study of the model checker PRISM has it (cluster.sm and its
 * properties in prism-benchmarks, models/ctmcs/cluster): times in hours.
 */
import type { Transition } from '../../../src/sim/exact/chain.ts';

export type Part = 'left' | 'right' | 'leftSwitch' | 'rightSwitch' | 'line';

export interface ClusterState {
  /** Workstations up, 0 to N, of each side. */
  readonly left: number;
  readonly right: number;
  /** 1 up, 0 down. */
  readonly leftSwitch: number;
  readonly rightSwitch: number;
  readonly line: number;
  /** What the one repairman has found by inspection and is repairing. */
  readonly repaired: Part | undefined;
}

const FAILURE_PER_H: Readonly<Record<Part, number>> = {
  left: 1 / 500,
  right: 1 / 500,
  leftSwitch: 1 / 4000,
  rightSwitch: 1 / 4000,
  line: 1 / 5000,
};
const INSPECTION_PER_H = 10;
const REPAIR_PER_H: Readonly<Record<Part, number>> = {
  left: 2,
  right: 2,
  leftSwitch: 0.25,
  rightSwitch: 0.25,
  line: 0.125,
};
const PARTS = Object.keys(FAILURE_PER_H) as Part[];

export function clusterModel(N: number) {
  const full: Readonly<Record<Part, number>> = {
    left: N,
    right: N,
    leftSwitch: 1,
    rightSwitch: 1,
    line: 1,
  };
  return {
    initial: { ...full, repaired: undefined } as ClusterState,
    key: ({ left, right, leftSwitch, rightSwitch, line, repaired }: ClusterState) => {
      const repairing = repaired === undefined ? 0 : 1 + PARTS.indexOf(repaired);
      return ((left * (N + 1) + right) * 8 + leftSwitch * 4 + rightSwitch * 2 + line) * 6 + repairing;
    },
    transitions: function* (state: ClusterState): Generator<Transition<ClusterState>> {
      for (const part of PARTS) {
        if (state[part] > 0) {
          yield { rate_per_h: state[part] * FAILURE_PER_H[part], to: { ...state, [part]: state[part] - 1 } };
        }
        // The repairman starts with what he comes upon, and stays with it.
        if (state.repaired === undefined && state[part] < full[part]) {
          yield { rate_per_h: INSPECTION_PER_H, to: { ...state, repaired: part } };
        }
      }
      const { repaired } = state;
      if (repaired !== undefined) {
        yield {
          rate_per_h: REPAIR_PER_H[repaired],
          to: { ...state, [repaired]: state[repaired] + 1, repaired: undefined },
        };
      }
    },
  };
}

/** At least `count` workstations are up and connected. */
export function hasConnected(count: number): (state: ClusterState) => boolean {
  return ({ left, right, leftSwitch, rightSwitch, line }) =>
    (left >= count && leftSwitch === 1) ||
    (right >= count && rightSwitch === 1) ||
    (left + right >= count && leftSwitch === 1 && rightSwitch === 1 && line === 1);
}

/** Premium quality of N workstations a side. */
export const isPremium = (N: number) => hasConnected(N);

/** Minimum quality: three quarters of a side. */
export const isMinimum = (N: number) => hasConnected(Math.floor(0.75 * N));

/** Repairs that end, per hour: what counts when it is added up over time. */
export const repairsPerHour = ({ repaired }: ClusterState): number =>
  repaired === undefined ? 0 : REPAIR_PER_H[repaired];
