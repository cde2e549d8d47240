/** What a verb has done, as `provider` prints it. */
export type Effect =
  | { readonly changed: false }
  | {
      readonly changed: true;
      /** Wall clock, milliseconds since 1970: it took effect between the two. */
      readonly after_ms: number;
      readonly before_ms: number;
    };

/** It was so already. */
export const UNCHANGED: Effect = { changed: false };

export async function timed(act: () => void | Promise<void>): Promise<Effect> {
  const after_ms = Date.now();
  await act();
  return { changed: true, after_ms, before_ms: Date.now() };
}
