import type { ControlPlaneOutage } from '../../scenario/scenario.ts';
import type { TimingName } from '../../scenario/timing.ts';
import type { Environment } from '../environment.ts';
import type { ApiServer } from './api-server.ts';
import type { Link } from './link.ts';

export type ControlPlaneComponent = Exclude<ControlPlaneOutage['component'], 'all'>;

/** A process that has forgotten everything when it starts again. */
export interface Restarting {
  restart(): void;
}

/** Why a component's own link is cut while its process is gone. */
const GONE = 'process';

const START: Readonly<Record<ControlPlaneComponent, TimingName>> = {
  'api-server': 'api_server_start',
  'controller-manager': 'controller_manager_start',
  scheduler: 'scheduler_start',
};

/**
 * The processes of the control plane, one of each. What is not modelled is leader election: neither do controllers
 * that cannot renew their lock end themselves, nor does another one take over.
 */
export class ControlPlane {
  readonly #environment: Environment;
  readonly #api: ApiServer;
  readonly #links: { readonly controllers: Link; readonly scheduler: Link };
  readonly #controllers: readonly Restarting[];
  readonly #away = new Set<ControlPlaneComponent>();

  /** @param controllers those of the controller manager that know more than the API server tells them anew */
  constructor(
    environment: Environment,
    api: ApiServer,
    links: { readonly controllers: Link; readonly scheduler: Link },
    controllers: readonly Restarting[],
  ) {
    this.#environment = environment;
    this.#api = api;
    this.#links = links;
    this.#controllers = controllers;
  }

  /** Its process is killed. */
  stop(component: ControlPlaneComponent): void {
    if (this.#away.has(component)) return;
    this.#away.add(component);
    if (component === 'api-server') this.#api.stop();
    else this.#link(component).cut(GONE, 'death');
  }

  /** Its process is started; it works a moment later. */
  start(component: ControlPlaneComponent, done: () => void = () => {}): void {
    if (!this.#away.has(component)) {
      done();
      return;
    }
    this.#environment.after(this.#environment.delay_ms(START[component]), () => {
      this.#away.delete(component);
      if (component === 'api-server') this.#api.start();
      else this.#link(component).mend(GONE);
      if (component === 'controller-manager') {
        this.#links.controllers.whenUp(() => {
          for (const controller of this.#controllers) controller.restart();
        });
      }
      done();
    });
  }

  #link(component: 'controller-manager' | 'scheduler'): Link {
    return component === 'scheduler' ? this.#links.scheduler : this.#links.controllers;
  }
}
