/** A run inside the cluster: a Job, and the ConfigMap with its scenario and manifests. */
import { Document } from 'yaml';
import { actionFor } from '../fault-action.ts';
import { HOST_IP } from '../own-addresses.ts';
import type { Account, Subject } from './account.ts';
import { scenarioFiles } from './scenario-files.ts';

export interface JobOptions {
  readonly account: Account;
  readonly subject: Subject;
  readonly command: 'chaos' | 'verify' | 'calibrate' | 'game-day';
  /** Whose entry point is foreshock. */
  readonly image: string;
  /** PersistentVolumeClaim on which the results, and the journal, are kept; undefined: they go with the pod. */
  readonly claim: string | undefined;
}

const SCENARIO_FOLDER = '/scenario';
const RESULTS_FOLDER = '/results';

/** To undo is tried for a minute, and then steady state is awaited for five, of nodes, too (undo.ts, world.ts). */
const GRACE_PERIOD_S = 600;
/** Any but root's: the results belong to it. */
const USER = 65_532;

/** @throws UserError where the files cannot go into a ConfigMap */
export function jobDocuments(options: JobOptions): readonly Document[] {
  const { account, subject, command, image, claim } = options;
  const { files, main } = scenarioFiles(subject);
  const labels = { 'app.kubernetes.io/name': 'foreshock' };
  const metadata = { ...account, labels };
  const out = command === 'calibrate' ? `${RESULTS_FOLDER}/calibration.json` : RESULTS_FOLDER;
  const configMap = new Document({
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata },
    data: Object.fromEntries(files.map(({ key, text }) => [key, text])),
  });
  const job = new Document(
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: {
        backoffLimit: 0,
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: account.name,
            restartPolicy: 'Never',
            terminationGracePeriodSeconds: GRACE_PERIOD_S,
            securityContext: {
              ...{ runAsNonRoot: true, runAsUser: USER, runAsGroup: USER, fsGroup: USER },
              seccompProfile: { type: 'RuntimeDefault' },
            },
            containers: [
              {
                ...{ name: 'foreshock', image },
                args: [
                  command,
                  `${SCENARIO_FOLDER}/${main}`,
                  '--cluster',
                  'kubernetes',
                  '--yes',
                  ...(command === 'game-day' ? ['--unattended'] : []),
                  '--out',
                  out,
                ],
                env: [{ name: HOST_IP, valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } }],
                securityContext: {
                  ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
                  capabilities: { drop: ['ALL'] },
                },
                volumeMounts: [
                  { name: 'scenario', mountPath: SCENARIO_FOLDER, readOnly: true },
                  { name: 'results', mountPath: RESULTS_FOLDER },
                ],
              },
            ],
            volumes: [
              {
                name: 'scenario',
                configMap: { name: account.name, items: files.map(({ key, path }) => ({ key, path })) },
              },
              {
                name: 'results',
                ...(claim === undefined ? { emptyDir: {} } : { persistentVolumeClaim: { claimName: claim } }),
              },
            ],
          },
        },
      },
    },
    { aliasDuplicateObjects: false },
  );
  job.commentBefore = commentOf(options);
  return [configMap, job];
}

function commentOf({ account, subject, command, claim }: JobOptions): string {
  const commands = subject.faults.filter(
    ({ type }) => type === 'container-kill' || actionFor(type).byCommand === true,
  );
  const types = [...new Set(commands.map(({ type }) => type))].join(', ');
  return [
    `The report: kubectl logs -n ${account.namespace} job/${account.name}`,
    'Broken off, it is not begun anew by itself; what it has caused it undoes before it ends.',
    ...(command === 'game-day' ? ['Nobody is asked anything: its questions are passed over.'] : []),
    ...(claim === undefined ? ['The results, and the journal, go with its pod: --claim keeps them.'] : []),
    ...(types === ''
      ? []
      : [`For ${types} the image must have the program that docs/faults.md describes, and name it.`]),
  ]
    .map((line) => ` ${line}`)
    .join('\n');
}
