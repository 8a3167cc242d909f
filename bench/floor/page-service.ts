import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

interface PageServiceEnv {
  readonly PAGE: string;
  readonly OBJECT: DurableObjectNamespace<PageObject>;
}

export class PageObject extends DurableObject<PageServiceEnv> {
  page(): string {
    return this.env.PAGE;
  }
}

/** What the floor "through a service" asks: one object call that returns the page. */
export default class PageService extends WorkerEntrypoint<PageServiceEnv> {
  page(name: string): Promise<string> {
    return this.env.OBJECT.getByName(name).page();
  }
}
