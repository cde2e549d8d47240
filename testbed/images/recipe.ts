import type { TarEntry } from './tar.ts';

/** One image under all the names that manifests have for it. */
export interface ImageRecipe {
  /** With the host, as in docker.io/library/nginx. */
  readonly repository: string;
  readonly tags: readonly string[];
  readonly layers: readonly Layer[];
  readonly config: ImageConfig;
}

export type Layer =
  /** A root file system of Debian packages, by mmdebstrap; the hook is a shell line with the root in $1. */
  | {
      readonly from: 'debian';
      readonly variant: 'essential' | 'extract';
      readonly packages: readonly string[];
      readonly hook?: string;
    }
  | { readonly from: 'files'; readonly files: readonly TarEntry[] }
  /** A program of testbed/components. */
  | { readonly from: 'component'; readonly component: string; readonly path: string };

/** The `config` object of the OCI image specification, in its spelling. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly User?: string;
  readonly StopSignal?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
}

export function imageNames(recipes: readonly ImageRecipe[]): string[] {
  return recipes.flatMap((recipe) => recipe.tags.map((tag) => `${recipe.repository}:${tag}`));
}
