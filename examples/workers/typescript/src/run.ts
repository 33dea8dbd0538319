/** One run of one task instance. */
import { hostname, userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, unwrap, type ApiClient, type Schemas } from "./client.js";
import { decodeKwargs } from "./kwargs.js";
import { failure, success, type Report, type State } from "./outcome.js";
import { connectionsOf, variablesOf, xcomsOf } from "./services.js";
import type { Dag, TaskContext } from "./tasks.js";

/** The server says that a task is not this worker's: it is not there any more, it runs elsewhere, or it has ended. */
export const GONE = [404, 409, 410];
/** The token is not good for what was asked. */
export const REFUSED = [401, 403];

export const hasStatus = (error: unknown, statuses: number[]): error is ApiError =>
  error instanceof ApiError && statuses.includes(error.status);

/** How the server tells this worker from others: only the one that has started a task may go on with it. */
const SELF = { hostname: hostname(), pid: process.pid };
const UNIXNAME = unixname();

/** A heartbeat that hangs makes way for the next one. */
const HEARTBEAT_TIMEOUT_MS = 10_000;

export interface Run {
  api: ApiClient;
  ti: Schemas["TaskInstance"];
  dag: Dag;
  heartbeatMs: number;
  log: Console;
  /** Ends the task early. */
  signal: AbortSignal | undefined;
}

/** How long it may take to tell how a task ended, with all attempts. */
const TIME_TO_TELL_MS = 30_000;

/** Starts a task, runs it beside its heartbeats, and reports how it ended. */
export async function runTask(run: Run): Promise<State> {
  const { api, ti, log } = run;
  const given = await unlessGone("not started", log, () =>
    unwrap(
      api.PATCH("/task-instances/{task_instance_id}/run", {
        params: { path: { task_instance_id: ti.id } },
        body: { state: "running", unixname: UNIXNAME, start_date: new Date().toISOString(), ...SELF },
      }),
    ),
  );
  if (given === "stopped") return given;

  const lost = new AbortController();
  const ended = new AbortController();
  const beating = beat(run, lost, ended.signal);
  const report = await execute(run, given, lost.signal);
  ended.abort();
  await beating; // no heartbeat is sent after the state has changed
  if (lost.signal.aborted) {
    log.warn("stopped:", lost.signal.reason);
    return "stopped";
  }
  const reported = await unlessGone(`not ${report.state}`, log, () =>
    unwrap(
      api.PATCH("/task-instances/{task_instance_id}/state", {
        params: { path: { task_instance_id: ti.id } },
        body: report,
        signal: AbortSignal.timeout(TIME_TO_TELL_MS),
      }),
    ),
  );
  return reported === "stopped" ? reported : report.state;
}

/** What an action returns, or "stopped" where the server says that the task is not this worker's. */
async function unlessGone<T>(what: string, log: Console, action: () => Promise<T>): Promise<T | "stopped"> {
  try {
    return await action();
  } catch (error) {
    if (!hasStatus(error, GONE)) throw error;
    log.warn(`${what}: ${error.message}`);
    return "stopped";
  }
}

/** Calls the task, and pushes what it returns. */
async function execute(run: Run, given: Schemas["TIRunContext"], lost: AbortSignal): Promise<Report> {
  const { api, ti, dag, log, signal } = run;
  const xcoms = xcomsOf(api, ti);
  const context: TaskContext = {
    taskInstance: {
      id: ti.id,
      dagId: ti.dag_id,
      runId: ti.run_id,
      taskId: ti.task_id,
      mapIndex: ti.map_index ?? -1,
      tryNumber: ti.try_number,
    },
    dagRun: {
      logicalDate: given.dag_run.logical_date === null ? null : new Date(given.dag_run.logical_date),
      runAfter: new Date(given.dag_run.run_after),
      conf: given.dag_run.conf ?? {},
    },
    variables: variablesOf(api),
    connections: connectionsOf(api),
    xcoms,
    log,
    signal: signal ? AbortSignal.any([signal, lost]) : lost,
  };
  try {
    for (const key of given.xcom_keys_to_clear ?? []) await xcoms.clear(key);
    const result = await dag.execute(ti.task_id, given.next_method ?? null, context, decodeKwargs(given.next_kwargs));
    if (result !== null && result !== undefined && !lost.aborted) await xcoms.push("return_value", result);
    return success();
  } catch (error) {
    const report = failure(error, given.should_retry ?? false);
    log.error(`${report.state}:`, error);
    return report;
  }
}

/** Says in turn that the task still runs; aborts `lost` where the server says that it is not this worker's. */
async function beat(run: Run, lost: AbortController, ended: AbortSignal): Promise<void> {
  const params = { path: { task_instance_id: run.ti.id } };
  while (await elapsed(run.heartbeatMs, ended)) {
    const signal = AbortSignal.any([ended, AbortSignal.timeout(HEARTBEAT_TIMEOUT_MS)]);
    try {
      await unwrap(run.api.PUT("/task-instances/{task_instance_id}/heartbeat", { params, body: SELF, signal }));
    } catch (error) {
      if (ended.aborted) return;
      if (hasStatus(error, [...GONE, ...REFUSED])) {
        lost.abort(error);
        return;
      }
      run.log.warn("heartbeat:", error); // the next one may be heard
    }
  }
}

/** Resolves to true after the time, and to false as soon as the signal is aborted. */
export async function elapsed(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

/** The user's name; in a container, a user may be a number that has none. */
function unixname(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}
