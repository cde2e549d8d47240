/** The tools whose files are scenarios, too, and how each is told from the others. */
import type { YamlDocument } from '../scenario/yaml.ts';
import { CHAOS_MESH } from './chaos-mesh/format.ts';
import { CHAOS_TOOLKIT } from './chaos-toolkit/format.ts';
import { CHAOSKUBE } from './chaoskube.ts';
import type { Draft, FormatContext } from './draft.ts';
import { KUBE_MONKEY } from './kube-monkey.ts';
import { LITMUS } from './litmus/format.ts';
import { IMPORT_FORMATS, type ImportFormat } from './names.ts';
import type { Reading } from './reading.ts';

export interface Format {
  /** As its makers write it. */
  readonly title: string;
  /** Whether a document is one of its. */
  recognises(value: unknown): boolean;
  /** @returns undefined where anything is wrong, which is then told */
  read(readings: readonly Reading[], context: FormatContext): Draft | undefined;
  /** Manifests that the file itself names, from its own folder. */
  carried(readings: readonly Reading[]): readonly string[];
}

export const FORMATS = {
  'chaos-toolkit': CHAOS_TOOLKIT,
  'chaos-mesh': CHAOS_MESH,
  litmus: LITMUS,
  'kube-monkey': KUBE_MONKEY,
  chaoskube: CHAOSKUBE,
} as const satisfies Record<ImportFormat, Format>;

/** The format of which a document is; undefined where it is of none. */
export const recognised = (documents: readonly YamlDocument[]): ImportFormat | undefined =>
  IMPORT_FORMATS.find((name) => documents.some(({ value }) => FORMATS[name].recognises(value)));
