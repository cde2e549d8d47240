import type { Options } from 'yargs';

/** Commands that touch a cluster, and so take rights. */
const CAUSING = ['chaos', 'verify', 'calibrate'] as const;

/** What rights are printed for. */
const PURPOSES = [...CAUSING, 'restore'] as const;
export type RbacPurpose = (typeof PURPOSES)[number];

export const RBAC_OPTIONS = {
  for: {
    choices: PURPOSES,
    default: 'chaos' as RbacPurpose,
    describe:
      'The command that is to be run: chaos and verify take the same rights; restore: to put back what runs have left that died, and to guard them',
  },
  account: {
    type: 'string',
    requiresArg: true,
    defaultDescription: 'foreshock-NAME, with -restore where it is for that',
    describe: 'Name of the ServiceAccount, of its Roles and of what binds them',
  },
  namespace: {
    type: 'string',
    requiresArg: true,
    defaultDescription: "the load's",
    describe: 'Namespace of the ServiceAccount, and of the Job',
  },
  deployed: {
    type: 'boolean',
    default: false,
    describe: 'What the manifests name is there already: no right to create it, nor to remove it',
  },
  'required-only': {
    type: 'boolean',
    default: false,
    describe: 'Leave out what a run can do without',
  },
  cluster: {
    choices: ['kubernetes'],
    describe:
      'Ask the cluster of the kubeconfig what of the manifests is there, and what it calls their kinds [default: none is asked]',
  },
  context: {
    type: 'string',
    requiresArg: true,
    describe: "Context of the kubeconfig [default: the kubeconfig's current one]",
  },
  job: {
    type: 'boolean',
    default: false,
    describe: 'Print a Job, too, that runs it in the cluster, with the scenario and its manifests',
  },
  image: {
    type: 'string',
    requiresArg: true,
    describe: 'Of the Job: image whose entry point is foreshock',
  },
  claim: {
    type: 'string',
    requiresArg: true,
    describe: 'Of the Job: PersistentVolumeClaim that keeps the results [default: they go with its pod]',
  },
} as const satisfies Record<string, Options>;
