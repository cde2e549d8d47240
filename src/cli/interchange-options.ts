/** Options of `import` and `export`. */
import type { Options } from 'yargs';
import { EXPORT_TARGETS, IMPORT_FORMATS } from '../interchange/names.ts';

const OUT = {
  type: 'string',
  requiresArg: true,
  defaultDescription: 'standard output',
} as const satisfies Options;

export const EXPORT_OPTIONS = {
  to: {
    choices: EXPORT_TARGETS,
    demandOption: true,
    describe: 'The tool that it is for',
  },
  results: {
    type: 'string',
    normalize: true,
    requiresArg: true,
    describe: 'Of a journal: the folder of the run, as chaos or verify wrote it',
  },
  trial: {
    type: 'number',
    requiresArg: true,
    default: 1,
    describe: 'Of a journal: which trial of the run',
  },
  out: { ...OUT, describe: 'File to write; manifests are named from its folder' },
} as const satisfies Record<string, Options>;

export const IMPORT_OPTIONS = {
  format: {
    choices: IMPORT_FORMATS,
    defaultDescription: 'what its content says',
    describe: 'The tool that the file is of',
  },
  manifest: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'Manifests of the workloads that it is about: files, or folders of them',
  },
  service: {
    type: 'string',
    requiresArg: true,
    describe: 'Service that the load is sent to [default: the only one]',
  },
  port: { type: 'number', requiresArg: true, describe: 'Port of that Service [default: its first]' },
  rate: { type: 'string', requiresArg: true, describe: 'Requests a second of the load, such as 100' },
  duration: { type: 'string', requiresArg: true, describe: 'How long the load goes on, such as 60s' },
  memory: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'What a program holds, wanted where the file takes memory: web=100MiB',
  },
  out: { ...OUT, describe: 'File to write; manifests are named from its folder' },
} as const satisfies Record<string, Options>;
