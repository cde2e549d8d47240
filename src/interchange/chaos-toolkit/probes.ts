/**
 * Probes of experiments that say no more than a trial begins with: every replica is ready, the Service answers.
 * Functions are those of chaostoolkit-kubernetes 0.39.0 (chaosk8s/deployment/probes.py, statefulset/probes.py,
 * daemonset/probes.py).
 */
import { z } from 'zod';
import type { ManifestWorkload } from '../../scenario/manifest/workload.ts';
import type { Workload } from '../../scenario/scenario.ts';
import type { Path } from '../../scenario/yaml.ts';
import type { Fates, Reading } from '../reading.ts';
import { namedWorkload } from '../targets.ts';

/** By function: the kind that it looks at. */
const READY: Readonly<Record<string, string>> = {
  'chaosk8s.deployment.probes.deployment_available_and_healthy': 'Deployment',
  'chaosk8s.deployment.probes.deployment_fully_available': 'Deployment',
  'chaosk8s.statefulset.probes.statefulset_fully_available': 'StatefulSet',
  'chaosk8s.daemonset.probes.daemon_set_available_and_healthy': 'DaemonSet',
  'chaosk8s.daemonset.probes.daemon_set_fully_available': 'DaemonSet',
};

/** Whether every replica of a workload is ready; undefined for kinds that chaosk8s has no such probe of. */
export function readyProbe({ kind, name, namespace }: Workload): object | undefined {
  const [module, func] = {
    Deployment: ['chaosk8s.deployment.probes', 'deployment_fully_available'],
    StatefulSet: ['chaosk8s.statefulset.probes', 'statefulset_fully_available'],
    DaemonSet: ['chaosk8s.daemonset.probes', 'daemon_set_fully_available'],
    Job: [],
  }[kind];
  if (module === undefined) return undefined;
  return {
    type: 'probe',
    name: `every replica of ${kind} ${name} is available`,
    tolerance: true,
    provider: { type: 'python', module, func, arguments: { name, ns: namespace } },
  };
}

export interface AnsweringService {
  readonly service: string;
  readonly namespace: string;
  readonly port: number;
  readonly path: string;
}

/** A request by way of the API server, which is in reach wherever kubectl works; exit code 0 where it is answered. */
export function answersProbe({ service, namespace, port, path }: AnsweringService): {
  readonly name: string;
  readonly [field: string]: unknown;
} {
  const url = `/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy${path}`;
  return {
    type: 'probe',
    name: `Service ${service} answers`,
    provider: { type: 'process', path: 'kubectl', arguments: ['get', '--raw', url], timeout: 10 },
  };
}

/** What was learnt of the load from probes. */
export type LoadHints = Record<string, unknown>;

const PROBE_FIELDS: Fates = {
  type: 'read',
  name: 'read',
  provider: 'read',
  tolerance: 'read',
  pauses: 'read',
  background: 'read',
  controls: { refuses: 'a scenario has none' },
  configuration: { refuses: 'write the values in place' },
  secrets: { leaves_out: 'how Chaos Toolkit reaches the cluster; foreshock uses the kubeconfig' },
};

/**
 * A probe of the hypothesis, or of the method. What it asks of HTTP goes to `load`, since every request of the load asks
 * the same; what no trial asks is refused.
 */
export function readProbe(
  reading: Reading,
  path: Path,
  workloads: readonly ManifestWorkload[],
  load: LoadHints,
): void {
  reading.fields(path, PROBE_FIELDS);
  const at = [...path, 'provider'];
  const provider = reading.get(z.looseObject({ type: z.enum(['python', 'process', 'http']) }), at);
  if (provider === undefined) return;
  if (provider.type === 'python') readReady(reading, at, workloads);
  else if (provider.type === 'process') readRaw(reading, at);
  else readHttp(reading, path, load);
}

const NAMED = z.looseObject({ name: z.string().min(1), ns: z.string().min(1).default('default') });

function readReady(reading: Reading, path: Path, workloads: readonly ManifestWorkload[]): void {
  const provider = reading.get(z.looseObject({ module: z.string(), func: z.string() }), path);
  if (provider === undefined) return;
  const func = `${provider.module}.${provider.func}`;
  const kind = Object.hasOwn(READY, func) ? READY[func] : undefined;
  if (kind === undefined) {
    reading.refuse([...path, 'func'], {
      message: `what ${func} asks is not asked of a trial`,
      expected: `one of ${Object.keys(READY).join(', ')}`,
    });
    return;
  }
  const args = reading.get(NAMED, [...path, 'arguments']);
  reading.fields([...path, 'arguments'], {
    name: 'read',
    ns: 'read',
    label_selector: { refuses: 'name the workload' },
    timeout: { leaves_out: 'a trial waits until every replica is ready' },
    raise_on_unavailable: { leaves_out: 'a trial does not begin before' },
    raise_on_not_fully_available: { leaves_out: 'a trial does not begin before' },
    secrets: { leaves_out: 'how Chaos Toolkit reaches the cluster; foreshock uses the kubeconfig' },
  });
  if (args === undefined) return;
  const wanted = { name: args.name, namespace: args.ns, kind };
  namedWorkload(wanted, workloads, reading, [...path, 'arguments', 'name']);
}

/** The request that an export of ours asks for: every request of the load asks the same. */
function readRaw(reading: Reading, path: Path): void {
  const args = reading.value([...path, 'arguments']);
  const [verb, raw, url] = Array.isArray(args) ? args.map(String) : [];
  const isRequest = /^\/api\/v1\/namespaces\/[^/]+\/services\/[^/]+\/proxy\//.test(url ?? '');
  if (reading.value([...path, 'path']) === 'kubectl' && verb === 'get' && raw === '--raw' && isRequest)
    return;
  reading.refuse(path, {
    message: 'what this process asks is not known here',
    expected: '`kubectl get --raw /api/v1/namespaces/NAMESPACE/services/NAME:PORT/proxy/PATH`',
  });
}

const STATUS = z.number().int().min(100).max(599);
const HTTP = z.looseObject({
  provider: z.looseObject({
    url: z.string().refine((text) => URL.canParse(text), { error: 'a URL' }),
    timeout: z.number().gt(0).max(86_400).nullish(),
  }),
  tolerance: z
    .union([STATUS.transform((status) => [status]), z.array(STATUS).min(1)], {
      error: 'a status such as 200, or a list of them',
    })
    .default([200]),
});

function readHttp(reading: Reading, path: Path, load: LoadHints): void {
  const probe = reading.get(HTTP, path);
  reading.fields([...path, 'provider'], {
    type: 'read',
    url: 'read',
    timeout: 'read',
    method: 'read',
    verify_tls: { refuses: 'the load is plain HTTP' },
    headers: { refuses: 'requests of the load have none of their own' },
    arguments: { refuses: 'write the query into the URL' },
    expected_status: { refuses: 'say it as `tolerance`' },
  });
  const method = reading.value([...path, 'provider', 'method']) ?? 'GET';
  if (method !== 'GET') {
    reading.refuse([...path, 'provider', 'method'], {
      message: 'the load sends no such requests',
      expected: 'GET',
    });
  }
  if (probe === undefined) return;
  const { pathname, search, protocol } = new URL(probe.provider.url);
  if (protocol !== 'http:') {
    reading.refuse([...path, 'provider', 'url'], {
      message: `the load does not speak ${protocol}`,
      expected: 'http:',
    });
  }
  const asks = {
    path: `${pathname}${search}`,
    // Of a list any one, two of them included (chaoslib/hypothesis.py within_tolerance).
    expected_status: probe.tolerance,
    ...(probe.provider.timeout == null ? {} : { timeout: `${probe.provider.timeout}s` }),
  };
  for (const [field, value] of Object.entries(asks)) {
    if (Object.hasOwn(load, field) && JSON.stringify(load[field]) !== JSON.stringify(value)) {
      reading.refuse([...path, 'provider'], {
        message: `another probe asks for another ${field}: the load sends one kind of request`,
        expected: 'one probe of HTTP',
      });
      return;
    }
  }
  Object.assign(load, asks);
  reading.leaveOut([...path, 'provider', 'url'], 'its host; requests go to the Service of the load');
}
