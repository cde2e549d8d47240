import type { Environment } from '../environment.ts';
import { REFLECTOR, type Retries, reconnected_ms } from './reconnect.ts';

/**
 * What a component has of a link that is cut.
 *
 * - `silence`: nothing answers, as without the cable
 * - `refusal`: the API server is gone: its connection is reset, and every attempt at a new one is refused at once
 * - `death`: it is itself not running, and begins anew when it is back
 */
export type CutAs = 'silence' | 'refusal' | 'death';

/**
 * How long after the cable is back the sender's next attempt is: a machine without carrier tries twice a second
 * (Linux 6.x include/net/tcp.h TCP_RESOURCE_PROBE_INTERVAL), and then asks for the address. Measured: evenly
 * between 0 and 1 s, 25 times (Kubernetes 1.35.4, five nodes on one machine).
 */
const RESENT_MS = 1000;

/**
 * A kubelet hears something of the API server at least this often, the answers to the renewals of its lease: so
 * much earlier than the cut the wait for a sign of life may have begun.
 */
const HEARD_MS = 10_000;

/**
 * Until an address that does not answer is given up: three requests of the link layer, a second apart (Linux 6.x
 * Documentation/networking/ip-sysctl.rst neigh/default/mcast_solicit, retrans_time_ms).
 */
const NO_ROUTE_MS = 3000;

/**
 * Whether a component reaches the API server. While it is cut, writes do not arrive and watches deliver nothing.
 *
 * When it is whole again the component does not know at once. A short silence ends when what was sent is sent again;
 * a longer one, and every refusal, has cost the connection, and each watch comes back with its own next attempt: by
 * then the waits between those are half a minute long and more.
 */
export class Link {
  readonly #environment: Environment;
  readonly #cuts = new Map<string, CutAs>();
  #cut_ms = 0;
  #mended_ms = 0;
  /** As what it was cut since it was last whole; undefined when it never was. */
  #cutAs: CutAs | undefined;
  #isUp = true;
  /** Counts the cuts, so that what was put off before one is not done after it. */
  #cutsSeen = 0;
  #waiting: (() => void)[] = [];
  /** When the connection was given up; undefined: it was not. */
  #lost_ms: number | undefined;
  /** When requests arrived again. */
  #whole_ms = 0;
  /** Since it was last whole: when each kind of watch delivers again. */
  readonly #watchedFrom_ms = new Map<object, number>();
  readonly #watchers = new Map<object, (() => void)[]>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Whether requests arrive. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** When it was last put together again, in milliseconds. */
  get mended_ms(): number {
    return this.#mended_ms;
  }

  /** @param reason what cut it; it is whole again when every reason has been mended */
  cut(reason: string, as: CutAs): void {
    if (this.#cuts.size === 0) {
      this.#cut_ms = this.#environment.now_ms;
      this.#cutAs = as;
    } else if (RANK[as] > RANK[this.#cutAs as CutAs]) {
      this.#cutAs = as;
    }
    this.#cuts.set(reason, as);
    this.#isUp = false;
    this.#cutsSeen += 1;
  }

  mend(reason: string): void {
    if (!this.#cuts.delete(reason) || this.#cuts.size > 0) return;
    this.#mended_ms = this.#environment.now_ms;
    this.#lost_ms = this.#connectionLost_ms();
    this.#watchedFrom_ms.clear();
    const uniform = this.#environment.uniform('link/resent');
    this.#later(this.#cutAs === 'silence' ? RESENT_MS * uniform() : 0, () => {
      this.#isUp = true;
      this.#whole_ms = this.#environment.now_ms;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const action of waiting) action();
      for (const kind of this.#watchers.keys()) this.#whenWatched(kind);
    });
  }

  /** Runs `action` once requests arrive: now, if they do. */
  whenUp(action: () => void): void {
    if (this.isUp) action();
    else this.#waiting.push(action);
  }

  /**
   * Runs `action` when a request that was refused has been tried again often enough to arrive.
   *
   * @param since_ms when it was first refused
   */
  whenTried(retries: Retries, since_ms: number, action: () => void): void {
    this.whenUp(() => {
      const { now_ms } = this.#environment;
      if (this.#cutAs !== 'refusal') action();
      else {
        const uniform = this.#environment.uniform('link/retries');
        const lost_ms = Math.min(since_ms, now_ms);
        const broken = { lost_ms, whole_ms: now_ms, attempt_ms: () => 0, turned_away: 0 };
        this.#environment.simulation.at(reconnected_ms(retries, broken, uniform), action);
      }
    });
  }

  /** Whether what a watch of this kind sees arrives. A component has one watch of each kind. */
  isWatching(kind: object): boolean {
    return this.#isUp && (this.#cutAs === undefined || this.#watched_ms(kind) <= this.#environment.now_ms);
  }

  /** Runs `action` once a watch of this kind delivers; for one that does not now. */
  whenWatching(kind: object, action: () => void): void {
    const waiting = this.#watchers.get(kind);
    if (waiting !== undefined) {
      waiting.push(action);
      return;
    }
    this.#watchers.set(kind, [action]);
    if (this.#isUp) this.#whenWatched(kind);
  }

  #whenWatched(kind: object): void {
    this.#later(Math.max(0, this.#watched_ms(kind) - this.#environment.now_ms), () => {
      const actions = this.#watchers.get(kind) ?? [];
      this.#watchers.delete(kind);
      for (const action of actions) action();
    });
  }

  #watched_ms(kind: object): number {
    let from_ms = this.#watchedFrom_ms.get(kind);
    if (from_ms === undefined) {
      from_ms = this.#nextWatch_ms();
      this.#watchedFrom_ms.set(kind, from_ms);
    }
    return from_ms;
  }

  /** When the next attempt of a watch succeeds; one that was not lost goes on at once. */
  #nextWatch_ms(): number {
    if (this.#lost_ms === undefined) return this.#whole_ms;
    const uniform = this.#environment.uniform('link/watches');
    const isSilence = this.#cutAs === 'silence';
    const broken = {
      lost_ms: this.#lost_ms,
      whole_ms: this.#whole_ms,
      // To watch, and where that fails to list: the first as long as whoever asked for the address before had to wait.
      attempt_ms: () => (isSilence ? NO_ROUTE_MS * (1 + uniform()) : 0),
      // An API server that has just been started knows nothing of what was before ("too old resource version"): a watch
      // that wants to go on from there is turned away, and waits once more before it lists.
      turned_away: isSilence ? 0 : 1,
    };
    return reconnected_ms(REFLECTOR, broken, uniform);
  }

  #connectionLost_ms(): number | undefined {
    if (this.#cutAs === 'death') return undefined;
    if (this.#cutAs === 'refusal') return this.#cut_ms;
    const heard_ms = this.#cut_ms - HEARD_MS * this.#environment.uniform('link/heard')();
    const waits_ms =
      this.#environment.delay_ms('http2_read_idle_timeout') +
      this.#environment.delay_ms('http2_ping_timeout');
    const lost_ms = Math.max(this.#cut_ms, heard_ms + waits_ms);
    return lost_ms < this.#environment.now_ms ? lost_ms : undefined;
  }

  #later(delay_ms: number, action: () => void): void {
    const cuts = this.#cutsSeen;
    this.#environment.after(delay_ms, () => {
      if (cuts === this.#cutsSeen) action();
    });
  }
}

const RANK: Readonly<Record<CutAs, number>> = { silence: 0, refusal: 1, death: 2 };
