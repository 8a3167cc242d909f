import type { Id } from "../../core/ids.ts";
import { assocKind } from "../../core/tao/registry.ts";
import { type Assoc, compareListOrder } from "../../core/tao/types.ts";

type Edge = Pick<Assoc, "id1" | "atype" | "id2" | "timeMs" | "data">;

/** The graph as anybody would write it down: maps, no shards, no versions, no log. */
export class GraphModel {
  readonly objects = new Map<Id, string>();
  readonly #edges = new Map<string, Edge>();

  has = (id1: Id, atype: number, id2: Id): boolean => this.#edges.has(`${id1} ${atype} ${id2}`);

  put(edge: Edge): void {
    this.#edges.set(`${edge.id1} ${edge.atype} ${edge.id2}`, edge);
    const inverse = assocKind(edge.atype)?.inverse;
    if (inverse) {
      const mirrored = { ...edge, id1: edge.id2, atype: inverse, id2: edge.id1 };
      this.#edges.set(`${mirrored.id1} ${inverse} ${mirrored.id2}`, mirrored);
    }
  }

  remove(id1: Id, atype: number, id2: Id): void {
    this.#edges.delete(`${id1} ${atype} ${id2}`);
    const inverse = assocKind(atype)?.inverse;
    if (inverse) this.#edges.delete(`${id2} ${inverse} ${id1}`);
  }

  get(id1: Id, atype: number, id2: Id): Edge | null {
    return this.#edges.get(`${id1} ${atype} ${id2}`) ?? null;
  }

  /** @returns a function that brings this state back. */
  snapshot(): () => void {
    const [objects, edges] = [[...this.objects], [...this.#edges]];
    return () => {
      this.objects.clear();
      this.#edges.clear();
      for (const [id, data] of objects) this.objects.set(id, data);
      for (const [key, edge] of edges) this.#edges.set(key, edge);
    };
  }

  list(id1: Id, atype: number): Edge[] {
    return [...this.#edges.values()]
      .filter((edge) => edge.id1 === id1 && edge.atype === atype)
      .toSorted(compareListOrder);
  }
}

export const plain = ({ id1, atype, id2, timeMs, data }: Edge): Edge => ({
  id1,
  atype,
  id2,
  timeMs,
  data,
});
