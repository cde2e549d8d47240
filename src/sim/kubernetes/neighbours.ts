import type { Environment } from '../environment.ts';

/** Linux, Documentation/networking/ip-sysctl.rst: base_reachable_time, of which a half to one and a half is taken. */
const REACHABLE_MS = 30_000;
/** delay_first_probe_time: how long an entry that is in use again is trusted before it is asked for. */
const DELAY_MS = 5000;
/** Three questions, a second apart: ucast_solicit or mcast_solicit, and retrans_time. */
const SOLICITATION_MS = 3000;

/**
 * What a router knows of the addresses beside it. An address that has gone is remembered for a while and its packets
 * are lost in silence. Then each packet has it asked for, three seconds long, and whoever waited for the answer is
 * told that the host is unreachable; the next packet begins it anew (Linux net/core/neighbour.c).
 */
export class Neighbours {
  readonly #environment: Environment;
  readonly #gone = new Map<string, Gone>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** A packet to an address that nobody has any more; `unreachable` is called if it is told so, when it is. */
  send(address: string, unreachable: () => void): void {
    const gone = this.#entry(address);
    if (this.#environment.now_ms < gone.silent_until_ms) return;
    gone.waiting.push(unreachable);
    if (gone.waiting.length > 1) return;
    this.#environment.after(SOLICITATION_MS, () => {
      for (const tell of gone.waiting.splice(0)) tell();
    });
  }

  /** Somebody has the address again. */
  answered(address: string): void {
    this.#gone.delete(address);
  }

  #entry(address: string): Gone {
    let gone = this.#gone.get(address);
    if (gone === undefined) {
      // An entry in use is reachable, then delayed, then asked for and reachable again: it went anywhere in that.
      const uniform = this.#environment.uniform('neighbours');
      const cycle_ms = REACHABLE_MS * (0.5 + uniform()) + DELAY_MS;
      const silent_until_ms = this.#environment.now_ms + uniform() * cycle_ms + SOLICITATION_MS;
      gone = { silent_until_ms, waiting: [] };
      this.#gone.set(address, gone);
    }
    return gone;
  }
}

interface Gone {
  readonly silent_until_ms: number;
  /** Senders whose packets wait for the answer. */
  readonly waiting: (() => void)[];
}
