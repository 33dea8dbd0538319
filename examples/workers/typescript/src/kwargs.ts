/**
 * The arguments of a deferral come in one of two forms; the server sends each worker one that its version can read.
 *
 * Tagged, up to 2025-11-05: every object is `{"__type": T, "__var": V}`. Plain, later: JSON as it is, and
 * `{"__classname__": C, "__data__": D}` where JSON has no type.
 */
import { isRecord } from "./client.js";
import { Duration } from "./tasks.js";

/** Reads arguments in either form: a moment becomes a `Date`, a duration a `Duration`. */
export function decodeKwargs(given: unknown): Record<string, unknown> {
  if (given === null || given === undefined) return {};
  const decoded = decode(given);
  if (!isRecord(decoded)) throw new TypeError("the arguments to resume with are no object");
  return decoded;
}

/** Writes what JSON has no type for in the plain form, which the server turns into the other one for those who need it. */
export function encodeKwargs(kwargs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(kwargs).map(([name, value]) => [name, encode(value)]));
}

/** The time zone UTC, as a moment in the plain form names it. */
const UTC = instance("builtins.tuple", 1, ["UTC", "pendulum.tz.timezone.Timezone", 1, true]);

function encode(value: unknown): unknown {
  // As text: Python refuses an integer here, and JSON would make one of whole seconds.
  if (value instanceof Duration) return instance("datetime.timedelta", 2, String(value.ms / 1000));
  if (value instanceof Date) return instance("datetime.datetime", 2, { timestamp: value.getTime() / 1000, tz: UTC });
  if (Array.isArray(value)) return value.map(encode);
  return isPlainObject(value) ? encodeKwargs(value) : value;
}

/** Not an instance of a class, which may have a `toJSON` of its own. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

function instance(name: string, version: number, data: unknown) {
  return { __classname__: name, __version__: version, __data__: data };
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (!isRecord(value)) return value;
  if (typeof value.__type === "string") return decodeTyped(value.__type, value.__var);
  if (typeof value.__classname__ === "string") return decodeTyped(value.__classname__, value.__data__);
  return decodeObject(value);
}

function decodeTyped(type: string, data: unknown): unknown {
  switch (type) {
    case "dict":
      if (isRecord(data)) return decodeObject(data);
      break;
    case "tuple":
    case "set":
    case "builtins.tuple":
    case "builtins.set":
    case "builtins.frozenset":
      if (Array.isArray(data)) return data.map(decode);
      break;
    case "datetime":
    case "datetime.datetime":
    case "pendulum.datetime.DateTime":
      return new Date(milliseconds(type, isRecord(data) ? data.timestamp : data));
    case "timedelta":
    case "datetime.timedelta":
      return new Duration(milliseconds(type, data));
  }
  throw new TypeError(`the arguments to resume with hold a ${type}, which has no form here`);
}

function milliseconds(type: string, data: unknown): number {
  const seconds = typeof data === "string" ? Number(data) : data;
  if (typeof seconds !== "number" || Number.isNaN(seconds)) throw new TypeError(`a ${type} is no number of seconds`);
  return Math.round(seconds * 1000);
}

function decodeObject(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, decode(value)]));
}
