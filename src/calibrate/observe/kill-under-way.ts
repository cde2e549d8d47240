import { now_ms } from '../../chaos/clock.ts';
import type { HttpTarget } from '../../chaos/load/http.ts';
import type { Load } from '../../scenario/scenario.ts';
import { PAST_VICTIM_ATTEMPTS, replacementOf, SILENCE, sliceWithout } from '../kill-legs.ts';
import type { Attempt, Echo, EventSight, Kill, PodSight, SliceSight, SteadyRequest } from '../observation.ts';
import { dial } from './dial.ts';
import type { Echoes } from './echo.ts';
import { Heartbeat } from './heartbeat.ts';
import { steadyRequests } from './steady-requests.ts';

/** Of writes and of requests before each kill. */
const ECHOES = 10;
const REQUESTS = 10;

/**
 * Short beside what is looked for, and long enough that the attempts are no load: at 2 ms they took half of a core, and
 * a cluster of two cores was slower for it.
 */
const VICTIM_GAP_MS = 4;
const REPLACEMENT_GAP_MS = 4;
const SERVICE_GAP_MS = 3;
/** Beyond any grace period and start in common use. */
const LONGEST_MS = 120_000;
/** Of more endpoints too few connections go to the victim to time anything by them. */
const PAST_VICTIM_ENDPOINTS_MAX = 3;
/** From a pod's being ready to the proxy's rules: two writes, a pause of a second, a sync. */
const PROXY_LONGEST_MS = 10_000;

export interface Dialled {
  readonly load: Load;
  /** Port of the pods where the program listens. */
  readonly port: number;
  /** Where the Service is reached. */
  readonly target: HttpTarget;
}

/** Gathers what is seen of one kill, and tries the connections that it asks for. */
export class KillUnderWay {
  readonly events: EventSight[] = [];
  readonly slices: SliceSight[] = [];
  readonly #forced: boolean;
  readonly #dialled: Dialled;
  readonly #pods: PodSight[] = [];
  readonly #stop = new AbortController();
  readonly #heartbeat = new Heartbeat();
  readonly #steady: Promise<readonly SteadyRequest[]>;
  readonly #echoes: Promise<readonly Echo[]>;
  #begun: { readonly victim: string; readonly at_ms: number } | undefined;
  #isSpoilt = false;
  #toVictim: Promise<readonly Attempt[]> | undefined;
  #toReplacement: Promise<readonly Attempt[]> | undefined;
  #toService: Promise<readonly Attempt[]> | undefined;
  #pastVictim: Promise<readonly Attempt[]> | undefined;

  /** Begins with what is asked while nothing is the matter. */
  constructor(forced: boolean, dialled: Dialled, echoes: Echoes) {
    this.#forced = forced;
    this.#dialled = dialled;
    this.#echoes = echoes.take(ECHOES, this.#stop.signal);
    this.#steady = steadyRequests(dialled.target, dialled.load, REQUESTS, this.#stop.signal);
  }

  /** The kill is about to be sent. */
  begun(victim: string, address: string | undefined, slice: SliceSight): void {
    if (this.#begun !== undefined) return;
    this.#begun = { victim, at_ms: now_ms() };
    this.slices.push(slice);
    if (slice.ready.length > 1 && slice.ready.length <= PAST_VICTIM_ENDPOINTS_MAX) {
      const { host, port } = this.#dialled.target;
      this.#pastVictim = this.#dial(host, port, VICTIM_GAP_MS, PROXY_LONGEST_MS, (attempts) =>
        this.#isPast(slice.ready.length, attempts),
      );
    }
    if (address === undefined) return;
    this.#toVictim = this.#dial(
      address,
      this.#dialled.port,
      VICTIM_GAP_MS,
      LONGEST_MS,
      (attempts) =>
        attempts.length >= SILENCE && attempts.slice(-SILENCE).every(({ outcome }) => outcome === 'silent'),
    );
  }

  /** Whether so many connections in a row were accepted that none goes to the victim any more. */
  #isPast(endpoints: number, attempts: readonly Attempt[]): boolean {
    const { victim, at_ms: begun_ms } = this.#begun!;
    const without = sliceWithout({ slices: this.slices, victim, begun_ms });
    const latest = attempts.slice(-PAST_VICTIM_ATTEMPTS * endpoints);
    return (
      without !== undefined &&
      latest.length === PAST_VICTIM_ATTEMPTS * endpoints &&
      latest.every(({ at_ms, outcome }) => at_ms > without.at_ms && outcome === 'accepted')
    );
  }

  /** @param isEmpty whether the Service has no ready endpoint */
  pod(sight: PodSight, isEmpty: boolean): void {
    this.#pods.push(sight);
    if (this.#begun === undefined || sight.change === 'deleted') return;
    const replacement = replacementOf({ pods: this.#pods, begun_ms: this.#begun.at_ms });
    if (sight.pod !== replacement?.pod) return;
    const untilAccepted = (attempts: readonly Attempt[]) => attempts.at(-1)?.outcome === 'accepted';
    const { target, port } = this.#dialled;
    if (sight.address !== undefined) {
      this.#toReplacement ??= this.#dial(sight.address, port, REPLACEMENT_GAP_MS, LONGEST_MS, untilAccepted);
    }
    if (sight.ready && isEmpty) {
      this.#toService ??= this.#dial(
        target.host,
        target.port,
        SERVICE_GAP_MS,
        PROXY_LONGEST_MS,
        untilAccepted,
      );
    }
  }

  /** A watch broke: what is seen from now on may be late. */
  spoil(): void {
    this.#isSpoilt = true;
  }

  /** Ends what is still tried; undefined where no pod was killed, or not all could be seen. */
  async end(): Promise<Kill | undefined> {
    this.#stop.abort();
    const attempts = await Promise.all([
      this.#toVictim,
      this.#toReplacement,
      this.#toService,
      this.#pastVictim,
    ]);
    const [to_victim = [], to_replacement = [], to_service = [], past_victim = []] = attempts;
    const echoes = await this.#echoes;
    const steady = await this.#steady;
    const stalls = this.#heartbeat.end();
    if (this.#begun === undefined || this.#isSpoilt) return undefined;
    const { victim, at_ms: begun_ms } = this.#begun;
    const { events, slices } = this;
    return {
      forced: this.#forced,
      victim,
      begun_ms,
      pods: this.#pods,
      slices,
      events,
      to_victim,
      to_replacement,
      to_service,
      past_victim,
      echoes,
      steady,
      stalls,
    };
  }

  #dial(
    host: string,
    port: number,
    gap_ms: number,
    longest_ms: number,
    enough: (attempts: readonly Attempt[]) => boolean,
  ): Promise<readonly Attempt[]> {
    return dial({ host, port, gap_ms, longest_ms, enough, signal: this.#stop.signal });
  }
}
