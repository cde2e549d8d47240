import { EXIT, UserError } from '../scenario/errors.ts';

/** What a run ends with that somebody has ended, or a rule, which says why. */
export function aborted(message: string, { reason }: AbortSignal): UserError {
  const why = reason instanceof UserError ? `${reason.message}: ` : '';
  const hint = reason instanceof UserError && reason.hint !== undefined ? { hint: reason.hint } : {};
  return new UserError(`${why}${message}`, { exitCode: EXIT.aborted, ...hint, cause: reason });
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
