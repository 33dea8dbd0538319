/** The variables, connections and XComs of a task, over the API. */
import { ApiError, unwrap, type ApiClient, type Schemas } from "./client.js";
import type { Connections, Variables, XComs } from "./tasks.js";

const RETURN_VALUE = "return_value";

/** What is found, or undefined where the server says 404. */
async function optional<T>(pending: Promise<T>): Promise<T | undefined> {
  try {
    return await pending;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

export function variablesOf(api: ApiClient): Variables {
  const at = (key: string) => ({ path: { variable_key: key } });
  return {
    async get(key) {
      const found = await optional(unwrap(api.GET("/variables/{variable_key}", { params: at(key) })));
      return found?.value ?? undefined;
    },
    async set(key, value, description) {
      const body = { val: value, ...(description !== undefined && { description }) };
      await unwrap(api.PUT("/variables/{variable_key}", { params: at(key), body }));
    },
    async delete(key) {
      await unwrap(api.DELETE("/variables/{variable_key}", { params: at(key) }));
    },
  };
}

export function connectionsOf(api: ApiClient): Connections {
  return {
    async get(id) {
      const found = await optional(
        unwrap(api.GET("/connections/{connection_id}", { params: { path: { connection_id: id } } })),
      );
      if (found === undefined) return undefined;
      const { conn_id, conn_type, ...rest } = found;
      return { id: conn_id, type: conn_type, ...rest };
    },
  };
}

/** XComs of a run, and the ones that the task itself has left in an earlier try. */
export function xcomsOf(api: ApiClient, ti: Schemas["TaskInstance"]): XComs & { clear(key: string): Promise<void> } {
  const at = (task_id: string, key: string) => ({ dag_id: ti.dag_id, run_id: ti.run_id, task_id, key });
  const own = { map_index: ti.map_index ?? -1 };
  return {
    async get<T>(taskId: string, key = RETURN_VALUE) {
      const path = at(taskId, key);
      const found = await optional(unwrap(api.GET("/xcoms/{dag_id}/{run_id}/{task_id}/{key}", { params: { path } })));
      return found?.value as T | undefined;
    },
    async getMapped<T>(taskId: string, key = RETURN_VALUE) {
      const path = at(taskId, key);
      return (await unwrap(api.GET("/xcoms/{dag_id}/{run_id}/{task_id}/{key}/slice", { params: { path } }))) as T[];
    },
    async count(taskId, key = RETURN_VALUE) {
      const path = at(taskId, key);
      const found = await api.HEAD("/xcoms/{dag_id}/{run_id}/{task_id}/{key}", { params: { path } });
      await unwrap(found);
      const range = found.response.headers.get("Content-Range") ?? "";
      const count = /^map_indexes (\d+)$/.exec(range)?.[1];
      if (count === undefined) throw new Error(`XCom ${taskId}.${key}: the Content-Range "${range}" has no count`);
      return Number(count);
    },
    async push(key, value) {
      const params = { path: at(ti.task_id, key), query: own };
      await unwrap(api.POST("/xcoms/{dag_id}/{run_id}/{task_id}/{key}", { params, body: value }));
    },
    async clear(key) {
      const params = { path: at(ti.task_id, key), query: own };
      await unwrap(api.DELETE("/xcoms/{dag_id}/{run_id}/{task_id}/{key}", { params }));
    },
  };
}
