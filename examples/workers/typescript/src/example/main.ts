/**
 * Runs the tasks of first_worker that are written in TypeScript, on any server of the Task Execution API:
 *
 *     node main.js --server URL run workload.json   # one workload from a file
 *     node main.js --server URL next                # the next one of a queue, whose token is in WORKER_TOKEN
 *     node main.js --server URL poll                # one after the other, until it is interrupted
 *     node main.js --server URL serve 127.0.0.1:8081 # as a web service: POST /workloads beside its own pages
 */
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker, type Workload } from "../index.js";
import { firstWorker } from "./tasks.js";
import { traced } from "./trace.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: "string", default: "http://127.0.0.1:8080" },
    heartbeat: { type: "string", default: "5000" },
    logs: { type: "string" },
    trace: { type: "string" },
  },
});
const { logs, trace } = values;
const worker = new Worker({
  server: values.server,
  dags: [firstWorker],
  heartbeatMs: Number(values.heartbeat),
  ...(logs !== undefined && {
    openLog: ({ ti }: Workload) => createWriteStream(join(logs, `${ti.id}.${ti.try_number}.log`), { flags: "a" }),
  }),
  ...(trace !== undefined && { fetch: traced(trace) }),
});

const ended = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => ended.abort());
const { signal } = ended;
const token = process.env.WORKER_TOKEN ?? "";

const [command, argument] = positionals;
if (command === "run" && argument !== undefined) {
  const workload = JSON.parse(await readFile(argument, "utf8")) as Workload;
  console.error(`worker: ${await worker.run(workload, signal)}`);
} else if (command === "next") {
  console.error(`worker: ${await worker.runNext(token, signal)}`);
} else if (command === "poll") {
  await worker.poll(token, { signal });
} else if (command === "serve" && argument !== undefined) {
  serve(argument);
} else {
  console.error("worker: one of: run FILE, next, poll, serve HOST:PORT");
  process.exitCode = 2;
}

/** A web service of its own that runs tasks as well. */
function serve(address: string): void {
  const { hostname, port } = new URL(`http://${address}`);
  const service = createServer((request, response) => {
    if (request.url === "/workloads") void worker.handle(request, response, signal);
    else response.end("The weather is fine.\n");
  });
  service.listen(Number(port), hostname, () => {
    console.error(`worker: listening at http://${hostname}:${(service.address() as AddressInfo).port}`);
  });
  signal.addEventListener("abort", () => service.close());
}
