/** Calls of kubectl in experiments, as far as a fault of ours is what they do. */
import type { Path } from '../../scenario/yaml.ts';
import type { Reading } from '../reading.ts';

/** A call, its flags told from its words. */
export interface KubectlCall {
  /** "rollout", "restart", "deployment/web" */
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
}

/** Flags that take a value, by their short name, and the others (kubectl 1.35). */
const WITH_VALUE: Readonly<Record<string, string>> = {
  '-n': 'namespace',
  '--namespace': 'namespace',
  '-l': 'selector',
  '--selector': 'selector',
  '--replicas': 'replicas',
  '--grace-period': 'grace-period',
};
/** What kubectl prints, and whether it waits for what it began, changes nothing of that. */
const ALONE = new Set(['--force', '--now', '--wait=true', '--wait=false', '--ignore-not-found']);

/** @returns undefined where a flag is none of those above, which is then told at `path` */
export function readKubectl(args: readonly string[], reading: Reading, path: Path): KubectlCall | undefined {
  const words: string[] = [];
  const flags: Record<string, string> = {};
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const [, flag = word, inline] = /^(--?[^=]+)=(.*)$/s.exec(word) ?? [];
    const name = Object.hasOwn(WITH_VALUE, flag) ? WITH_VALUE[flag] : undefined;
    if (name !== undefined) flags[name] = inline ?? rest.shift() ?? '';
    else if (ALONE.has(word)) flags[word.replace(/^--|=.*$/g, '')] = '';
    else {
      return reading.refuse(path, {
        message: `kubectl's ${flag} is not known here`,
        expected: `one of ${[...Object.keys(WITH_VALUE), ...ALONE].join(', ')}`,
      });
    }
  }
  return { words, flags };
}

/** "deployment/web", or "deployment" and "web"; undefined where it is neither. */
export function readReference(
  words: readonly string[],
): { readonly kind: string; readonly name: string; readonly rest: readonly string[] } | undefined {
  const [first = '', second, ...others] = words;
  const [kindText, name] = first.split('/');
  const kind = KINDS[(kindText ?? '').toLowerCase()];
  if (kind === undefined) return undefined;
  if (name !== undefined) return { kind, name, rest: words.slice(1) };
  return second === undefined ? undefined : { kind, name: second, rest: others };
}

/** Names of a kind as kubectl takes them (`kubectl api-resources`). */
const KINDS: Readonly<Record<string, string>> = {
  deployment: 'Deployment',
  deployments: 'Deployment',
  deploy: 'Deployment',
  'deployment.apps': 'Deployment',
  statefulset: 'StatefulSet',
  statefulsets: 'StatefulSet',
  sts: 'StatefulSet',
  'statefulset.apps': 'StatefulSet',
  daemonset: 'DaemonSet',
  daemonsets: 'DaemonSet',
  ds: 'DaemonSet',
  'daemonset.apps': 'DaemonSet',
};
