import { EXIT, UserError } from '../scenario/errors.ts';

/** What a run ends with that somebody has ended. */
export function aborted(message: string, signal: AbortSignal): UserError {
  return new UserError(message, { exitCode: EXIT.aborted, cause: signal.reason });
}

/** EXIT.configuration says that nothing was touched, which nothing may say any more once a fault has begun. */
export function afterFault(error: unknown): unknown {
  if (!(error instanceof UserError) || error.exitCode !== EXIT.configuration) return error;
  const { message, hint } = error;
  return new UserError(message, {
    exitCode: EXIT.aborted,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}
