/** What one kill showed, on the runner's clock in milliseconds: sights of the API's watches, and connections tried. */

/** A pod as a watch told of it. */
export interface PodSight {
  readonly at_ms: number;
  readonly pod: string;
  readonly change: 'added' | 'modified' | 'deleted';
  readonly node: string | undefined;
  readonly address: string | undefined;
  readonly ready: boolean;
  readonly terminating: boolean;
}

/** The endpoint slices of the load's Service after a change of any slice of its namespace. */
export interface SliceSight {
  readonly at_ms: number;
  /** Pods whose addresses are ready. */
  readonly ready: readonly string[];
}

/** An event of a kubelet. */
export interface EventSight {
  /** When the watch told of it. */
  readonly at_ms: number;
  /** When it happened by the clock of its node, which may differ from ours. */
  readonly stamped_ms: number;
  readonly node: string;
  readonly pod: string;
  readonly reason: string;
  /** undefined where it is of the whole pod. */
  readonly container: string | undefined;
}

/** One attempt to make a TCP connection. */
export interface Attempt {
  /** When it was sent. */
  readonly at_ms: number;
  /** `silent`: nobody answered, or the network said that there is no such address. */
  readonly outcome: 'accepted' | 'refused' | 'silent';
}

/** A write to an object of ours that nobody else looks at, and the watch's echo of it. */
export interface Echo {
  readonly sent_ms: number;
  readonly answered_ms: number;
  readonly seen_ms: number;
}

/** The observer was kept from looking: what it saw as late as the end may have come at any time in between. */
export interface Stall {
  readonly begin_ms: number;
  readonly end_ms: number;
}

/** A request while nothing was the matter. */
export interface SteadyRequest {
  readonly sent_ms: number;
  /** When it had a connection; undefined where that was there. */
  readonly connected_ms: number | undefined;
  /** When the answer was complete. */
  readonly answered_ms: number;
}

export interface Kill {
  readonly forced: boolean;
  readonly victim: string;
  /** When the deletion was sent. */
  readonly begun_ms: number;
  readonly pods: readonly PodSight[];
  readonly slices: readonly SliceSight[];
  readonly events: readonly EventSight[];
  /** To the address of the victim, from the deletion on. */
  readonly to_victim: readonly Attempt[];
  /** To the address of its replacement, from the moment it was known. */
  readonly to_replacement: readonly Attempt[];
  /** To the Service, where it had no ready endpoint, from the replacement's being ready on. */
  readonly to_service: readonly Attempt[];
  /** To the Service, where other endpoints stay ready, from the deletion on, until none goes to the victim any more. */
  readonly past_victim: readonly Attempt[];
  readonly echoes: readonly Echo[];
  readonly steady: readonly SteadyRequest[];
  readonly stalls: readonly Stall[];
}
