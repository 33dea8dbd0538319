import assert from "node:assert/strict";
import { createWriteStream } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Dag, Deferral, Duration, Reschedule, Skipped, Worker, type Task, type Workload } from "../src/index.js";

interface Given {
  status: number;
  body?: unknown;
  /** Sent as Refreshed-API-Token. */
  token?: string;
  /** Whether the connection is lost after the first byte of the body. */
  breaksOff?: boolean;
  /** Sent as Retry-After. */
  after?: number;
}

const STARTED = {
  dag_run: { logical_date: null, run_after: "2026-01-01T00:00:00Z" },
  max_tries: 1,
  upstream_map_indexes: {},
};

/** Gives each "METHOD /path" the responses it has for it, in turn; the last one stays. What is not set is 204. */
class Server {
  readonly got: { call: string; body: unknown; token: string | undefined }[] = [];
  readonly #http = createServer((request, response) => void this.#respond(request, response));

  constructor(readonly responses: Record<string, Given[]>) {
    responses["PATCH /run"] ??= [{ status: 200, body: STARTED }];
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(0, "127.0.0.1", resolve));
    after(() => this.#http.close());
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  bodies(call: string): unknown[] {
    return this.got.filter((one) => one.call === call).map(({ body }) => body);
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = `${request.method} ${request.url?.replace("/task-instances/ti-1", "").split("?")[0]}`;
    const body = await text(request);
    this.got.push({ call, body: body === "" ? undefined : JSON.parse(body), token: request.headers.authorization });
    const left = this.responses[call] ?? [];
    const given = (left.length > 1 ? left.shift() : left[0]) ?? { status: 204 };
    if (given.token !== undefined) response.setHeader("Refreshed-API-Token", given.token);
    if (given.after !== undefined) response.setHeader("Retry-After", given.after);
    response.writeHead(given.status, { "Content-Type": "application/json" });
    if (given.breaksOff) {
      response.write("{", () => response.destroy());
      return;
    }
    response.end(given.body === undefined ? undefined : JSON.stringify(given.body));
  }
}

const WORKLOAD: Workload = {
  type: "ExecuteTask",
  token: "first",
  ti: { id: "ti-1", dag_id: "dag", run_id: "run", task_id: "task", try_number: 1 } as Workload["ti"],
  dag_rel_path: "",
  bundle_info: { name: "bundle" },
};
const PUSHED = "POST /xcoms/dag/run/task/return_value";

async function workerOf(server: Server, task: Task): Promise<Worker> {
  const dag = new Dag("dag").task("task", task, { resume: (_, kwargs: Record<string, unknown>) => kwargs });
  return new Worker({
    server: await server.listen(),
    dags: [dag],
    heartbeatMs: 5,
    openLog: () => new PassThrough().resume(),
  });
}

const run = async (server: Server, task: Task) => (await workerOf(server, task)).run(WORKLOAD);

describe("how a task ends is reported", () => {
  const fails = (error: Error) => () => {
    throw error;
  };
  const retries = { status: 200, body: { ...STARTED, should_retry: true } };
  const deferral = {
    trigger: "a.B",
    timeoutMs: 90_000,
    resume: "resume",
    kwargs: { deep: [{ for: new Duration(1500) }] },
  };
  const ends: [string, Task, Given | undefined, string, object][] = [
    ["success", () => undefined, undefined, "success", {}],
    ["error", fails(new Error("no")), undefined, "failed", {}],
    ["retry", fails(new Error("no")), retries, "up_for_retry", {}],
    ["skip", fails(new Skipped("weekend")), retries, "skipped", {}],
    [
      "reschedule",
      fails(new Reschedule(new Date(0))),
      undefined,
      "up_for_reschedule",
      { reschedule_date: "1970-01-01T00:00:00.000Z" },
    ],
    [
      "deferral",
      fails(new Deferral(deferral)),
      undefined,
      "deferred",
      {
        classpath: "a.B",
        trigger_timeout: "PT90S",
        next_method: "resume",
        next_kwargs: { deep: [{ for: { __classname__: "datetime.timedelta", __version__: 2, __data__: "1.5" } }] },
      },
    ],
  ];
  for (const [name, task, started, state, reported] of ends) {
    test(name, async () => {
      const server = new Server(started === undefined ? {} : { "PATCH /run": [started] });
      assert.equal(await run(server, task), state);
      const [body, ...more] = server.bodies("PATCH /state");
      assert.equal(more.length, 0);
      for (const [key, value] of Object.entries({ state, ...reported })) {
        assert.deepEqual((body as Record<string, unknown>)[key], value);
      }
    });
  }
});

test("a result is pushed as an XCom", async () => {
  const server = new Server({ [PUSHED]: [{ status: 201, body: {} }] });
  assert.equal(await run(server, () => 42), "success");
  assert.deepEqual(server.bodies(PUSHED), [42]);
});

for (const status of [401, 403, 404, 409, 410]) {
  test(`a heartbeat with ${status} stops the task, and nothing is reported`, async () => {
    const server = new Server({ "PUT /heartbeat": [{ status: 204 }, { status }] });
    assert.equal(await run(server, ({ signal }) => sleep(60_000, undefined, { signal })), "stopped");
    assert.deepEqual(server.bodies("PATCH /state"), []);
  });
}

for (const status of [404, 409, 410]) {
  test(`a task is not run where its start gets ${status}`, async () => {
    const server = new Server({ "PATCH /run": [{ status }] });
    assert.equal(await run(server, () => assert.fail("the task ran")), "stopped");
  });
}

test("a token that is refused is an error", async () => {
  const server = new Server({ "PATCH /run": [{ status: 401, body: { detail: "Missing auth token" } }] });
  await assert.rejects(
    run(server, () => undefined),
    { name: "ApiError", status: 401, message: /401 Missing auth token/ },
  );
});

test("a request is sent again after a 5xx", async () => {
  const server = new Server({ "PATCH /state": [{ status: 503 }, { status: 204 }] });
  assert.equal(await run(server, () => undefined), "success");
  assert.equal(server.bodies("PATCH /state").length, 2);
});

test("a request is sent again after a 429, no earlier than the server asks", async () => {
  const server = new Server({ "PATCH /state": [{ status: 429, after: 1 }, { status: 204 }] });
  const began = performance.now();
  assert.equal(await run(server, () => undefined), "success");
  assert.equal(server.bodies("PATCH /state").length, 2);
  assert.ok(performance.now() - began >= 1000);
});

test("a request is sent again where its response breaks off", async () => {
  const started = { status: 200, body: STARTED };
  const server = new Server({ "PATCH /run": [{ ...started, breaksOff: true }, started] });
  assert.equal(await run(server, () => undefined), "success");
  assert.equal(server.bodies("PATCH /run").length, 2);
});

test("a deferral that JSON cannot hold fails the task", async () => {
  const server = new Server({});
  const defers = () => {
    throw new Deferral({ trigger: "a.B", resume: "resume", kwargs: { n: 1n } });
  };
  assert.equal(await run(server, defers), "failed");
});

test("a task runs on where its log cannot be written", async () => {
  const server = new Server({});
  const dag = new Dag("dag").task("task", () => sleep(50));
  const openLog = () => createWriteStream("/nowhere/task.log");
  const worker = new Worker({ server: await server.listen(), dags: [dag], openLog });
  assert.equal(await worker.run(WORKLOAD), "success");
});

test("a renewed token is used from then on", async () => {
  const server = new Server({ "PATCH /run": [{ status: 200, body: STARTED, token: "second" }] });
  await run(server, () => undefined);
  assert.deepEqual(
    server.got.map(({ token }) => token),
    ["Bearer first", "Bearer second"],
  );
});

test("what an earlier try has pushed is cleared", async () => {
  const cleared = "DELETE /xcoms/dag/run/task/old";
  const server = new Server({
    "PATCH /run": [{ status: 200, body: { ...STARTED, xcom_keys_to_clear: ["old"] } }],
    [cleared]: [{ status: 200, body: {} }],
  });
  assert.equal(await run(server, () => undefined), "success");
  assert.equal(server.bodies(cleared).length, 1);
});

describe("a task resumes with either form of arguments", () => {
  const tagged = (type: string, value: unknown) => ({ __type: type, __var: value });
  const plain = (name: string, data: unknown) => ({ __classname__: name, __version__: 2, __data__: data });
  const forms = {
    tagged: tagged("dict", { at: tagged("datetime", 1.5), for: tagged("timedelta", 2), n: tagged("tuple", [1, 2]) }),
    plain: {
      at: plain("datetime.datetime", { timestamp: 1.5, tz: null }),
      for: plain("datetime.timedelta", 2),
      n: [1, 2],
    },
  };
  for (const [name, next_kwargs] of Object.entries(forms)) {
    test(name, async () => {
      const server = new Server({
        "PATCH /run": [{ status: 200, body: { ...STARTED, next_method: "resume", next_kwargs } }],
        [PUSHED]: [{ status: 201, body: {} }],
      });
      assert.equal(await run(server, () => assert.fail("it began anew")), "success");
      assert.deepEqual(server.bodies(PUSHED), [{ at: "1970-01-01T00:00:01.500Z", for: { ms: 2000 }, n: [1, 2] }]);
    });
  }
});

test("a polling worker runs what it gets, and ends with its signal", async () => {
  const server = new Server({
    "GET /workloads": [
      { status: 200, body: { workloads: [WORKLOAD] } },
      { status: 200, body: { workloads: [] } },
    ],
  });
  const ended = new AbortController();
  const worker = await workerOf(server, () => ended.abort());
  await worker.poll("queue", { signal: ended.signal });
  assert.equal(server.bodies("PATCH /state").length, 1);
});

test("a polling worker whose token is refused first ends what it has begun", async () => {
  const server = new Server({ "GET /workloads": [{ status: 200, body: { workloads: [WORKLOAD] } }, { status: 401 }] });
  const worker = await workerOf(server, () => sleep(200));
  await assert.rejects(worker.poll("queue", { signal: new AbortController().signal }), { status: 401 });
  assert.deepEqual(
    server.bodies("PATCH /state").map((body) => (body as Record<string, unknown>).state),
    ["success"],
  );
});

test("a method to resume with is one that the task has", async () => {
  const server = new Server({ "PATCH /run": [{ status: 200, body: { ...STARTED, next_method: "toString" } }] });
  assert.equal(await run(server, () => undefined), "failed");
});

test("the instances of a mapped task are counted, or it is said why not", async () => {
  const server = new Server({ "HEAD /xcoms/dag/run/other/key": [{ status: 404 }, { status: 200 }] });
  const failures: string[] = [];
  const count: Task = async ({ xcoms }) => {
    for (const _ of [404, 200]) await xcoms.count("other", "key").catch((error: Error) => failures.push(error.message));
  };
  assert.equal(await run(server, count), "success");
  assert.deepEqual(failures, [
    "/xcoms/dag/run/other/key: 404 Not Found",
    'XCom other.key: the Content-Range "" has no count',
  ]);
});

test("a web service takes workloads as requests", async () => {
  const server = new Server({});
  const worker = await workerOf(server, () => undefined);
  const tasks: Promise<void>[] = [];
  const service = createServer((request, response) => tasks.push(worker.handle(request, response)));
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  after(() => service.close());
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const status = async (body: string) => (await fetch(url, { method: "POST", body })).status;

  assert.equal(await status(JSON.stringify(WORKLOAD)), 202);
  assert.equal(await status(JSON.stringify({ ...WORKLOAD, ti: { dag_id: "other" } })), 404);
  assert.equal(await status("{"), 400);
  assert.equal(await status(" ".repeat(1 << 20) + JSON.stringify(WORKLOAD)), 400);
  assert.equal((await fetch(url)).status, 405);
  await Promise.all(tasks);
  assert.equal(server.bodies("PATCH /state").length, 1);
});
