/** Litmus: the ChaosEngine of one experiment. */
import { z } from 'zod';
import type { ManifestWorkload } from '../../scenario/manifest/workload.ts';
import { quote } from '../../scenario/problem.ts';
import type { FormatContext } from '../draft.ts';
import type { Format } from '../formats.ts';
import { type Fates, isMapping, type Reading } from '../reading.ts';
import { parseSelector, selectedWorkload } from '../targets.ts';
import { OF_LITMUS, readExperiment } from './experiments.ts';

const ENGINE = z.looseObject({
  apiVersion: z.literal('litmuschaos.io/v1alpha1'),
  kind: z.literal('ChaosEngine'),
  metadata: z.looseObject({ name: z.string().nullish(), namespace: z.string().nullish() }),
  spec: z.looseObject({
    engineState: z.enum(['active', 'stop']).nullish(),
    appinfo: z.looseObject({
      appns: z.string().min(1),
      applabel: z.string({ error: 'labels such as app=web' }).min(1, { error: 'labels such as app=web' }),
      appkind: z.string().nullish(),
    }),
    experiments: z.array(z.looseObject({ name: z.string().min(1) })).min(1),
  }),
});

const SPEC_FIELDS: Fates = {
  engineState: 'read',
  appinfo: 'read',
  experiments: 'read',
  chaosServiceAccount: OF_LITMUS,
  annotationCheck: OF_LITMUS,
  jobCleanUpPolicy: OF_LITMUS,
  components: OF_LITMUS,
  terminationGracePeriodSeconds: OF_LITMUS,
  defaultHealthCheck: { leaves_out: 'a trial begins when every replica is ready' },
  auxiliaryAppInfo: { refuses: 'a trial waits for the workloads of its manifests, no others' },
  selectors: { refuses: 'say appinfo' },
};

export const LITMUS: Format = {
  title: 'Litmus',
  recognises: (value) =>
    isMapping(value) &&
    typeof value.apiVersion === 'string' &&
    value.apiVersion.startsWith('litmuschaos.io/'),
  read([reading, second], context) {
    second?.refuse([], { message: 'a second document in the file', expected: 'one ChaosEngine a file' });
    const engine = reading?.get(ENGINE, []);
    reading?.fields(['spec'], SPEC_FIELDS);
    if (reading === undefined || engine === undefined) return undefined;
    const { spec, metadata } = engine;
    if (spec.engineState === 'stop') {
      reading.refuse(['spec', 'engineState'], { message: 'this engine is stopped: it does nothing' });
    }
    if (spec.experiments.length > 1) {
      reading.refuse(['spec', 'experiments', 1], {
        message: 'nobody knows when the experiment before this one is over',
        expected: 'one experiment an engine',
      });
    }
    const workload = workloadOf(spec.appinfo, reading, context);
    const faults = workload && readExperiment(['spec', 'experiments', 0], workload, reading);
    return {
      name: metadata.name ?? undefined,
      description: undefined,
      faults: faults ?? [],
      load: {},
      sections: {},
    };
  },
  carried: () => [],
};

function workloadOf(
  { appns, applabel, appkind }: z.output<typeof ENGINE>['spec']['appinfo'],
  reading: Reading,
  { workloads }: FormatContext,
): ManifestWorkload | undefined {
  const path = ['spec', 'appinfo'];
  const selector = parseSelector(applabel);
  if (selector === undefined) {
    return reading.refuse([...path, 'applabel'], {
      message: `${quote(applabel)} is no label selector`,
      expected: 'labels such as app=web',
    });
  }
  const workload = selectedWorkload(selector, appns, workloads, reading, [...path, 'applabel']);
  const isOfKind =
    appkind == null || appkind === '' || workload?.kind.toLowerCase() === appkind.toLowerCase();
  if (workload === undefined || isOfKind) return workload;
  return reading.refuse([...path, 'appkind'], {
    message: `${workload.name} is a ${workload.kind}, not a ${appkind}`,
  });
}
