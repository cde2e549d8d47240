/** Options of the commands that put back what runs have left, and those that they share with runs. */
import type { Options } from 'yargs';

export const CONTEXT = {
  type: 'string',
  requiresArg: true,
  describe: "Context of the kubeconfig [default: the kubeconfig's current one]",
} as const satisfies Options;

export const PROVIDER_COMMAND = {
  type: 'string',
  requiresArg: true,
  describe:
    'Program that cuts nodes off, stops the control plane, ...: what no API of Kubernetes does [env: FORESHOCK_PROVIDER_COMMAND]',
} as const satisfies Options;

const WHERE_TO_LOOK = {
  cluster: {
    choices: ['kubernetes'],
    default: 'kubernetes',
    describe: 'Where the kubeconfig points; what was done to the one in a process ended with it',
  },
  context: CONTEXT,
  namespace: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'Without a journal: look in this namespace alone; may be given several times [default: all]',
  },
  'provider-command': PROVIDER_COMMAND,
} as const satisfies Record<string, Options>;

export const RESTORE_OPTIONS = WHERE_TO_LOOK;

export const GUARD_OPTIONS = {
  ...WHERE_TO_LOOK,
  journal: {
    type: 'string',
    requiresArg: true,
    describe:
      'Of the run that has started this guard, and that says on its standard input when all is put back',
  },
} as const satisfies Record<string, Options>;
