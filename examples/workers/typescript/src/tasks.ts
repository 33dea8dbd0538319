/** What tasks are written against. */

/** A connection: how to reach another system. What is not set is null. */
export interface Connection {
  id: string;
  type: string;
  host: string | null;
  port: number | null;
  login: string | null;
  password: string | null;
  schema: string | null;
  extra: string | null;
}

export interface Variables {
  /** The value, or undefined if there is no such variable. */
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, description?: string): Promise<void>;
  delete(key: string): Promise<void>;
}

export interface Connections {
  /** The connection, or undefined if there is none of that name. */
  get(id: string): Promise<Connection | undefined>;
}

/** The values that the tasks of one run hand to each other. */
export interface XComs {
  /** What a task of this run has pushed, or undefined. Its type is the caller's word. */
  get<T>(taskId: string, key?: string): Promise<T | undefined>;
  /** What all instances of a mapped task have pushed, in the order of their map indexes. */
  getMapped<T>(taskId: string, key?: string): Promise<T[]>;
  /** How many instances of a mapped task have pushed a value. */
  count(taskId: string, key?: string): Promise<number>;
  /** Hands a value on, as an XCom of this task. */
  push(key: string, value: unknown): Promise<void>;
}

export interface TaskInstance {
  id: string;
  dagId: string;
  runId: string;
  taskId: string;
  /** -1 where the task is not mapped. */
  mapIndex: number;
  tryNumber: number;
}

export interface DagRun {
  logicalDate: Date | null;
  runAfter: Date;
  conf: Record<string, unknown>;
}

/** What a task may ask for. */
export interface TaskContext {
  taskInstance: TaskInstance;
  dagRun: DagRun;
  variables: Variables;
  connections: Connections;
  xcoms: XComs;
  log: Pick<Console, "info" | "warn" | "error">;
  /** Aborted when the server says that the task is no longer this worker's, or when the worker ends. */
  signal: AbortSignal;
}

/** A task returns what it hands on as its result; null and undefined are no result. */
export type Task = (context: TaskContext) => unknown;

/** Goes on with what a deferral left behind, and the event that ended it. */
export type Resume<Kwargs> = (context: TaskContext, kwargs: Kwargs) => unknown;

/** The tasks of a Dag that run in this worker; others may run elsewhere. */
export class Dag {
  readonly #tasks = new Map<string, { run: Task; methods: Map<string, Resume<never>> }>();

  constructor(readonly id: string) {}

  /**
   * Adds a task.
   *
   * @param methods What goes on after a deferral, by the name that the deferral gives. The deferral may be of a worker in
   * another language.
   */
  task(id: string, run: Task, methods: Record<string, Resume<never>> = {}): this {
    if (this.#tasks.has(id)) throw new Error(`Dag ${this.id} has two tasks ${id}`);
    this.#tasks.set(id, { run, methods: new Map(Object.entries(methods)) });
    return this;
  }

  has(taskId: string): boolean {
    return this.#tasks.has(taskId);
  }

  /** Runs a task from its beginning, or from the method that a deferral named. */
  async execute(
    taskId: string,
    method: string | null,
    context: TaskContext,
    kwargs: Record<string, unknown>,
  ): Promise<unknown> {
    const task = this.#tasks.get(taskId);
    if (task === undefined) throw new Error(`Dag ${this.id} has no task ${taskId} here`);
    if (method === null) return await task.run(context);
    const resume = task.methods.get(method) as Resume<Record<string, unknown>> | undefined;
    if (resume === undefined) throw new Error(`task ${taskId} has no method ${method} to resume with`);
    return await resume(context, kwargs);
  }
}

/** A length of time among the arguments of a deferral, which Python keeps apart from a number. */
export class Duration {
  constructor(readonly ms: number) {}
}

/** Thrown by a task that has nothing to do. */
export class Skipped extends Error {
  override readonly name = "Skipped";
}

/** Thrown by a task that wants to run again from its beginning, later. */
export class Reschedule extends Error {
  override readonly name = "Reschedule";

  constructor(readonly at: Date) {
    super(`rescheduled for ${at.toISOString()}`);
  }
}

export interface DeferralOptions {
  /** The class path of the trigger, which the triggerer runs, and its arguments. */
  trigger: string;
  args?: Record<string, unknown>;
  timeoutMs?: number;
  /** The method to go on with, and what to hand to it: values of JSON, dates and durations. */
  resume: string;
  kwargs?: Record<string, unknown>;
}

/**
 * Thrown by a task that gives its slot back until a trigger fires. Any worker may go on then.
 *
 * @throws if JSON cannot hold the arguments.
 */
export class Deferral extends Error {
  override readonly name = "Deferral";

  constructor(readonly options: DeferralOptions) {
    super(`deferred until ${options.trigger}`);
    JSON.stringify(options); // fails in the task, whose end can be reported; later, it could not
  }
}
