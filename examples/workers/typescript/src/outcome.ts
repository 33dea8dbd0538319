/** How a task ended, as the body that reports it. */
import type { Schemas } from "./client.js";
import { encodeKwargs } from "./kwargs.js";
import { Deferral, Reschedule, Skipped } from "./tasks.js";

export type Report =
  | Schemas["TISuccessStatePayload"]
  | Schemas["TITerminalStatePayload"]
  | Schemas["TIDeferredStatePayload"]
  | Schemas["TIRescheduleStatePayload"]
  | Schemas["TIRetryStatePayload"];

/** How a run of a task ended; `stopped` where the server said that the task is no longer this worker's. */
export type State = Report["state"] | "stopped";

export const success = (): Report => ({ state: "success", end_date: now() });

export function failure(error: unknown, shouldRetry: boolean): Report {
  if (error instanceof Deferral) {
    const { trigger, args: trigger_kwargs = {}, timeoutMs, resume, kwargs = {} } = error.options;
    return {
      state: "deferred",
      classpath: trigger,
      trigger_kwargs,
      next_method: resume,
      next_kwargs: encodeKwargs(kwargs),
      ...(timeoutMs !== undefined && { trigger_timeout: `PT${timeoutMs / 1000}S` }), // ISO 8601
    };
  }
  if (error instanceof Reschedule) {
    return { state: "up_for_reschedule", end_date: now(), reschedule_date: error.at.toISOString() };
  }
  if (error instanceof Skipped) return { state: "skipped", end_date: now() };
  return { state: shouldRetry ? "up_for_retry" : "failed", end_date: now() };
}

function now(): string {
  return new Date().toISOString();
}
