/**
 * What no API of Kubernetes does: taking the power from a node, cutting its cable, stopping a container's
 * processes, killing a pod's sandbox, stopping the control plane or the registry. A command of the user's does it,
 * which knows how: the API of a cloud, a hypervisor's, a switch.
 */
import { EXIT, UserError } from '../../../scenario/errors.ts';
import type { Fault } from '../../../scenario/scenario.ts';
import { now_ms } from '../../clock.ts';
import type { Provided, ProviderAction } from '../cluster.ts';
import { type Command, runCommand } from './command.ts';

export const PROVIDER_COMMAND = 'FORESHOCK_PROVIDER_COMMAND';

/** A machine may take minutes to boot; it has to be started by then, not ready. */
const TIMEOUT_MS = 120_000;

/** Faults that it causes. */
const PROVIDED: readonly Fault['type'][] = [
  'container-pause',
  'sandbox-kill',
  'node-loss',
  'node-partition',
  'zone-outage',
  'control-plane-outage',
  'registry-outage',
];

/** @throws UserError where a fault needs the command and there is none */
export function checkProvider(command: Command | undefined, faults: readonly Fault[]): void {
  const fault = faults.find(({ type }) => PROVIDED.includes(type));
  if (fault !== undefined && command === undefined) throw noProvider(fault.type);
}

function noProvider(what: string): UserError {
  return new UserError(`${what} needs a command that does what no API of Kubernetes does`, {
    exitCode: EXIT.configuration,
    hint: `give --provider-command or set ${PROVIDER_COMMAND}; docs/faults.md says what it is asked for`,
  });
}

/**
 * Runs `COMMAND VERB --FLAG VALUE...` and waits for it. It may print a line of JSON with `after_ms` and
 * `before_ms`, milliseconds since 1970, between which it took effect; else the time it ran is taken.
 *
 * @throws UserError where there is no command, or it fails
 */
export async function runProvider(command: Command | undefined, action: ProviderAction): Promise<Provided> {
  if (command === undefined) throw noProvider(action.verb);
  const begin_ms = now_ms();
  const said = await runCommand([...command, action.verb, ...flagsOf(action)], {
    what: 'provider',
    timeout_ms: TIMEOUT_MS,
    env: variablesOf(action),
  });
  return timesIn(said) ?? { after_ms: begin_ms, before_ms: now_ms() };
}

/** What it may want to know beside its flags. */
function variablesOf(action: ProviderAction): Record<string, string> {
  if ('pod' in action) return { FORESHOCK_POD_UID: action.pod.uid };
  if (!('node' in action)) return {};
  // Where there is none it must not be taken for that of another node, should the variable be set already.
  return { FORESHOCK_NODE: action.node, FORESHOCK_PROVIDER_ID: action.provider_id ?? '' };
}

function flagsOf(action: ProviderAction): string[] {
  if ('node' in action) return ['--node', action.node];
  if ('component' in action) return ['--component', action.component];
  if (!('pod' in action)) return [];
  const { namespace, name } = action.pod;
  const container = 'container' in action ? ['--container', action.container] : [];
  return ['--namespace', namespace, '--pod', name, ...container];
}

/** From the wall clock, which the command has, to ours. */
function timesIn(said: string): Provided | undefined {
  const line = said.trim().split('\n').at(-1) ?? '';
  const { after_ms, before_ms } = parse(line) ?? {};
  if (typeof after_ms !== 'number' || typeof before_ms !== 'number') return undefined;
  const ours_ms = now_ms() - Date.now();
  return { after_ms: after_ms + ours_ms, before_ms: before_ms + ours_ms };
}

function parse(line: string): { after_ms?: unknown; before_ms?: unknown } | undefined {
  try {
    return JSON.parse(line) ?? undefined;
  } catch {
    return undefined;
  }
}
