import { join } from 'node:path';
import { ExitCode, TestbedError } from './failure.ts';

/**
 * One testbed of a machine. Instances differ in the names of their namespaces and in their folder;
 * their addresses are the same, since the namespaces keep them apart.
 */
export interface Instance {
  readonly name: string;
  /** Everything the instance writes while it is up. */
  readonly folder: string;
  /** Network namespace of the control plane and of the load. */
  readonly labNamespace: string;
  /** Parent of all its containers in each cgroup hierarchy. */
  readonly cgroup: string;
}

const DEFAULT_NAME = 'default';
// Not /run: a tmpfs there would hold every container's file system in memory, and Debian mounts it noexec.
const RUN_FOLDER = '/var/lib/foreshock-testbed';

export function instanceNamed(name: string): Instance {
  if (!/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(name)) {
    throw new TestbedError(`FORESHOCK_TESTBED=${name} is not a name for a testbed`, {
      hint: 'use at most 32 lower-case letters, digits and hyphens',
      exitCode: ExitCode.usage,
    });
  }
  return {
    name,
    folder: join(RUN_FOLDER, name),
    labNamespace: `${namespacePrefix(name)}lab`,
    cgroup: `/foreshock-testbed/${name}`,
  };
}

/** The instance that the environment names: FORESHOCK_TESTBED, or the default one. */
export function currentInstance(environment: NodeJS.ProcessEnv = process.env): Instance {
  return instanceNamed(environment.FORESHOCK_TESTBED || DEFAULT_NAME);
}

export function nodeNamespace(instance: Instance, node: string): string {
  return `${namespacePrefix(instance.name)}${node}`;
}

export function isNamespaceOf(instance: Instance, namespace: string): boolean {
  const prefix = namespacePrefix(instance.name);
  return namespace.startsWith(prefix) && /^(lab|node-\d+)$/.test(namespace.slice(prefix.length));
}

function namespacePrefix(name: string): string {
  return name === DEFAULT_NAME ? 'foreshock-' : `foreshock-${name}-`;
}
