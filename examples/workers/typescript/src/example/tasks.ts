/** The tasks of first_worker that are written in TypeScript. Its other tasks are written in Python. */
import { setTimeout as sleep } from "node:timers/promises";
import { Dag, Deferral, Duration, type TaskContext } from "../index.js";

interface Question {
  from: string;
  text: string;
}

/** Answers what a task in Python has asked, with a variable, a connection and the values of a mapped task. */
async function reply({ variables, connections, xcoms }: TaskContext) {
  const [question, greeting, nowhere, warehouse, parts] = await Promise.all([
    xcoms.get<Question>("ask", "question"),
    variables.get("greeting"),
    variables.get("nowhere"),
    connections.get("warehouse"),
    xcoms.getMapped<number>("part"),
  ]);
  if (!question || !warehouse) throw new Error("nobody asked, or there is no warehouse");
  await xcoms.push("echo", question.text);
  return {
    to: question.from,
    greeting,
    warehouse: `${warehouse.login ?? ""}@${warehouse.host ?? ""}:${warehouse.port ?? ""}`,
    has_password: Boolean(warehouse.password),
    nowhere: nowhere ?? "not there",
    parts,
  };
}

function fail(): never {
  throw new Error("this task fails on purpose");
}

/** Succeeds the second time. */
function retry({ taskInstance: { tryNumber }, log }: TaskContext): number {
  if (tryNumber < 2) throw new Error(`try ${tryNumber} fails on purpose`);
  log.info(`try ${tryNumber} succeeds`);
  return tryNumber;
}

const NOON = new Date("2026-01-02T12:00:00Z");

/** Defers; a worker in any language goes on. */
function wait(): never {
  throw new Deferral({
    trigger: "first_worker.Bell",
    args: { at: NOON.toISOString() },
    timeoutMs: 3_600_000,
    resume: "resume",
    kwargs: { since: NOON, patience: new Duration(90_000), visits: [1, 2] },
  });
}

interface Left {
  event: string;
  since: Date;
  patience: Duration;
  visits: number[];
}

/** Goes on with what was left behind by `wait`, here or in Python. */
function resume(_: TaskContext, { event, since, patience, visits }: Left) {
  const until = new Date(since.getTime() + patience.ms);
  return { event, until: until.toISOString().replace(".000Z", "Z"), patience: patience.ms / 1000, visits };
}

/** As `wait`, for a worker in Python to go on with. */
const hold = wait;

/** Runs until somebody wants it to stop. */
async function linger({ signal }: TaskContext): Promise<never> {
  await sleep(60_000, undefined, { signal });
  throw new Error("nobody has stopped this task");
}

export const firstWorker = new Dag("first_worker")
  .task("reply", reply)
  .task("fail", fail)
  .task("retry", retry)
  .task("wait", wait, { resume })
  .task("hold", hold)
  .task("linger", linger);
