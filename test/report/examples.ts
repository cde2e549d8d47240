/** Results made by hand, as the arms would deliver them, for the tests of the reports. */
import type { Results } from '../../src/report/model.ts';
import type {
  Judgement,
  Measured,
  Measurement,
  Metric,
  MetricVerdict,
  ObjectiveResult,
  Predicted,
  Prediction,
  Verdict,
} from '../../src/timeline/verdict.ts';

const WINDOW_S = 30;
const FAULT_S = 5;

const predicted = (
  mean: number,
  half_ci: number,
  pi90: readonly [number, number],
): { readonly predicted: Predicted } => ({
  predicted: {
    mean,
    ci95: [mean - half_ci, mean + half_ci],
    sd: Number(((half_ci * Math.sqrt(1000)) / 1.96).toPrecision(3)),
    pi90,
    trials: 1000,
  },
});

const measured = (...values: number[]): { readonly measured: Measured } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  const half = values.length > 1 ? (4.303 * sd) / Math.sqrt(values.length) : 0;
  return { measured: { mean, ci95: [mean - half, mean + half], values } };
};

/** Down from the fault, back between 1.9 and 3.4 s later. */
function downShare(): Prediction['down_share'] {
  const step_ms = 50;
  const share = Array.from({ length: (WINDOW_S * 1000) / step_ms }, (_, index) => {
    const since_s = (index * step_ms) / 1000 - FAULT_S;
    if (since_s < 0) return 0;
    if (since_s < 1.9) return 1;
    const progress = (since_s - 1.9) / 1.5;
    return progress >= 1 ? 0 : Math.round((1 - progress ** 2 * (3 - 2 * progress)) * 1000) / 1000;
  });
  return { step_ms, share };
}

const objectives: readonly ObjectiveResult[] = [
  {
    metric: 'availability_time',
    target: 0.9,
    bound: 'at-least',
    predicted: 0.91393,
    measured: 0.90933,
    met: true,
  },
  { metric: 'downtime_s', target: 3, bound: 'at-most', predicted: 2.582, measured: 2.72, met: true },
];

export const prediction: Prediction = {
  schema: 'foreshock.prediction/v1',
  scenario: 'nginx-x2',
  seed: '1',
  version: '0.1.0',
  trials: 1000,
  stop: { by: 'trials', reached: 0.0108 },
  window_s: WINDOW_S,
  metrics: {
    downtime_s: predicted(2.582, 0.028, [1.98, 3.31]),
    failed_requests: predicted(258.2, 2.8, [198, 331]),
    availability_time: predicted(0.913933, 0.00093, [0.889667, 0.934]),
    availability_requests: predicted(0.913933, 0.00093, [0.889667, 0.934]),
    throughput_rps: predicted(91.39, 0.093, [88.97, 93.4]),
    latency_p50_ms: predicted(1.2, 0, [1.2, 1.2]),
    latency_p99_ms: predicted(1.9, 0.01, [1.7, 2.3]),
  },
  budget: [
    { mechanism: 'pod sandbox', seconds: 0.409 },
    { mechanism: 'application start', seconds: 1.052 },
    { mechanism: 'readiness probe', seconds: 0.121 },
    { mechanism: 'container start', seconds: 0.238 },
    { mechanism: 'kube-proxy sync', seconds: 0.552 },
    { mechanism: 'kubelet status and PLEG', seconds: 0.21 },
  ],
  platform: 'kubernetes',
  faults: [{ name: 'pod-kill', at_ms: 2000 }],
  down_share: downShare(),
  objectives: objectives.map(({ measured: _measured, ...objective }) => ({
    ...objective,
    measured: undefined,
    trials_met:
      objective.metric === 'downtime_s'
        ? { share: 0.874, ci95: [0.851, 0.893] }
        : { share: 0.812, ci95: [0.787, 0.835] },
  })),
  warnings: [],
  assumptions: [
    {
      name: 'kubelet_pleg_period',
      value: '1 s',
      source: 'Kubernetes 1.35 pkg/kubelet/kubelet.go genericPlegRelistPeriod',
    },
    {
      name: 'kube_proxy_min_sync_period',
      value: '1 s',
      source: 'Kubernetes 1.35 pkg/proxy/apis/config/v1alpha1/defaults.go',
    },
    { name: 'nginx start_time', value: 'uniform 0.9 s to 1.2 s', source: 'scenarios/nginx-x2.yaml:14:17' },
  ],
  ignored: ['ConfigMap nginx-conf (scenarios/manifests/nginx.yaml:41:1)'],
};

export const measurement: Measurement = {
  schema: 'foreshock.measurement/v1',
  scenario: 'nginx-x2',
  seed: '1',
  version: '0.1.0',
  where: 'kubernetes v1.35.4, 2 nodes',
  trials: 3,
  invalid_trials: [],
  window_s: WINDOW_S,
  metrics: {
    downtime_s: measured(2.51, 3.05, 2.6),
    failed_requests: measured(251, 305, 260),
    availability_time: measured(0.916333, 0.898333, 0.913333),
    availability_requests: measured(0.916333, 0.898333, 0.913333),
    throughput_rps: measured(91.63, 89.83, 91.33),
    latency_p50_ms: measured(1.4, 1.3, 1.5),
    latency_p99_ms: measured(2.1, 2, 2.2),
  },
  outages: [
    { trial: 0, outages: [{ begin_ms: 5010, end_ms: 7520, failed_requests: 251 }] },
    {
      trial: 1,
      outages: [
        { begin_ms: 5010, end_ms: 7960, failed_requests: 295 },
        { begin_ms: 8010, end_ms: 8110, failed_requests: 10 },
      ],
    },
    { trial: 2, outages: [{ begin_ms: 5020, end_ms: 7620, failed_requests: 260 }] },
  ],
  faults: [0, 1, 2].map((trial) => ({
    trial,
    name: 'pod-kill all nginx',
    begin_ms: 5000 + trial,
    end_ms: 5012 + trial,
    targets: ['nginx-7c5ddbdf54-x2k9p', 'nginx-7c5ddbdf54-zq4lw'],
  })),
  objectives: objectives.map(({ predicted: _predicted, ...objective }) => ({
    ...objective,
    predicted: undefined,
  })),
  notes: [
    'load reached the Service by NodePort 30080 of node-1, 198.18.0.11',
    'source ports walk through the ephemeral range, so no connection tracking entry is met twice',
  ],
};

function metricVerdicts(
  from: Prediction,
  against: Measurement,
  judge: (metric: Metric) => { verdict: Judgement; reason: string },
): Partial<Record<Metric, MetricVerdict>> {
  return Object.fromEntries(
    Object.entries(from.metrics).map(([metric, prediction_]) => [
      metric,
      {
        predicted: prediction_.predicted,
        measured: against.metrics[metric as Metric]?.measured,
        ...judge(metric as Metric),
      },
    ]),
  );
}

const agreeing: Verdict = {
  schema: 'foreshock.verdict/v1',
  scenario: 'nginx-x2',
  seed: '1',
  version: '0.1.0',
  verdict: 'agrees',
  reason:
    'downtime_s: the measured mean is 0.138 above the predicted one, give or take 0.7 (3 trials); 0.646 is allowed',
  metrics: metricVerdicts(prediction, measurement, (metric) =>
    metric === 'latency_p50_ms'
      ? {
          verdict: 'inconclusive',
          reason:
            'The model leaves the network out of the latency of a single request, so 1.2 ms against 1.4 ms says nothing.',
        }
      : { verdict: 'agrees', reason: '3 of 3 measured values are inside the 90 % prediction interval.' },
  ),
  objectives,
};

export const agrees: Results = { prediction, measurement, verdict: agreeing };
export const predictedOnly: Results = { prediction, measurement: undefined, verdict: undefined };
export const measuredOnly: Results = { prediction: undefined, measurement, verdict: undefined };

const slow: Measurement = {
  ...measurement,
  metrics: {
    ...measurement.metrics,
    downtime_s: measured(5.83, 6.4, 6.12),
    failed_requests: measured(583, 640, 612),
    availability_time: measured(0.805667, 0.786667, 0.796),
    availability_requests: measured(0.805667, 0.786667, 0.796),
    throughput_rps: measured(80.57, 78.67, 79.6),
  },
  outages: [5.83, 6.4, 6.12].map((downtime_s, trial) => ({
    trial,
    outages: [
      {
        begin_ms: 5010,
        end_ms: 5010 + downtime_s * 1000,
        failed_requests: Math.round(downtime_s * 100),
      },
    ],
  })),
};

const missedObjectives: readonly ObjectiveResult[] = [
  {
    metric: 'availability_time',
    target: 0.9,
    bound: 'at-least',
    predicted: 0.91393,
    measured: 0.796111,
    met: false,
  },
  { metric: 'downtime_s', target: 3, bound: 'at-most', predicted: 2.582, measured: 6.1167, met: false },
];

export const differs: Results = {
  prediction,
  measurement: { ...slow, objectives: missedObjectives },
  verdict: {
    ...agreeing,
    verdict: 'differs',
    reason:
      'downtime_s: the measured mean is 3.53 above the predicted one, give or take 0.71 (3 trials); 0.646 is allowed; also failed_requests',
    metrics: metricVerdicts(prediction, slow, (metric) =>
      metric.startsWith('latency')
        ? { verdict: 'agrees', reason: 'Within 25 % of the predicted mean.' }
        : { verdict: 'differs', reason: '0 of 3 measured values are inside the 90 % prediction interval.' },
    ),
    objectives: missedObjectives,
  },
};

const unsent: Measurement = {
  ...measurement,
  invalid_trials: [0, 1, 2].map((trial) => ({
    trial,
    because: ['12 of 3,000 requests were not sent', 'the sender was up to 5,003 ms late'],
  })),
  metrics: {},
  outages: [],
};

export const inconclusive: Results = {
  prediction,
  measurement: unsent,
  verdict: {
    ...agreeing,
    verdict: 'inconclusive',
    reason: 'downtime_s: nothing valid was measured',
    metrics: metricVerdicts(prediction, unsent, () => ({
      verdict: 'inconclusive',
      reason: 'There is no valid measurement.',
    })),
    objectives: objectives.map((objective) => ({ ...objective, measured: undefined })),
  },
};

/** Two replicas of which one is drained: nothing is lost, in either arm. */
export const flawless: Results = (() => {
  const none = predicted(0, 0, [0, 0]);
  const whole = predicted(1, 0, [1, 1]);
  const calm: Prediction = {
    ...prediction,
    scenario: 'nginx-x2-graceful',
    stop: { by: 'trials' },
    metrics: { downtime_s: none, failed_requests: none, availability_time: whole },
    budget: [],
    down_share: { step_ms: 50, share: Array.from({ length: 600 }, () => 0) },
    objectives: [],
  };
  const quiet: Measurement = {
    ...measurement,
    scenario: 'nginx-x2-graceful',
    metrics: {
      downtime_s: measured(0, 0, 0),
      failed_requests: measured(0, 0, 0),
      availability_time: measured(1, 1, 1),
    },
    outages: [0, 1, 2].map((trial) => ({ trial, outages: [] })),
    objectives: [],
  };
  return {
    prediction: calm,
    measurement: quiet,
    verdict: {
      ...agreeing,
      scenario: 'nginx-x2-graceful',
      reason: 'downtime_s: 3 of 3 trials within the 90 % prediction interval',
      metrics: metricVerdicts(calm, quiet, () => ({ verdict: 'agrees', reason: 'Both are the same.' })),
      objectives: [],
    },
  };
})();

export const EXAMPLES = {
  agrees,
  differs,
  inconclusive,
  'predicted-only': predictedOnly,
  'measured-only': measuredOnly,
  flawless,
} as const satisfies Record<string, Results>;

export const CONTEXT = {
  files: ['out/nginx-x2/verdict.json', 'out/nginx-x2/report.html'],
  command: 'foreshock verify scenarios/nginx-x2.yaml --seed 1 --trials 3 --cluster kubernetes',
} as const;
