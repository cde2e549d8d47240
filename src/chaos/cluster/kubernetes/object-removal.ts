import { EXIT, UserError } from '../../../scenario/errors.ts';
import { now_ms } from '../../clock.ts';
import { sleep } from '../../sleep.ts';
import type { Api, Call } from './api.ts';
import { WRITE_PAUSE_MS, WRITES_MAX } from './calls.ts';
import { isApiError } from './errors.ts';

const POLL_MS = 200;
/** Beyond any grace period in common use. */
const TIMEOUT_MS = 5 * 60_000;

export interface RemovalOptions {
  /** Whether there is still this object under its name, not another one. */
  readonly isThere: () => Promise<boolean>;
  /** For the message. */
  readonly what: string;
}

/**
 * Deletes an object with its dependents, and waits until it and they are gone: deleted in the foreground, an object goes
 * when the last of its dependents is gone. One with another UID is not ours to delete.
 */
export async function removeObject(
  api: Api,
  target: Omit<Call, 'verb'>,
  uid: string,
  { isThere, what }: RemovalOptions,
): Promise<void> {
  const body = { preconditions: { uid }, propagationPolicy: 'Foreground' };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await api.call({ ...target, verb: 'delete' }, { body });
      break;
    } catch (error) {
      if (isApiError(error, 404)) return;
      if (!isApiError(error, 409)) throw error;
      if (!(await isThere())) return;
      // Not about its UID: somebody was writing to it at the same time.
      if (attempt === WRITES_MAX) throw error;
      await sleep(WRITE_PAUSE_MS);
    }
  }
  const deadline_ms = now_ms() + TIMEOUT_MS;
  while (await isThere()) {
    if (now_ms() > deadline_ms) {
      throw new UserError(`${what} is still being deleted after ${TIMEOUT_MS / 1000} s`, {
        exitCode: EXIT.notRestored,
        hint: 'a finalizer, or a pod that does not end, holds it',
      });
    }
    await sleep(POLL_MS);
  }
}
