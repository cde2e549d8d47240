import { EXIT, UserError } from '../../scenario/errors.ts';

/** Whether an error says that something is not as it was, which outweighs all else. */
export function isNotRestored(error: unknown): boolean {
  return error instanceof UserError && error.exitCode === EXIT.notRestored;
}
