import type { Container } from '../../scenario/scenario.ts';
import type { Environment } from '../environment.ts';
import { Backoff, type BackoffLimits } from './backoff.ts';
import type { NodeImages } from './registry.ts';

/**
 * Wait after a failed pull, of each pod and image: Kubernetes 1.35 pkg/kubelet/kubelet.go imageBackOffPeriod,
 * MaxImageBackOff; forgotten after twice the longest (client-go util/flowcontrol/backoff.go hasExpired).
 */
const PULL_BACKOFF: BackoffLimits = { initial_ms: 10_000, longest_ms: 300_000, forget_ms: 600_000 };

/**
 * The kubelet's image manager (Kubernetes 1.35 pkg/kubelet/images/image_manager.go EnsureImageExists). One pull
 * after the other (serializeImagePulls, by default true: puller.go processImagePullRequests).
 */
export class ImageManager {
  readonly #environment: Environment;
  readonly #images: NodeImages;
  readonly #backoffs = new Map<string, Backoff>();
  readonly #queue: (() => void)[] = [];
  #isPulling = false;

  constructor(environment: Environment, images: NodeImages) {
    this.#environment = environment;
    this.#images = images;
  }

  /** A pod that runs since long ago had its images pulled. */
  restore(image: string): void {
    this.#images.add(image);
  }

  has(image: string): boolean {
    return this.#images.has(image);
  }

  /**
   * Sees to it that the image is there.
   *
   * @param done whether it is; false as well while a failed pull is backed off (ImagePullBackOff)
   */
  ensure(pod: string, { image, image_pull_policy }: ImageReference, done: (isThere: boolean) => void): void {
    if (image_pull_policy !== 'Always' && this.has(image)) {
      done(true);
      return;
    }
    const backoff = this.#backoff(`${pod}_${image}`);
    if (image_pull_policy === 'Never' || backoff.untilSinceStep_ms() !== undefined) {
      done(false);
      return;
    }
    this.#queue.push(() => {
      this.#images.registry.fetch(this.#environment, image, this.has(image), (success) => {
        if (success) this.#images.add(image);
        else backoff.step(this.#environment.now_ms);
        this.#isPulling = false;
        done(success);
        this.#next();
      });
    });
    this.#next();
  }

  #next(): void {
    if (this.#isPulling) return;
    const pull = this.#queue.shift();
    if (pull === undefined) return;
    this.#isPulling = true;
    pull();
  }

  #backoff(key: string): Backoff {
    let backoff = this.#backoffs.get(key);
    if (backoff === undefined) {
      backoff = new Backoff(this.#environment, PULL_BACKOFF);
      this.#backoffs.set(key, backoff);
    }
    return backoff;
  }
}

type ImageReference = Pick<Container, 'image' | 'image_pull_policy'>;
