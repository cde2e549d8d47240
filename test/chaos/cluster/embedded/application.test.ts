import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Applications, CONNECTION_BROKEN } from '../../../../src/chaos/cluster/embedded/application.ts';
import type {
  HttpResponse,
  Image,
  ProcessContext,
  Webernetes,
} from '../../../../src/chaos/cluster/embedded/webernetes.ts';
import { constant, uniform } from '../../../../src/scenario/distribution.ts';
import type { Application, Scenario } from '../../../../src/scenario/scenario.ts';
import { LABELS, NAMESPACE } from '../../../conformance/manifests.ts';
import { scenario } from '../../../conformance/scenario.ts';

/** A container's process, with time that the test moves. */
class FakeProcess {
  readonly listening = new Map<number, () => Promise<HttpResponse>>();
  exitCode: number | undefined;
  #killed = Promise.withResolvers<number>();

  readonly context: ProcessContext = {
    container: { name: 'nginx', command: [], args: [], ports: [{ containerPort: 80 }] },
    pod: { uid: 'uid-1', name: 'web-1', namespace: NAMESPACE, labels: new Map(Object.entries(LABELS)) },
    listenHttp: (port, handler) => {
      this.listening.set(port, handler);
      return { close: () => this.listening.delete(port) };
    },
    sleep: (duration_ms) =>
      new Promise((resolve, reject) => {
        setTimeout(resolve, duration_ms);
        void this.#killed.promise.then(() => reject(new Error('process exited')));
      }),
    setTimeout: (callback, delay_ms) => Number(setTimeout(callback, delay_ms)),
    waitUntilKilled: () => this.#killed.promise,
    exit: (code) => {
      this.exitCode ??= code;
      this.#killed.resolve(code);
      throw new Error('process exited');
    },
  };

  request(port = 80): Promise<HttpResponse> {
    const handler = this.listening.get(port);
    if (!handler) throw new Error('connection refused');
    return handler();
  }
}

class BaseImage implements Image {
  /** Webernetes' own, of which only `sleep` is used. */
  async exec(context: ProcessContext, argv: readonly string[]): Promise<number> {
    await context.sleep(Number(argv.at(-1)?.split(' ').at(-1)) * 1000);
    return 0;
  }
}
const webernetes = { BaseImage } as unknown as Webernetes;

type Described = Pick<Scenario, 'seed' | 'workloads' | 'services'>;

function scenarioWith(application: Partial<Application>): Described {
  const base = scenario();
  const [workload] = base.workloads;
  const [container] = workload!.pod.containers;
  const changed = { ...container!, application: { ...container!.application, ...application } };
  return { ...base, workloads: [{ ...workload!, pod: { ...workload!.pod, containers: [changed] } }] };
}

/** Starts one container; the exit code of its program comes later. */
function start(described: Described, applications = new Applications(described)) {
  const process = new FakeProcess();
  const image = new (applications.image('nginx:1.25', webernetes))();
  image.exec(process.context, ['application']).catch(() => undefined);
  return { process, image, applications, terminate: () => image.signalHandler?.(process.context, 'SIGTERM') };
}

describe('an application of the embedded cluster', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const pass = (duration_ms: number) => vi.advanceTimersByTimeAsync(duration_ms);

  it('listens after its start time, and not before', async () => {
    const { process } = start(scenarioWith({ start_time: constant(500) }));
    await pass(499);
    expect(process.listening.size).toBe(0);
    await pass(1);
    expect(await process.request()).toMatchObject({ status: 200 });
  });

  it('draws the same start times under the same seed', async () => {
    const startTimes = async (seed: string): Promise<number[]> => {
      const described = { ...scenarioWith({ start_time: uniform(100, 900) }), seed };
      const applications = new Applications(described);
      const times: number[] = [];
      for (let pod = 0; pod < 3; pod += 1) {
        const { process } = start(described, applications);
        const begin = Date.now();
        while (process.listening.size === 0) await pass(1);
        times.push(Date.now() - begin);
      }
      return times;
    };
    const once = await startTimes('a');
    expect(new Set(once).size).toBe(3);
    expect(await startTimes('a')).toEqual(once);
    expect(await startTimes('b')).not.toEqual(once);
  });

  it('listens on the ports that Services send to, though the manifest declares others', async () => {
    const service = {
      name: 'web',
      namespace: NAMESPACE,
      position: { file: '', line: 1, column: 1 },
      type: 'ClusterIP' as const,
      selector: LABELS,
      ports: [{ name: undefined, port: 80, target_port: 8080, node_port: undefined }],
      is_headless: false,
      publish_not_ready_addresses: false,
      session_affinity_s: undefined,
      external_traffic_policy: 'Cluster' as const,
      traffic_distribution: undefined,
    };
    const { process } = start({ ...scenarioWith({}), services: [service] });
    await pass(1000);
    expect([...process.listening.keys()].sort()).toEqual([80, 8080]);
  });

  it('takes its service time for each request, as many at once as it can', async () => {
    const { process } = start(scenarioWith({ service_time: constant(100), concurrency: 2 }));
    await pass(1000);
    const begin = Date.now();
    const answered = Promise.all(
      [0, 1, 2].map(async () => {
        await process.request();
        return Date.now() - begin;
      }),
    );
    await pass(300);
    expect(await answered).toEqual([100, 100, 200]);
  });

  it('that exits on SIGTERM refuses at once and ends after its stop time', async () => {
    const { process, terminate } = start(scenarioWith({ on_sigterm: 'exit', stop_time: constant(50) }));
    await pass(1000);
    terminate();
    expect(process.listening.size).toBe(0);
    await pass(49);
    expect(process.exitCode).toBeUndefined();
    await pass(1);
    expect(process.exitCode).toBe(0);
  });

  it('that exits on SIGTERM never listens where it was still starting', async () => {
    const { process, terminate } = start(
      scenarioWith({ start_time: constant(500), stop_time: constant(5000) }),
    );
    terminate();
    await pass(1000);
    expect(process.listening.size).toBe(0);
  });

  it('that drains on SIGTERM answers what it has begun, then ends', async () => {
    const { process, terminate } = start(
      scenarioWith({
        on_sigterm: 'drain',
        stop_time: constant(50),
        service_time: constant(200),
        concurrency: 1,
      }),
    );
    await pass(1000);
    const begun = [process.request(), process.request()];
    terminate();
    expect(process.listening.size).toBe(0);
    await pass(390);
    expect(process.exitCode).toBeUndefined();
    await pass(20);
    expect(await Promise.all(begun)).toMatchObject([{ status: 200 }, { status: 200 }]);
    expect(process.exitCode).toBe(0);
  });

  it('that serves on SIGTERM answers until its stop time is over', async () => {
    const { process, terminate } = start(scenarioWith({ on_sigterm: 'serve', stop_time: constant(500) }));
    await pass(1000);
    terminate();
    await pass(499);
    expect(await process.request()).toMatchObject({ status: 200 });
    await pass(1);
    expect(process.exitCode).toBe(0);
    expect(process.listening.size).toBe(0);
  });

  it('that ignores SIGTERM goes on', async () => {
    const { process, terminate } = start(scenarioWith({ on_sigterm: 'ignore' }));
    await pass(1000);
    terminate();
    await pass(60_000);
    expect(process.exitCode).toBeUndefined();
    expect(await process.request()).toMatchObject({ status: 200 });
  });

  it('that is killed ends as by SIGKILL and breaks the connections it had', async () => {
    const { process, applications } = start(scenarioWith({ service_time: constant(200) }));
    await pass(1000);
    const begun = process.request();
    await pass(10);
    expect(applications.kill('uid-1', 'nginx')).toBe(true);
    expect(await begun).toMatchObject({ status: CONNECTION_BROKEN });
    expect(process.exitCode).toBe(137);
    expect(process.listening.size).toBe(0);
    expect(applications.kill('uid-1', 'nginx')).toBe(false);
  });

  it('succeeds in exec probes exactly while it listens, and sleeps where a hook says so', async () => {
    const { process, image } = start(scenarioWith({ start_time: constant(500) }));
    const probe = () => image.exec(process.context, ['cat', '/tmp/ready']);
    expect(await probe()).toBe(1);
    await pass(500);
    expect(await probe()).toBe(0);
    const slept = vi.fn();
    void image.exec(process.context, ['/bin/sh', '-c', 'sleep 5']).then(slept);
    await pass(4999);
    expect(slept).not.toHaveBeenCalled();
    await pass(1);
    expect(slept).toHaveBeenCalledWith(0);
  });

  it.each([
    ['nginx', 'nginx', 'latest'],
    ['nginx:1.17.10', 'nginx', '1.17.10'],
    ['registry:5000/team/app', 'registry:5000/team/app', 'latest'],
    ['registry:5000/team/app:2', 'registry:5000/team/app', '2'],
    ['app@sha256:abc', 'app@sha256', 'abc'],
  ])('runs under the image name %s', (reference, imageName, imageVersion) => {
    const image = new Applications(scenario()).image(reference, webernetes);
    expect([image.imageName, image.imageVersion]).toEqual([imageName, imageVersion]);
  });

  describe('that is paused', () => {
    const TIMES = {
      start_time: constant(1000),
      service_time: constant(10),
      stop_time: constant(50),
    } as const;
    const paused = async (application: Partial<Application> = {}) => {
      const started = start(scenarioWith({ ...TIMES, on_sigterm: 'exit', ...application }));
      await pass(2000);
      expect(started.applications.pause('uid-1', 'nginx')).toBe(true);
      return started;
    };

    it('takes connections and answers none of them until it is resumed, then all', async () => {
      const { process, applications } = await paused();
      const answers: HttpResponse[] = [];
      void process.request().then((answer) => answers.push(answer));
      await pass(60_000);
      expect(answers).toEqual([]);
      applications.resume('uid-1', 'nginx');
      await pass(0);
      expect(answers).toMatchObject([{ status: 200 }]);
      void process.request().then((answer) => answers.push(answer));
      await pass(10);
      expect(answers).toHaveLength(2);
    });

    it('hears SIGTERM when it is resumed', async () => {
      const { process, applications, terminate } = await paused();
      terminate();
      await pass(10_000);
      expect([process.exitCode, process.listening.size]).toEqual([undefined, 1]);
      applications.resume('uid-1', 'nginx');
      await pass(50);
      expect([process.exitCode, process.listening.size]).toEqual([0, 0]);
    });

    it('is killed by SIGKILL, which breaks what it had begun', async () => {
      const { process, applications } = await paused();
      const answer = process.request();
      await pass(100);
      expect(applications.kill('uid-1', 'nginx')).toBe(true);
      expect((await answer).status).toBe(CONNECTION_BROKEN);
      expect(process.exitCode).toBe(137);
    });

    it('does not begin to listen while it is paused', async () => {
      const { process, applications } = start(scenarioWith(TIMES));
      await pass(500);
      applications.pause('uid-1', 'nginx');
      await pass(5000);
      expect(process.listening.size).toBe(0);
      applications.resume('uid-1', 'nginx');
      await pass(0);
      expect(process.listening.size).toBe(1);
    });

    it('must be there to be paused; to be resumed it need not', () => {
      const applications = new Applications(scenarioWith(TIMES));
      expect(applications.pause('uid-1', 'nginx')).toBe(false);
      applications.resume('uid-1', 'nginx');
    });
  });
});
