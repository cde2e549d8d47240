/** What manifests cannot say about a program. */
import { z } from 'zod';
import { constant, lognormal } from '../distribution.ts';
import type { Asked } from '../scenario.ts';
import { distribution } from './distribution.ts';
import { count, duration, positiveDuration, size } from './quantities.ts';

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

/** Of a program that looks names up, with the resolver's own defaults, for one name at one server (resolv.conf(5)). */
export const LOOKUP_DEFAULTS = {
  timeout: { value: 5000, text: '5s', source: 'resolv.conf(5), timeout: RES_TIMEOUT' },
  attempts: { value: 2, text: '2', source: 'resolv.conf(5), attempts: RES_DFLRETRY' },
} as const;

const DEFAULTS = { ...APPLICATION_DEFAULTS, ...INIT_DEFAULTS, ...LOOKUP_DEFAULTS };

const withDefault = (name: keyof typeof DEFAULTS, what: string): string =>
  `${what} Default: ${DEFAULTS[name].text} (${DEFAULTS[name].source}).`;

const ASKED = ['requests', 'startup', 'readiness', 'liveness'] as const satisfies readonly Asked[];

/** Beyond what any resolver does. */
const ATTEMPTS_MAX = 100;

const lookups = z
  .strictObject({
    for: z
      .array(z.enum(ASKED))
      .min(1)
      .describe('What it looks a name up for: requests, and probes by their kind. It must be there.'),
    timeout: positiveDuration
      .optional()
      .describe(withDefault('timeout', 'How long it waits for an answer before it asks again, or gives up.')),
    attempts: count
      .max(ATTEMPTS_MAX)
      .optional()
      .describe(withDefault('attempts', 'How often it asks, all names that it tries together.')),
  })
  .describe(
    'Says that the program can answer only once it has looked a name up in DNS, every time anew. Wanted for `dns-outage`, and used for nothing else.',
  );

export const application = z.strictObject({
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
  memory: size
    .optional()
    .describe(
      'Memory that the program holds while it listens. Wanted for `memory-stress`, and used for nothing else.',
    ),
  lookups: lookups.optional(),
  run_time: distribution
    .optional()
    .describe(withDefault('run_time', 'Init containers only: from the start of the program to its end.')),
  pre_stop: distribution
    .optional()
    .describe(
      'How long the preStop hook of the manifest takes; only for hooks that are not a plain sleep, which are read from the manifest.',
    ),
});
