/**
 * The format of a scenario file, in one place: it checks files, gives them their types, and becomes the JSON
 * Schema that editors use (tools/write-schema.ts). What a field alone cannot say, such as that a fault falls
 * within the load's duration, is checked in resolve.ts.
 *
 * Each `error` says what was *expected*; issues.ts adds what was found, and where.
 */
import { z } from 'zod';
import { constant, type Distribution, lognormal } from './distribution.ts';
import { distributionText } from './distribution-text.ts';
import { NODES_DEFAULT } from './nodes.ts';
import { TIMING, type Timing, type TimingName } from './timing.ts';
import { DURATION, durationToMs, PERCENTAGE, percentageToFraction, RATE, rateToPerSecond } from './units.ts';

export const SCENARIO_VERSION = 'foreshock/v1';

const EXPECTED = {
  duration: 'a duration with its unit, such as 500ms, 2s or 1m30s',
  wholeSeconds: 'a duration of whole seconds, such as 0s or 30s',
  distribution: `a duration such as 2s, or a distribution such as {uniform: {min: 1s, max: 3s}}`,
  rate: 'requests a second above 0, at most 100000, such as 100 or 100/s',
  fraction: 'a percentage of at most 100 such as 99.9%, or a fraction of at most 1 such as 0.999',
  kubernetes: 'a version of Kubernetes in quotes, from "1.26" to "1.36"',
  port: 'a port of the Service: its number from 1 to 65535, or its name',
  name: 'a name as Kubernetes takes it: lower-case letters, digits, "-" and "."',
} as const;

const RATE_MAX_PER_S = 100_000;
const DURATION_MAX_MS = 366 * 24 * 3_600_000;

/** A duration, in milliseconds. */
const duration = z
  .string({ error: EXPECTED.duration })
  .regex(DURATION, { error: EXPECTED.duration })
  .transform(durationToMs)
  .refine((value_ms) => value_ms <= DURATION_MAX_MS, { error: `${EXPECTED.duration}, of at most a year` })
  .meta({ id: 'duration', description: 'A duration with its unit: 500ms, 2s, 1m30s.' });

const positiveDuration = duration.refine((value_ms) => value_ms > 0, {
  error: `${EXPECTED.duration}, longer than 0s`,
});

const wholeSeconds = z
  .string({ error: EXPECTED.wholeSeconds })
  .regex(DURATION, { error: EXPECTED.wholeSeconds })
  .transform((text) => durationToMs(text) / 1000)
  .refine((value_s) => Number.isInteger(value_s) && value_s <= DURATION_MAX_MS / 1000, {
    error: EXPECTED.wholeSeconds,
  });

/** A mapping with exactly one of these keys, like `{uniform: {...}}`. */
function oneOf<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape, error: string) {
  const optional = Object.fromEntries(
    Object.entries(shape).map(([key, schema]) => [key, schema.optional()]),
  ) as { [Key in keyof Shape]: z.ZodOptional<Shape[Key]> };
  return z
    .strictObject(optional)
    .refine((value) => Object.keys(value).length === 1, { error })
    .meta({ minProperties: 1, maxProperties: 1 });
}

const distribution = z
  .union(
    [
      duration.transform((value_ms) => constant(value_ms)),
      oneOf(
        {
          uniform: z
            .strictObject({ min: duration, max: duration })
            .refine(({ min, max }) => min <= max, { error: 'a max that is not below min' })
            .transform(({ min, max }): Distribution => ({ kind: 'uniform', min_ms: min, max_ms: max }))
            .describe('Every value from min to max is equally likely.'),
          normal: z
            .strictObject({ mean: duration, sd: duration })
            .transform(({ mean, sd }): Distribution => ({ kind: 'normal', mean_ms: mean, sd_ms: sd }))
            .describe('Mean and standard deviation; what falls below zero is taken as 0.'),
          lognormal: z
            .strictObject({
              median: positiveDuration,
              sigma: z
                .number()
                .min(0)
                .max(5)
                .describe('Standard deviation of the natural logarithm, without unit; 0.3 is about ±30 %.'),
            })
            .transform(({ median, sigma }) => lognormal(median, sigma))
            .describe('Half of the values are below the median; a long tail above.'),
          exponential: z
            .strictObject({ mean: positiveDuration })
            .transform(({ mean }): Distribution => ({ kind: 'exponential', mean_ms: mean }))
            .describe('Without memory; often near 0, sometimes several times the mean.'),
          empirical: z
            .array(duration)
            .min(1)
            .max(10_000)
            .transform((values_ms): Distribution => ({ kind: 'empirical', values_ms }))
            .describe('Measured values, each equally likely.'),
        },
        'exactly one of uniform, normal, lognormal, exponential, empirical',
      ).transform(
        (families): Distribution => Object.values(families).find((family) => family !== undefined)!,
      ),
    ],
    { error: EXPECTED.distribution },
  )
  .meta({ id: 'distribution', description: 'A duration that may vary: one value, or a distribution.' });

const rate = z
  .union(
    [
      z.number({ error: EXPECTED.rate }).gt(0).max(RATE_MAX_PER_S),
      z.string({ error: EXPECTED.rate }).regex(RATE).transform(rateToPerSecond),
    ],
    { error: EXPECTED.rate },
  )
  .refine((value) => value > 0 && value <= RATE_MAX_PER_S, { error: EXPECTED.rate })
  .meta({ id: 'rate', description: 'Requests a second: 100 or 100/s.' });

/** A share, as a fraction in [0, 1]. */
const fraction = z
  .union(
    [
      z.number().min(0, { error: EXPECTED.fraction }).max(1, { error: EXPECTED.fraction }),
      z.string().regex(PERCENTAGE).transform(percentageToFraction),
    ],
    {
      error: EXPECTED.fraction,
    },
  )
  .refine((value) => value <= 1, { error: EXPECTED.fraction })
  .meta({ id: 'fraction', description: 'A percentage such as 99.9%, or a fraction such as 0.999.' });

const KUBERNETES_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const kubernetesName = z.string({ error: EXPECTED.name }).max(253).regex(KUBERNETES_NAME, {
  error: EXPECTED.name,
});

const count = z.number().int().min(1);

/** Assumptions about a program nothing is said about; every prediction lists them. */
export const APPLICATION_DEFAULTS = {
  start_time: {
    value: lognormal(50, 0.3),
    text: 'lognormal with a median of 50ms and sigma 0.3',
    source: 'assumption: a small server that loads little',
  },
  service_time: { value: constant(1), text: '1ms', source: 'assumption: a static page' },
  concurrency: {
    value: 512,
    text: '512',
    source: "nginx's default of worker_connections (nginx.org, ngx_core_module)",
  },
  on_sigterm: { value: 'exit', text: 'exit', source: "assumption: SIGTERM's default action, signal(7)" },
  stop_time: { value: constant(10), text: '10ms', source: 'assumption: nothing to save' },
  cpu_per_request: { value: 1, text: '1ms', source: 'assumption: a static page' },
} as const;

/** The same for init containers. */
export const INIT_DEFAULTS = {
  run_time: {
    value: lognormal(100, 0.5),
    text: 'lognormal with a median of 100ms and sigma 0.5',
    source: 'assumption: a script that finds everything in place',
  },
} as const;

const DEFAULTS = { ...APPLICATION_DEFAULTS, ...INIT_DEFAULTS };

const withDefault = (name: keyof typeof DEFAULTS, what: string): string =>
  `${what} Default: ${DEFAULTS[name].text} (${DEFAULTS[name].source}).`;

const application = z.strictObject({
  start_time: distribution
    .optional()
    .describe(withDefault('start_time', 'From the start of the program to its listening.')),
  service_time: distribution
    .optional()
    .describe(withDefault('service_time', 'Time a replica spends on one request.')),
  concurrency: count
    .max(1_000_000)
    .optional()
    .describe(withDefault('concurrency', 'Requests a replica works on at once.')),
  on_sigterm: z
    .enum(['exit', 'drain', 'serve', 'ignore'])
    .optional()
    .describe(
      withDefault(
        'on_sigterm',
        'What the program does when it is asked to end. exit: stops listening and ends after stop_time. ' +
          'drain: stops listening at once, finishes the requests it has, ends after stop_time. ' +
          'serve: goes on accepting until stop_time is over. ignore: goes on until SIGKILL.',
      ),
    ),
  stop_time: distribution
    .optional()
    .describe(withDefault('stop_time', 'From SIGTERM to the end of the program.')),
  cpu_per_request: duration
    .optional()
    .describe(
      withDefault('cpu_per_request', 'Processor time of one request, what an autoscaler on CPU sees.'),
    ),
  run_time: distribution
    .optional()
    .describe(withDefault('run_time', 'Init containers only: from the start of the program to its end.')),
  pre_stop: distribution
    .optional()
    .describe(
      'How long the preStop hook of the manifest takes; only for hooks that are not a plain sleep, which are read from the manifest.',
    ),
});

const timing = z
  .strictObject(
    Object.fromEntries(
      Object.entries(TIMING).map(([name, timer]) => [
        name,
        distribution
          .default(timer.default)
          .describe(
            `${capitalised(timer.what)}. Default: ${distributionText(timer.default)} (${timer.source}).`,
          ),
      ]),
    ) as Record<TimingName, z.ZodDefault<typeof distribution>>,
  )
  .transform((timers): Timing => timers);

const load = z
  .strictObject({
    service: kubernetesName
      .optional()
      .describe('Name of the Service the requests are sent to. Default: the only Service of the manifests.'),
    port: z
      .union([z.number().int().min(1, EXPECTED.port).max(65_535, EXPECTED.port), z.string().min(1).max(63)], {
        error: EXPECTED.port,
      })
      .optional()
      .describe("Port of the Service, by number or name. Default: the Service's first."),
    path: z
      .string()
      .regex(/^\/[\x21-\x7e]*$/, { error: 'a path that begins with "/" and holds no spaces' })
      .default('/')
      .describe('Path and query of every request (GET).'),
    rate: rate.describe('Requests a second, sent on schedule whatever becomes of them (open loop).'),
    arrivals: z
      .enum(['constant', 'poisson'])
      .default('constant')
      .describe('constant: evenly spaced. poisson: exponential gaps, drawn from the seed.'),
    duration: positiveDuration.describe('The observation window U: requests are scheduled throughout it.'),
    timeout: positiveDuration
      .default(1000)
      .describe('How long a client waits, from the intended send time. Default: 1s.'),
    latency_limit: positiveDuration
      .optional()
      .describe('An answer later than this, from its intended send time, is bad. Default: timeout.'),
    expected_status: z
      .array(z.number().int().min(100).max(599))
      .min(1)
      .default([200])
      .describe('HTTP statuses of a good answer. Default: [200].'),
    connections: z
      .enum(['per-request', 'keep-alive'])
      .default('per-request')
      .describe('per-request: a new connection for each. keep-alive: connections are used again.'),
    source_ports: z
      .enum(['own', 'kernel'])
      .default('own')
      .describe(
        'own: source ports come round only after connection tracking has forgotten them. kernel: the operating system picks.',
      ),
    resolve: z
      .enum(['address', 'dns'])
      .default('address')
      .describe(
        "How the client finds the Service. address: by its address. dns: by its name in the cluster's DNS, the only way to a headless Service.",
      ),
  })
  .describe('The requests that are sent, and when an answer counts as good.');

const faultFields = {
  workload: kubernetesName
    .optional()
    .describe('Name of the Deployment whose pods are candidates. Default: the only Deployment.'),
  mode: z
    .enum(['one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'])
    .default('one')
    .describe(
      "How many pods, with Chaos Mesh's words: one, all, fixed (`value` of them), fixed-percent (`value` % of them, rounded down), random-max-percent (at most `value` % of them).",
    ),
  value: z
    .union([count, z.string().regex(PERCENTAGE)], {
      error: 'a whole number of pods above 0, or a percentage such as 50%',
    })
    .optional()
    .describe('Number of pods for `fixed`; percent for the percent modes: 50 or 50%.'),
  at: duration.describe('When it acts, from the start of the trial; within the duration of the load.'),
  repeat: z
    .strictObject({
      every: positiveDuration.describe('From one act to the next.'),
      times: count
        .max(1000)
        .optional()
        .describe('How many acts in all, the first included. Default: until the load ends.'),
    })
    .optional()
    .describe('Acts again and again; victims are chosen anew each time.'),
};

const podKill = z
  .strictObject({
    ...faultFields,
    grace_period: wholeSeconds
      .optional()
      .describe(
        "Grace period of the deletion. Default: the pod's own. 0s: forced, the pod object goes at once.",
      ),
  })
  .describe('Deletes pods through the API.');

const containerKill = z
  .strictObject({
    ...faultFields,
    container: kubernetesName.optional().describe('Name of the container. Default: the only one of the pod.'),
  })
  .describe('SIGKILLs the main process of a container; the pod stays.');

export const FAULTS = ['pod-kill', 'container-kill'] as const;

const fault = oneOf(
  { 'pod-kill': podKill, 'container-kill': containerKill },
  `exactly one fault an item: ${FAULTS.join(' or ')}`,
);

const objectives = z
  .strictObject({
    availability_time: fraction.optional().describe('At least this share of the time without an outage.'),
    availability_requests: fraction.optional().describe('At least this share of the requests good.'),
    downtime: duration.optional().describe('At most this much downtime in all.'),
    throughput: rate.optional().describe('At least this many good requests a second.'),
    latency_p99: positiveDuration.optional().describe('99 % of the answers at most this late.'),
  })
  .describe('What must hold, in the prediction and in the measurement; each is optional.');

export const scenarioSchema = z
  .strictObject({
    version: z.literal(SCENARIO_VERSION).describe('Version of this format.'),
    name: z
      .string()
      .regex(/^[^\p{Cc}/\\]{1,100}$/u, {
        error: 'a name of at most 100 characters, on one line, without slashes',
      })
      .optional()
      .describe("Name in reports. Default: the file's name."),
    description: z.string().default('').describe('What it is about, for people.'),
    manifests: z
      .array(z.string().min(1))
      .min(1)
      .describe('Kubernetes manifests: files, or folders of .yaml and .yml files; relative to this file.'),
    cluster: z
      .strictObject({
        kubernetes: z
          .string({ error: EXPECTED.kubernetes })
          .regex(/^1\.(2[6-9]|3[0-6])$/, { error: EXPECTED.kubernetes })
          .transform(minorOf)
          .default(35)
          .describe('Version whose defaults the prediction uses, in quotes: "1.35" (the default).'),
        nodes: count.max(5000).default(NODES_DEFAULT).describe('Nodes the scheduler can use. Default: 2.'),
      })
      .prefault({})
      .describe('The cluster the prediction is for.'),
    applications: z
      .record(z.string(), application)
      .default({})
      .describe(
        'What manifests cannot say about the programs: by name of the workload, or workload/container where its pods have several containers; init containers always as workload/container.',
      ),
    timing: timing.prefault({}).describe("Kubernetes' timers and delays, where they are not the defaults."),
    load,
    faults: z.array(fault).default([]).describe('What is broken, and when.'),
    objectives: objectives.prefault({}),
    trials: z
      .strictObject({
        predict: count.max(1_000_000).default(1000).describe('Simulated trials. Default: 1000.'),
        measure: count.max(1000).default(3).describe('Trials on the cluster. Default: 3.'),
      })
      .prefault({})
      .describe('How often the scenario is run by each arm.'),
    seed: z
      .union([z.number().int(), z.string().min(1).max(100)], { error: 'a whole number or a text' })
      .transform(String)
      .default('1')
      .describe('Decides all luck: the same seed gives the same prediction and the same victims.'),
  })
  .meta({ title: 'foreshock scenario', description: 'Faults, load and objectives of one experiment.' });

export type ScenarioFile = z.output<typeof scenarioSchema>;
export type ScenarioInput = z.input<typeof scenarioSchema>;

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
