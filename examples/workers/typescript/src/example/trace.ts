import { appendFileSync } from "node:fs";

/** A `fetch` that appends each exchange with the server to a file, as a line of JSON. */
export function traced(file: string): (request: Request) => Promise<Response> {
  return async (request) => {
    const sent = await request.clone().text();
    const response = await fetch(request);
    const received = await response.clone().text();
    const { pathname, search } = new URL(request.url);
    const exchange = {
      method: request.method,
      path: pathname,
      query: search.slice(1),
      api_version: request.headers.get("Airflow-API-Version"),
      correlation_id: request.headers.get("Correlation-ID"),
      request: decoded(sent),
      status: response.status,
      response: decoded(received),
    };
    appendFileSync(file, `${JSON.stringify(exchange)}\n`);
    return response;
  };
}

/** JSON as it is, nothing as null, and anything else as text. */
function decoded(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
