/** Takes workloads from a file, from a queue or as requests, and runs their tasks. */
import { Console } from "node:console";
import type { IncomingMessage, ServerResponse } from "node:http";
import { apiClient, isRecord, unwrap, type ApiClient, type ClientOptions, type Workload } from "./client.js";
import type { State } from "./outcome.js";
import { elapsed, hasStatus, REFUSED, runTask } from "./run.js";
import type { Dag } from "./tasks.js";

export interface WorkerOptions {
  server: string;
  dags: Dag[];
  /** Between two heartbeats; 5000 by default. */
  heartbeatMs?: number;
  /** Where a task's log goes; standard error by default. */
  openLog?: (workload: Workload) => NodeJS.WritableStream;
  /** Sends the requests; the global `fetch` by default. */
  fetch?: NonNullable<ClientOptions["fetch"]>;
}

const PAUSE_MS = 5000;
const LARGEST_WORKLOAD = 1 << 20;

export class Worker {
  readonly #options: WorkerOptions;
  readonly #dags: Map<string, Dag>;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#dags = new Map(options.dags.map((dag) => [dag.id, dag]));
  }

  /** Whether this worker has the task of a workload. */
  has({ ti }: Workload): boolean {
    return this.#dags.get(ti.dag_id)?.has(ti.task_id) ?? false;
  }

  /**
   * Runs the task of a workload to its end and reports it.
   *
   * A task that fails does not throw: it ends in `failed` or `up_for_retry`. When `signal` is aborted, so is the task's, and
   * what the task does then is reported.
   *
   * @throws if the task cannot be started, or its end not be reported. Where this worker does not have the task, nothing is
   * sent, so that another worker may take it.
   */
  async run(workload: Workload, signal?: AbortSignal): Promise<State> {
    const { ti, token } = workload;
    const dag = this.#dags.get(ti.dag_id);
    if (!dag?.has(ti.task_id)) throw new Error(`no task ${ti.dag_id}.${ti.task_id} here`);
    const output = this.#options.openLog?.(workload) ?? process.stderr;
    const failed = (error: Error) => console.error(`the log of ${ti.dag_id}.${ti.task_id}:`, error);
    if (output !== process.stderr) output.on("error", failed); // a task runs on without its log
    const log = new Console(output, output);
    try {
      const heartbeatMs = this.#options.heartbeatMs ?? 5000;
      return await runTask({ api: this.#client(token), ti, dag, heartbeatMs, log, signal });
    } catch (error) {
      log.error(error);
      throw error;
    } finally {
      if (output !== process.stderr) output.end();
    }
  }

  /** Waits for one workload of the queue that the token names, and runs it. */
  async runNext(token: string, signal?: AbortSignal): Promise<State> {
    const queue = this.#client(token);
    for (;;) {
      const workload = await next(queue, signal);
      if (workload !== undefined) return this.run(workload, signal);
    }
  }

  /**
   * Takes workloads from the queue that the token names, and runs up to `slots` of them at a time, until `signal` is
   * aborted. Resolves, or rejects where the token is refused, when all that has begun is over.
   */
  async poll(token: string, { slots = 4, signal }: { slots?: number; signal: AbortSignal }): Promise<void> {
    const queue = this.#client(token);
    const running = new Set<Promise<void>>();
    try {
      while (!signal.aborted) {
        const workload = await this.#nextOrPause(queue, signal);
        if (workload === undefined) continue;
        const task = this.#runAndSay(workload, signal).finally(() => running.delete(task));
        running.add(task);
        if (running.size >= slots) await Promise.race(running);
      }
    } finally {
      await Promise.all(running);
    }
  }

  /**
   * Takes a workload as a POST request, so that a web service that is there anyway runs tasks as well. It responds with 202 at
   * once; how the task ends is between the worker and the server. Resolves when the task is over.
   *
   * Who may send a workload is not asked here: the token in it says to the server what it is good for.
   */
  async handle(request: IncomingMessage, response: ServerResponse, signal?: AbortSignal): Promise<void> {
    if (request.method !== "POST") {
      reply(response.setHeader("Allow", "POST"), 405, "POST a workload");
      return;
    }
    const workload = await received(request);
    if (!isWorkload(workload)) {
      reply(response, 400, "no workload");
      return;
    }
    if (!this.has(workload)) {
      reply(response, 404, "no such task here");
      return;
    }
    reply(response, 202, "");
    await this.#runAndSay(workload, signal);
  }

  /** A workload, or undefined if none came in time; it pauses where the server does not respond. */
  async #nextOrPause(queue: ApiClient, signal: AbortSignal): Promise<Workload | undefined> {
    try {
      return await next(queue, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      if (hasStatus(error, REFUSED)) throw error; // the token is good for no queue
      console.error("waiting for workloads:", error);
      await elapsed(PAUSE_MS, signal);
      return undefined;
    }
  }

  async #runAndSay(workload: Workload, signal?: AbortSignal): Promise<void> {
    const { dag_id, task_id, run_id } = workload.ti;
    try {
      console.error(`${dag_id}.${task_id} of ${run_id}: ${await this.run(workload, signal)}`);
    } catch (error) {
      console.error(`${dag_id}.${task_id} of ${run_id}:`, error);
    }
  }

  #client(token: string): ApiClient {
    const { server, fetch } = this.#options;
    return apiClient({ server, token, ...(fetch && { fetch }) });
  }
}

/** Waits for a workload; undefined if none came in time. */
async function next(queue: ApiClient, signal: AbortSignal | undefined): Promise<Workload | undefined> {
  const { workloads } = await unwrap(queue.GET("/workloads", signal ? { signal } : {}));
  return workloads[0];
}

/** The JSON of a request; undefined where it is none, breaks off or is too large. */
async function received(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= LARGEST_WORKLOAD) chunks.push(chunk); // the rest is read as well, or the client would get no response
    }
    return size <= LARGEST_WORKLOAD ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
  } catch {
    return undefined;
  }
}

function isWorkload(value: unknown): value is Workload {
  return isRecord(value) && value.type === "ExecuteTask" && typeof value.token === "string" && isRecord(value.ti);
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain" }).end(text);
}
