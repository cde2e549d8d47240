/**
 * What runs in the containers of the embedded cluster, under whatever image name the manifest gives: an HTTP
 * server that listens after the application's start time, takes its service time for each request and
 * behaves on SIGTERM as the scenario says.
 */
import { constant } from '../../../scenario/distribution.ts';
import { stream } from '../../../scenario/random.ts';
import { sample_ms } from '../../../scenario/sample.ts';
import type { Application, Container, Scenario, Workload } from '../../../scenario/scenario.ts';
import { selects } from '../../../scenario/selector.ts';
import type { HttpResponse, ImageConstructor, ProcessContext, Signal, Webernetes } from './webernetes.ts';

/** Status in place of which a client sees its connection reset: the process died before it had answered. */
export const CONNECTION_BROKEN = 0;

/** What the shell reports of a process ended by SIGKILL: 128 + 9. */
const EXIT_CODE_SIGKILL = 137;

/** For containers that no Deployment of the scenario describes: nothing takes any time. */
const INSTANT: Application = {
  start_time: constant(0),
  service_time: constant(0),
  concurrency: Number.POSITIVE_INFINITY,
  on_sigterm: 'exit',
  cpu_per_request_ms: 0,
  stop_time: constant(0),
};

/** How one container's program is to behave, with the luck of its own. */
interface Program {
  readonly application: Application;
  readonly ports: readonly number[];
  readonly random: () => number;
}

/** The programs of a scenario's containers, and those that run now. */
export class Applications {
  readonly #scenario: Pick<Scenario, 'seed' | 'workloads' | 'services'>;
  readonly #running = new Map<string, ApplicationProcess>();
  readonly #streams = new Map<string, () => number>();

  constructor(scenario: Pick<Scenario, 'seed' | 'workloads' | 'services'>) {
    this.#scenario = scenario;
  }

  /** An image under this name ("nginx", "registry:5000/team/app:1.2", "app@sha256:...") that runs them. */
  image(reference: string, { BaseImage }: Webernetes): ImageConstructor {
    const applications = this;
    return class ApplicationImage extends BaseImage {
      static readonly imageName = splitReference(reference).name;
      static readonly imageVersion = splitReference(reference).version;
      override readonly defaultCommand = ['application'];
      #process: ApplicationProcess | undefined;

      override async exec(context: ProcessContext, argv: readonly string[]): Promise<number> {
        if (this.#process) return this.#execInside(context, argv);
        const key = containerKey(context.pod.uid, context.container.name);
        this.#process = new ApplicationProcess(context, applications.#program(context));
        applications.#running.set(key, this.#process);
        return this.#process.run();
      }

      override signalHandler(_context: ProcessContext, signal: Signal): void {
        if (signal === 'SIGTERM') this.#process?.terminate();
      }

      /**
       * An exec probe or hook. There is no file system to run it in: a `sleep` sleeps, anything else succeeds
       * exactly while the application listens. A paused container's are new processes, which nobody has paused.
       */
      #execInside(context: ProcessContext, argv: readonly string[]): Promise<number> | number {
        if (/(^|\s|\/)sleep\s+[\d.]+\s*$/.test(argv.join(' '))) return super.exec(context, argv);
        return this.#process?.listening ? 0 : 1;
      }
    };
  }

  /** @returns whether there was such a process */
  kill(podUid: string, container: string): boolean {
    const process = this.#running.get(containerKey(podUid, container));
    return process?.kill() ?? false;
  }

  /** @returns whether there was such a process */
  pause(podUid: string, container: string): boolean {
    const process = this.#running.get(containerKey(podUid, container));
    return process?.pause() ?? false;
  }

  /** A process that was replaced meanwhile needs none. */
  resume(podUid: string, container: string): void {
    this.#running.get(containerKey(podUid, container))?.resume();
  }

  #program({ pod, container }: ProcessContext): Program {
    const labels = Object.fromEntries(pod.labels);
    const workload = this.#scenario.workloads.find(
      (candidate) => candidate.namespace === pod.namespace && selects(candidate.selector, labels),
    );
    const described = workload?.pod.containers.find(({ name }) => name === container.name);
    if (!workload || !described) {
      return {
        application: INSTANT,
        ports: container.ports.map((port) => port.containerPort),
        random: this.#stream('other'),
      };
    }
    return {
      application: described.application,
      ports: this.#ports(workload, described),
      random: this.#stream(`${workload.namespace}/${workload.name}/${container.name}`),
    };
  }

  /**
   * Where the program listens. Declaring a container's port is optional in Kubernetes, so the ports that
   * Services send to count too; the first container answers those that none declares.
   */
  #ports(workload: Workload, container: Container): readonly number[] {
    const declared = container.ports.map(({ number }) => number);
    if (container !== workload.pod.containers[0]) return declared;
    const elsewhere = new Set(
      workload.pod.containers.slice(1).flatMap((other) => other.ports.map((p) => p.number)),
    );
    const targeted = this.#scenario.services
      .filter(
        ({ namespace, selector }) =>
          namespace === workload.namespace && selects(selector, workload.pod.labels),
      )
      .flatMap(({ ports }) => ports.map(({ target_port }) => target_port))
      .filter((port) => !elsewhere.has(port));
    return [...new Set([...declared, ...targeted])];
  }

  /** One for each container of the manifests, drawn from in the order in which the containers start. */
  #stream(container: string): () => number {
    const existing = this.#streams.get(container);
    if (existing) return existing;
    const created = stream(this.#scenario.seed, 0, `embedded/${container}`);
    this.#streams.set(container, created);
    return created;
  }
}

/** The main process of a container. */
class ApplicationProcess {
  readonly #context: ProcessContext;
  readonly #program: Program;
  readonly #waiting: (() => void)[] = [];
  /** Requests not answered yet; each is broken off where the process ends. */
  readonly #begun = new Set<() => void>();
  #listeners: { close(): void }[] = [];
  #inService = 0;
  #onDrained: (() => void) | undefined;
  #stopping = false;
  #ended = false;
  /** While it is paused: ends with the pause. */
  #pause: PromiseWithResolvers<void> | undefined;

  constructor(context: ProcessContext, program: Program) {
    this.#context = context;
    this.#program = program;
  }

  get listening(): boolean {
    return this.#listeners.length > 0;
  }

  async run(): Promise<number> {
    try {
      await this.#context.sleep(this.#draw('start_time'));
      await this.awake;
      if (!this.#stopping) {
        this.#listeners = this.#program.ports.map((port) =>
          this.#context.listenHttp(port, () => this.#answer()),
        );
      }
      return await this.#context.waitUntilKilled();
    } finally {
      this.#end();
    }
  }

  /** Resolves when it is not paused. */
  get awake(): Promise<void> | undefined {
    return this.#pause?.promise;
  }

  /** SIGSTOP: connections are accepted for it, and nothing is answered; only SIGKILL reaches it. */
  pause(): boolean {
    if (this.#ended) return false;
    this.#pause ??= Promise.withResolvers();
    return true;
  }

  /** SIGCONT. */
  resume(): void {
    this.#pause?.resolve();
    this.#pause = undefined;
  }

  /** SIGTERM. */
  terminate(): void {
    if (this.#pause !== undefined) {
      void this.#pause.promise.then(() => this.terminate());
      return;
    }
    const { on_sigterm } = this.#program.application;
    if (this.#stopping || on_sigterm === 'ignore') return;
    this.#stopping = on_sigterm !== 'serve';
    if (this.#stopping) this.#closeListeners();
    this.#context.setTimeout(() => {
      if (on_sigterm === 'drain') this.#exitWhenDrained();
      else this.#exit(0);
    }, this.#draw('stop_time'));
  }

  /** SIGKILL. */
  kill(): boolean {
    if (this.#ended) return false;
    this.#exit(EXIT_CODE_SIGKILL);
    return true;
  }

  #answer(): Promise<HttpResponse> {
    return new Promise((resolve) => {
      const breakOff = () => resolve({ status: CONNECTION_BROKEN, body: '' });
      this.#begun.add(breakOff);
      void this.#work().then(async () => {
        await this.awake;
        this.#begun.delete(breakOff);
        resolve({ status: 200, body: 'ok\n' });
        if (this.#begun.size === 0) this.#onDrained?.();
      }, breakOff);
    });
  }

  /** One request's time in service, after those before it where all places are taken. */
  async #work(): Promise<void> {
    if (this.#inService >= this.#program.application.concurrency) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#inService += 1;
    try {
      const duration_ms = this.#draw('service_time');
      if (duration_ms > 0) await this.#context.sleep(duration_ms);
    } finally {
      this.#inService -= 1;
      this.#waiting.shift()?.();
    }
  }

  #exitWhenDrained(): void {
    // The last answer is on its way when this is called: it must not meet the end of the process.
    const exitSoon = () => this.#context.setTimeout(() => this.#exit(0), 0);
    if (this.#begun.size === 0) exitSoon();
    else this.#onDrained = exitSoon;
  }

  #exit(code: number): void {
    try {
      this.#context.exit(code);
    } catch {
      // How `exit` leaves the process it is called from; here it is called from outside.
    }
    this.#end();
  }

  #end(): void {
    this.#ended = true;
    this.#closeListeners();
    for (const breakOff of this.#begun) breakOff();
    this.#begun.clear();
  }

  #closeListeners(): void {
    for (const listener of this.#listeners) listener.close();
    this.#listeners = [];
  }

  #draw(duration: 'start_time' | 'service_time' | 'stop_time'): number {
    return sample_ms(this.#program.application[duration], this.#program.random);
  }
}

const containerKey = (podUid: string, container: string): string => `${podUid}/${container}`;

/** As the cluster splits it: at the colon after the last slash. */
function splitReference(reference: string): { name: string; version: string } {
  const colon = reference.lastIndexOf(':');
  return colon > reference.lastIndexOf('/')
    ? { name: reference.slice(0, colon), version: reference.slice(colon + 1) }
    : { name: reference, version: 'latest' };
}
