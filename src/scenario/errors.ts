/**
 * A mistake of the user's or a state of the cluster that a person must act on: shown as its message, never
 * with a stack trace. Everything else that is thrown is a bug of ours (EXIT.internal).
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly exitCode: number;
  /** What to do about it, in a sentence. */
  readonly hint: string | undefined;

  constructor(message: string, options: { exitCode: number; hint?: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode;
    this.hint = options.hint;
  }
}

/** Exit codes of the command line; the README's table is checked against this. */
export const EXIT = {
  /** Prediction and measurement agree and every objective is met (of `predict` and `chaos`: objectives met). */
  ok: 0,
  /** Prediction and measurement differ. */
  predictionMissed: 97,
  /** Not enough, or not valid, evidence for a verdict. */
  inconclusive: 98,
  /** An objective of the scenario is not met. */
  objectiveMissed: 99,
  /** A scenario, a manifest, an option or the cluster is not as it must be. */
  configuration: 104,
  /** Ended early, by a person or by a safety rule; what was begun is undone. */
  aborted: 105,
  /** Something could not be put back as it was found; the message and the journal say what. */
  notRestored: 106,
  /** A bug of ours. */
  internal: 107,
} as const;
