import { type Command, parseArguments, USAGE } from './arguments.ts';
import { auditText, readAudit } from './audit-log.ts';
import { forgetConnections } from './connections.ts';
import { execInLab } from './exec.ts';
import { ExitCode, errorMessage, TestbedError } from './failure.ts';
import { install } from './install/install.ts';
import { currentInstance } from './instance.ts';
import { down, up } from './lifecycle.ts';
import { loadImage } from './load-image.ts';
import { toStderr } from './progress.ts';
import { plugIn, pullOut } from './provider/node.ts';
import { provide } from './provider/provider.ts';
import { whyNotHere } from './requirements.ts';
import { describe, statusOf } from './status.ts';

async function main(command: Command): Promise<number> {
  if (command.name === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const reason = whyNotHere();
  if (reason !== undefined) throw new TestbedError(reason, { exitCode: ExitCode.notHere });

  const instance = currentInstance();
  switch (command.name) {
    case 'up':
      await up(instance, command.layout, toStderr, interruption());
      return 0;
    case 'down':
      await down(instance, toStderr);
      return 0;
    case 'install':
      await install(toStderr, interruption());
      return 0;
    case 'status': {
      const status = await statusOf(instance);
      process.stdout.write(command.json ? `${JSON.stringify(status, undefined, 2)}\n` : describe(status));
      return 0;
    }
    case 'exec':
      return execInLab(instance, command.command);
    case 'link':
      await (command.link === 'up' ? plugIn : pullOut)(instance, command.node);
      return 0;
    case 'forget-connections':
      await forgetConnections(instance);
      return 0;
    case 'load-image':
      await loadImage(instance, command.layout, toStderr, interruption());
      return 0;
    case 'audit':
      for (const event of readAudit(instance, command.filter)) {
        process.stdout.write(`${command.json ? JSON.stringify(event) : auditText(event)}\n`);
      }
      return 0;
    case 'kill-container':
    case 'provider': {
      const podUid = process.env.FORESHOCK_POD_UID || undefined;
      const effect = await provide(instance, command.action, podUid, toStderr, interruption());
      process.stdout.write(`${JSON.stringify({ verb: command.action.verb, ...effect })}\n`);
      return 0;
    }
  }
}

/** Aborts when the person or the machine wants this to stop, so that what was begun can be undone. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () =>
      controller.abort(new TestbedError(`interrupted by ${name}`, { exitCode: ExitCode.interrupted })),
    );
  }
  return controller.signal;
}

try {
  process.exitCode = await main(parseArguments(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`testbed: ${errorMessage(error)}\n`);
  if (error instanceof TestbedError) {
    if (error.hint) process.stderr.write(`  ${error.hint}\n`);
    process.exitCode = error.exitCode;
  } else {
    if (error instanceof Error && process.env.DEBUG) process.stderr.write(`${error.stack}\n`);
    process.exitCode = ExitCode.failed;
  }
}
