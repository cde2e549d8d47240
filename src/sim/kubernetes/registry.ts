import type { Registry as Images } from '../../scenario/scenario.ts';
import type { Environment } from '../environment.ts';

/** Domain of images that cannot be had anywhere (RFC 2606: no name ends in it). */
const NOWHERE = 'foreshock.invalid/';

/** Where the nodes pull their images from. */
export class Registry {
  readonly #images: Images;
  readonly #outages = new Set<string>();
  readonly #transfers = new Set<() => void>();

  constructor(images: Images) {
    this.#images = images;
  }

  /** What a node has of the images before the trial. */
  node(): NodeImages {
    return new NodeImages(
      this,
      (image) => !isNowhere(image) && this.#images.images[image]?.present_on !== 'none',
    );
  }

  /** @param reason why nothing can be pulled, until every reason is mended */
  cut(reason: string): void {
    this.#outages.add(reason);
    for (const fail of [...this.#transfers]) fail();
  }

  mend(reason: string): void {
    this.#outages.delete(reason);
  }

  /**
   * Fetches an image: the manifest, then what the node does not have yet.
   *
   * @param environment of the node that asks
   * @param isPresent the node has all of it
   */
  fetch(environment: Environment, image: string, isPresent: boolean, done: (success: boolean) => void): void {
    if (this.#outages.size > 0 || isNowhere(image)) {
      environment.after(environment.delay_ms('image_pull_error'), () => done(false));
      return;
    }
    const bytes = isPresent ? 0 : (this.#images.images[image]?.size_bytes ?? 0);
    const transfer_ms = bytes === 0 ? 0 : (bytes / this.#images.bytes_per_s) * 1000;
    const end = (success: boolean) => {
      if (this.#transfers.delete(fail)) done(success);
    };
    const fail = () => end(false);
    this.#transfers.add(fail);
    environment.after(environment.delay_ms('image_check') + transfer_ms, () => end(true));
  }
}

/** The images that a node's disk has. They stay when it loses its power. */
export class NodeImages {
  readonly registry: Registry;
  readonly #isThereFromTheBeginning: (image: string) => boolean;
  readonly #added = new Set<string>();

  constructor(registry: Registry, isThereFromTheBeginning: (image: string) => boolean) {
    this.registry = registry;
    this.#isThereFromTheBeginning = isThereFromTheBeginning;
  }

  has(image: string): boolean {
    return this.#added.has(image) || this.#isThereFromTheBeginning(image);
  }

  add(image: string): void {
    this.#added.add(image);
  }
}

const isNowhere = (image: string): boolean => image.startsWith(NOWHERE);
