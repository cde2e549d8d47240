/** What `chaos --dry-run` finds out: what a run would do to a cluster, and what would keep it from it. */

export interface DryRun {
  readonly schema: 'foreshock.dry-run/v1';
  /** Version that made it. */
  readonly foreshock: string;
  readonly scenario: string;
  readonly seed: string;
  readonly trials: number;
  readonly cluster: {
    readonly kind: 'embedded' | 'kubernetes';
    /** "kubernetes v1.35.4, 2 nodes" */
    readonly where: string;
    readonly context?: string | undefined;
    readonly server?: string | undefined;
  };
  readonly load: {
    readonly service: string;
    readonly namespace: string;
    readonly rate_per_s: number;
    readonly duration_ms: number;
    /** How it would reach the Service; left out where that is not known yet. */
    readonly route?: string | undefined;
  };
  readonly rights: PlannedRights;
  /** In the order of the manifests. */
  readonly objects: readonly PlannedObject[];
  /** What earlier runs that were killed have left, and this one would give back first. */
  readonly left: readonly string[];
  /** What steady state still lacks; left out where it cannot be looked at yet. */
  readonly missing?: readonly string[] | undefined;
  /** In the order of time. */
  readonly acts: readonly PlannedAct[];
  /** What would keep a run from beginning, or end it. */
  readonly obstacles: readonly Obstacle[];
}

export interface PlannedRights {
  /** Why nothing is known of them; left out where they were asked for. */
  readonly unknown?: string | undefined;
  readonly missing: readonly MissingRight[];
  /** Roles that would grant them. */
  readonly roles: readonly string[];
}

/** As a rule of RBAC has it. */
export interface MissingRight {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
  /** Left out: in the whole cluster. */
  readonly namespace?: string | undefined;
  /** Of the object it is about; left out: of any. */
  readonly name?: string | undefined;
  /** What it is for: "to cause pod-kill, and to undo it". */
  readonly to: string;
}

export interface PlannedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** `there`: used as it is found; `absent`: would be created, and removed at the end. */
  readonly state: 'there' | 'absent' | 'unknown';
  /** Of `unknown`. */
  readonly why?: string | undefined;
}

/** One act of a fault in the first trial. */
export interface PlannedAct {
  readonly fault: string;
  /** Of the fault in the scenario, and of the act among its own; both from 0. */
  readonly index: number;
  readonly repetition: number;
  /** From the start of the trial. */
  readonly at_ms: number;
  /** When it is undone, from the start of the trial: 'end' is when the load has ended; left out where there is nothing to undo. */
  readonly undone_at_ms?: number | 'end' | undefined;
  /** How a person would put it back. */
  readonly undo: string;
  /** How far it reaches, at most. */
  readonly blast_radius: string;
  /** Left out where they cannot be told yet. */
  readonly targets?: readonly PlannedTarget[] | undefined;
  /** Why they cannot be. */
  readonly unnamed?: string | undefined;
}

export interface PlannedTarget {
  readonly kind: string;
  /** '' for what is in none. */
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string | undefined;
  readonly container?: string | undefined;
  /** Of a pod: where it runs. */
  readonly node?: string | undefined;
  readonly zone?: string | undefined;
  /** Of a node: the scenario's pods that run there. */
  readonly pods?: readonly string[] | undefined;
}

export interface Obstacle {
  readonly message: string;
  readonly hint?: string | undefined;
}
