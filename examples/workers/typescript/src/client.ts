/** Speaks one version of the Task Execution API: its paths and types are generated from the document of that version. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import createClient, { type Client } from "openapi-fetch";
import { VERSION, type components, type paths } from "./generated.js";

export { VERSION };
export type Schemas = components["schemas"];
export type Workload = Schemas["ExecuteTask"];
export type ApiClient = Client<paths, "application/json">;

const ATTEMPTS = 5;
/**
 * The pauses add up to 17 seconds: a short fault costs little time, and a restart of the server is outlasted. Each is up to
 * a quarter longer, so that workers which failed at one moment do not come back at one.
 */
const FIRST_BACKOFF_MS = 200;
const BACKOFF_FACTOR = 4;
const JITTER = 0.25;
/** The longest that a server may ask to wait. */
const LONGEST_PAUSE_MS = 60_000;
/** A request that waits for workloads takes half of it. */
const TIMEOUT_MS = 60_000;

/** A response with a status from 400. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly url: string,
    /** What the server calls it, if it names a reason. */
    readonly reason: string | undefined,
    message: string,
  ) {
    super(`${new URL(url).pathname}: ${status} ${message}`);
  }
}

export interface ClientOptions {
  server: string;
  token: string;
  /** Sends the requests; the global `fetch` by default. */
  fetch?: (request: Request) => Promise<Response>;
}

/**
 * A client of one server under one token, which is replaced whenever the server renews it.
 *
 * A request that gets no response, a 429 or a 5xx is sent again, no earlier than the server asks by Retry-After, up to five
 * times in all: the server takes a repeated request for the same one.
 */
export function apiClient({ server, token, fetch: send = fetch }: ClientOptions): ApiClient {
  let current = token;

  async function attempt(request: Request): Promise<Response> {
    request.headers.set("Authorization", `Bearer ${current}`);
    request.headers.set("Correlation-ID", randomUUID());
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await send(new Request(request, { signal }));
    current = response.headers.get("Refreshed-API-Token") ?? current;
    return response;
  }

  async function persist(request: Request): Promise<Response> {
    for (let tries = 1, backoff = FIRST_BACKOFF_MS; ; tries++, backoff *= BACKOFF_FACTOR) {
      let pause = backoff * (1 + JITTER * Math.random());
      try {
        const response = await attempt(request.clone());
        await response.clone().arrayBuffer(); // a response that breaks off is none
        if ((response.status < 500 && response.status !== 429) || tries === ATTEMPTS) return response;
        const asked = Number(response.headers.get("Retry-After") ?? 0) * 1000;
        if (asked > pause) pause = Math.min(asked, LONGEST_PAUSE_MS);
      } catch (error) {
        if (request.signal.aborted || tries === ATTEMPTS) throw error;
      }
      await sleep(pause, undefined, { signal: request.signal });
    }
  }

  return createClient<paths, "application/json">({
    baseUrl: server,
    fetch: persist,
    headers: { Accept: "application/json", "Airflow-API-Version": VERSION },
  });
}

interface Result<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of a response, or an `ApiError`. */
export async function unwrap<T>(pending: Result<T> | Promise<Result<T>>): Promise<T> {
  const { data, error, response } = await pending;
  if (!response.ok) throw toError(response, error);
  return data as T;
}

function toError(response: Response, body: unknown): ApiError {
  const detail = isRecord(body) && "detail" in body ? body.detail : body;
  const { status, url } = response;
  if (isRecord(detail) && typeof detail.message === "string") {
    return new ApiError(status, url, typeof detail.reason === "string" ? detail.reason : undefined, detail.message);
  }
  if (detail === undefined || detail === "") return new ApiError(status, url, undefined, response.statusText); // to HEAD
  return new ApiError(status, url, undefined, typeof detail === "string" ? detail : JSON.stringify(detail));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
