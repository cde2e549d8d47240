/**
 * Between two looks at whether a StatefulSet's controller has seen that its template was put right, in milliseconds. The
 * first comes too soon after the change; at the second it has, and the pod that never gets ready is deleted.
 */
export const SEEN_POLL_MS = 100;
