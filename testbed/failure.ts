/** Exit codes of the testbed's command line. */
export const ExitCode = {
  failed: 1,
  usage: 2,
  /** This machine cannot host a testbed (see requirements.ts). */
  notHere: 3,
  /** Another command is at work on the same testbed. */
  busy: 4,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A failure that is explained to the person at the terminal: what, where, and what to do about it. */
export class TestbedError extends Error {
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(
    message: string,
    { hint, exitCode = ExitCode.failed }: { hint?: string; exitCode?: ExitCode } = {},
  ) {
    super(message);
    this.name = 'TestbedError';
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
