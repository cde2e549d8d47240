/**
 * What a controller has asked for and not yet seen: until it has, its cache is too old to be counted (Kubernetes 1.35
 * pkg/controller/controller_utils.go UIDTrackingControllerExpectations). They expire after five minutes, which is for
 * watch events that get lost; here none does.
 */
export class Expectations {
  #creations = 0;
  readonly #deletions = new Set<string>();

  get areFulfilled(): boolean {
    return this.#creations <= 0 && this.#deletions.size === 0;
  }

  /** Forgets what was expected before, as SetExpectations does. */
  expect(creations: number, deletions: Iterable<string>): void {
    this.#creations = creations;
    this.#deletions.clear();
    for (const pod of deletions) this.#deletions.add(pod);
  }

  creationSeen(): void {
    this.#creations -= 1;
  }

  /** Marked for deletion, or gone: whatever comes first counts. */
  deletionSeen(pod: string): void {
    this.#deletions.delete(pod);
  }
}
