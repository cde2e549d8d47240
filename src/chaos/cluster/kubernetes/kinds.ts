import { EXIT, UserError } from '../../../scenario/errors.ts';
import type { Position } from '../../../scenario/scenario.ts';
import type { ObjectRef, ResourceRef } from '../cluster.ts';
import type { Api, Call } from './api.ts';
import { isApiError } from './errors.ts';

interface Kind {
  readonly kind: string;
  /** Plural name in paths; a subresource has a slash in it. */
  readonly name: string;
  readonly namespaced: boolean;
}

/** What kinds of objects the server has, and under which paths; asked once for each group and version. */
export class Kinds {
  readonly #api: Api;
  readonly #groups = new Map<string, Promise<readonly Kind[]>>();

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * @param position where the object is written, for the message
   * @throws UserError where the server has no such kind
   */
  async locate(ref: ObjectRef, position?: Position): Promise<Omit<Call, 'verb'>> {
    const { apiVersion, kind, name } = ref;
    const found = await this.resourceOf(ref);
    if (!found) {
      const where = position ? `${position.file}:${position.line}:${position.column}: ` : '';
      throw new UserError(`${where}the cluster has no kind ${kind} in ${apiVersion}`, {
        exitCode: EXIT.configuration,
        hint: 'see `kubectl api-resources`; a kind that is an extension must be installed first',
      });
    }
    return { ...found, version: apiVersion.split('/').at(-1) ?? '', name };
  }

  /** undefined where the server has no such kind, which may be installed later. */
  async resourceOf({ apiVersion, kind, namespace }: ObjectRef): Promise<ResourceRef | undefined> {
    const kinds = await this.#kindsOf(apiVersion);
    const found = kinds.find((candidate) => candidate.kind === kind && !candidate.name.includes('/'));
    if (!found) {
      this.#groups.delete(apiVersion);
      return undefined;
    }
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    return { group, resource: found.name, namespace: found.namespaced ? namespace : undefined };
  }

  #kindsOf(apiVersion: string): Promise<readonly Kind[]> {
    const known = this.#groups.get(apiVersion);
    if (known) return known;
    const asked = this.#ask(apiVersion);
    this.#groups.set(apiVersion, asked);
    asked.catch(() => this.#groups.delete(apiVersion));
    return asked;
  }

  async #ask(apiVersion: string): Promise<readonly Kind[]> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    try {
      return (await this.#api.readPath<{ resources: Kind[] }>(path)).resources;
    } catch (error) {
      if (isApiError(error, 404)) return [];
      throw error;
    }
  }
}
