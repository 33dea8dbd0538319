export { ApiError, VERSION, type Workload } from "./client.js";
export type { State } from "./outcome.js";
export * from "./tasks.js";
export { Worker, type WorkerOptions } from "./worker.js";
