/** The requests of a scenario. */
import { z } from 'zod';
import { kubernetesName, positiveDuration, rate } from './quantities.ts';

const EXPECTED_PORT = 'a port of the Service: its number from 1 to 65535, or its name';

export const load = z
  .strictObject({
    service: kubernetesName
      .optional()
      .describe('Name of the Service the requests are sent to. Default: the only Service of the manifests.'),
    port: z
      .union([z.number().int().min(1, EXPECTED_PORT).max(65_535, EXPECTED_PORT), z.string().min(1).max(63)], {
        error: EXPECTED_PORT,
      })
      .optional()
      .describe("Port of the Service, by number or name. Default: the Service's first."),
    path: z
      .string()
      .regex(/^\/[\x21-\x7e]*$/, { error: 'a path that begins with "/" and holds no spaces' })
      .default('/')
      .describe('Path and query of every request (GET).'),
    rate: rate.describe('Requests a second, sent on schedule whatever becomes of them (open loop).'),
    steps: z
      .array(
        z.strictObject({
          at: positiveDuration.describe('When, from the start of the trial; within the duration.'),
          rate: rate.describe('Requests a second from then on.'),
        }),
      )
      .max(1000)
      .default([])
      .describe('Later changes of the rate, in the order of time.'),
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
