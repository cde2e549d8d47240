import type { ControlPlaneOutage } from '../../scenario/scenario.ts';
import type { TimingName } from '../../scenario/timing.ts';
import type { Environment } from '../environment.ts';
import type { ApiServer } from './api-server.ts';
import type { Link } from './link.ts';
import { REFLECTOR, type Retries, reconnected_ms } from './reconnect.ts';

export type ControlPlaneComponent = Exclude<ControlPlaneOutage['component'], 'all'>;

/** A process that has forgotten everything when it starts again. */
export interface Restarting {
  restart(): void;
}

export interface ControlPlaneOptions {
  /** From the controllers and the scheduler to the API server. */
  readonly links: Readonly<Record<Elected, Link>>;
  /** Controllers of the controller manager that know more than the API server tells them anew. */
  readonly controllers: readonly Restarting[];
  /** Whether controller manager and scheduler work only while they hold a lock. */
  readonly leader_election: boolean;
}

/** Components of which several may run, and one of them works. */
type Elected = 'controller-manager' | 'scheduler';

/** Why a component's own link is cut while it does not work. */
const GONE = 'process';

/** A wait for the lock is longer by up to this many times itself (staging/src/k8s.io/client-go/tools/leaderelection JitterFactor). */
const RETRY_JITTER = 1.2;

/** Kinds of objects that a scheduler lists before it does anything (Kubernetes 1.35 pkg/scheduler/eventhandlers.go, framework/plugins). */
const SCHEDULER_KINDS = 15;

const START: Readonly<Record<ControlPlaneComponent, TimingName>> = {
  'api-server': 'api_server_start',
  'controller-manager': 'controller_manager_start',
  scheduler: 'scheduler_start',
};

/**
 * The processes of the control plane, one of each.
 *
 * With leader election a process that cannot renew its lock for ten seconds ends itself, and its kubelet starts it
 * anew; a process that starts takes the lock of the one before for held for another fifteen seconds from when it first
 * sees it (Kubernetes 1.35 staging/src/k8s.io/client-go/tools/leaderelection/leaderelection.go renew,
 * tryAcquireOrRenew). Measured with processes that were started again at once: controllers worked 17.6 to 19.2 s after
 * the API server was back from outages of 30 s, 60 s and 120 s, the scheduler after 39 to 59 s.
 */
export class ControlPlane {
  readonly #environment: Environment;
  readonly #api: ApiServer;
  readonly #options: ControlPlaneOptions;
  #isApiAway = false;
  /** Counts the outages of the API server. */
  #outages = 0;
  readonly #processes: Readonly<Record<Elected, ElectedProcess>> = {
    'controller-manager': { works: true, life: 0 },
    scheduler: { works: true, life: 0 },
  };
  /** What waits for the API server. */
  #waiting: (() => void)[] = [];

  constructor(environment: Environment, api: ApiServer, options: ControlPlaneOptions) {
    this.#environment = environment;
    this.#api = api;
    this.#options = options;
  }

  /** Its process is killed. */
  stop(component: ControlPlaneComponent): void {
    if (component === 'api-server') this.#stopApi();
    else this.#end(component);
  }

  /** Its process is started; `done` is told when it runs. */
  start(component: ControlPlaneComponent, done: () => void = () => {}): void {
    const life = component === 'api-server' ? 0 : this.#processes[component].life;
    this.#environment.after(this.#environment.delay_ms(START[component]), () => {
      if (component === 'api-server') this.#startApi();
      else if (life === this.#processes[component].life) this.#candidate(component);
      done();
    });
  }

  #stopApi(): void {
    if (this.#isApiAway) return;
    this.#isApiAway = true;
    this.#outages += 1;
    this.#api.stop();
    if (!this.#options.leader_election) return;
    for (const component of ['controller-manager', 'scheduler'] as const) this.#loseLock(component);
  }

  #startApi(): void {
    if (!this.#isApiAway) return;
    this.#isApiAway = false;
    this.#api.start();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const action of waiting) action();
  }

  /** A renewal is under way, or comes at the next retry, and is tried until the deadline. */
  #loseLock(component: Elected): void {
    const { life } = this.#processes[component];
    const outage = this.#outages;
    const begin_ms = this.#environment.delay_ms('leader_election_retry_period') * this.#luck();
    this.#environment.after(begin_ms + this.#environment.delay_ms('leader_election_renew_deadline'), () => {
      const { works, life: now } = this.#processes[component];
      if (!this.#isApiAway || outage !== this.#outages || !works || life !== now) return;
      this.#end(component);
      const ended_ms = this.#environment.now_ms;
      this.#whenApi(() => this.#startOver(component, life + 1, ended_ms));
    });
  }

  /**
   * It has ended itself, and does not get far without the API server: the controller manager ends itself again (it cannot
   * read how to authenticate), as often as its kubelet starts it; the scheduler waits for the first list of every kind.
   */
  #startOver(component: Elected, life: number, ended_ms: number): void {
    const { now_ms } = this.#environment;
    const broken = { lost_ms: ended_ms, whole_ms: now_ms, attempt_ms: () => 0, turned_away: 0 };
    const uniform = this.#environment.uniform('leader-election');
    const retries = component === 'scheduler' ? REFLECTOR : this.#restarts();
    const kinds = component === 'scheduler' ? SCHEDULER_KINDS : 1;
    const at = Array.from({ length: kinds }, () => reconnected_ms(retries, broken, uniform));
    this.#environment.simulation.at(Math.max(...at), () => {
      if (life !== this.#processes[component].life) return;
      if (this.#isApiAway) this.#whenApi(() => this.#startOver(component, life, ended_ms));
      else this.start(component);
    });
  }

  /** A container that ends itself at once is restarted later each time. */
  #restarts(): Retries {
    return {
      first_ms: this.#environment.delay_ms('kubelet_restart_backoff'),
      longest_ms: this.#environment.delay_ms('kubelet_restart_backoff_max'),
      jitter: 0,
    };
  }

  #end(component: Elected): void {
    const process = this.#processes[component];
    process.life += 1;
    if (process.works) this.#options.links[component].cut(GONE, 'death');
    process.works = false;
  }

  /** It has started, and works once it holds the lock. */
  #candidate(component: Elected): void {
    if (this.#processes[component].works) return;
    if (!this.#options.leader_election) {
      this.#work(component);
      return;
    }
    const held_ms = this.#environment.delay_ms('leader_election_lease_duration');
    const { life } = this.#processes[component];
    const isAlive = () => life === this.#processes[component].life;
    // Seen with the first try, held for so long from then on, and taken with a later one.
    const seen = () => {
      this.#environment.after(held_ms, () => this.#withTry(isAlive, () => this.#work(component)));
    };
    if (this.#isApiAway) this.#withTry(isAlive, seen);
    else seen();
  }

  #whenApi(action: () => void): void {
    if (this.#isApiAway) this.#waiting.push(action);
    else action();
  }

  /** With the next try for the lock that the API server answers. */
  #withTry(isAlive: () => boolean, action: () => void): void {
    if (this.#isApiAway) {
      this.#whenApi(() => this.#withTry(isAlive, action));
      return;
    }
    const wait_ms =
      this.#luck() *
      this.#environment.delay_ms('leader_election_retry_period') *
      (1 + RETRY_JITTER * this.#luck());
    this.#environment.after(wait_ms, () => {
      if (!isAlive()) return;
      if (this.#isApiAway) this.#withTry(isAlive, action);
      else action();
    });
  }

  #work(component: Elected): void {
    const { links, controllers } = this.#options;
    this.#processes[component].works = true;
    links[component].mend(GONE);
    if (component !== 'controller-manager') return;
    links[component].whenUp(() => {
      for (const controller of controllers) controller.restart();
    });
  }

  #luck(): number {
    return this.#environment.uniform('leader-election')();
  }
}

interface ElectedProcess {
  works: boolean;
  /** Counts its lives. */
  life: number;
}
