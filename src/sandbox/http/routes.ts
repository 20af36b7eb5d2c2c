/**
 * The router: a table of routes, made from the endpoint descriptions of both versions.
 */
import * as v1 from "../../v1/index.js"
import * as v2 from "../../v2/index.js"
import type { AnyDescription } from "./call.js"

/** An endpoint with its path pattern. */
export interface Route {
  readonly endpoint: AnyDescription
  /** Literal segments, or names of parameters in braces. */
  readonly segments: ReadonlyArray<string>
}

const isDescribed = (value: unknown): value is { readonly endpoint: AnyDescription } =>
  typeof value === "function" && "endpoint" in value

const describedIn = (modules: object): ReadonlyArray<AnyDescription> =>
  Object.values(modules).flatMap((module) =>
    typeof module === "object" && module !== null
      ? // an endpoint may have two names: `delete` is exported as `delete_` too
        Array.from(new Set(Object.values(module)), (value) => (isDescribed(value) ? [value.endpoint] : [])).flat()
      : []
  )

let cachedTable: ReadonlyMap<string, ReadonlyArray<Route>> | undefined

/** All endpoints of both versions. */
export const endpoints = (): ReadonlyArray<AnyDescription> =>
  Array.from(table().values()).flatMap((routes) => routes.map((route) => route.endpoint))

const keyOf = (version: string, method: string, length: number): string => `${version} ${method} ${length}`

const parameters = (route: Route): number => route.segments.filter((segment) => segment.startsWith("{")).length

/** The routes by version, method and length; made on first use, the same for all sandboxes. */
const table = (): ReadonlyMap<string, ReadonlyArray<Route>> => {
  if (cachedTable !== undefined) return cachedTable
  const found = new Map<string, Array<Route>>()
  for (const endpoint of [...describedIn(v1), ...describedIn(v2)]) {
    const segments = endpoint.path.split("/").filter((segment) => segment !== "")
    const key = keyOf(endpoint.version, endpoint.method, segments.length)
    const routes = found.get(key)
    if (routes === undefined) found.set(key, [{ endpoint, segments }])
    else routes.push({ endpoint, segments })
  }
  // literal segments take precedence over parameters: `/deals/archived` is not a deal
  for (const routes of found.values()) routes.sort((a, b) => parameters(a) - parameters(b))
  cachedTable = found
  return found
}

/** The result of routing. */
export type Destination =
  | { readonly _tag: "Found"; readonly endpoint: AnyDescription; readonly path: Readonly<Record<string, string>> }
  | { readonly _tag: "OtherMethods"; readonly methods: ReadonlyArray<string> }
  | { readonly _tag: "Nowhere" }

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

const match = (route: Route, segments: ReadonlyArray<string>): Readonly<Record<string, string>> | undefined => {
  const path: Record<string, string> = {}
  for (const [at, expected] of route.segments.entries()) {
    const segment = segments[at] ?? ""
    if (expected.startsWith("{")) path[expected.slice(1, -1)] = decode(segment)
    else if (expected !== segment) return undefined
  }
  return path
}

/** The version and the rest of a path under `/api/v1`, `/v1` or `/api/v2`. */
export const versionOf = (pathname: string): readonly [version: "v1" | "v2", rest: string] | undefined => {
  const found = /^\/(?:api\/(v1|v2)|(v1))(\/.*)?$/.exec(pathname)
  if (found === null) return undefined
  return [found[1] === "v2" ? "v2" : "v1", found[3] ?? "/"]
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

/** Finds the endpoint of a request. */
export const find = (version: "v1" | "v2", method: string, rest: string): Destination => {
  const segments = rest.split("/").filter((segment) => segment !== "")
  const matchMethod = (name: string): Destination | undefined => {
    for (const route of table().get(keyOf(version, name, segments.length)) ?? []) {
      const path = match(route, segments)
      if (path !== undefined) return { _tag: "Found", endpoint: route.endpoint, path }
    }
    return undefined
  }
  const found = matchMethod(method)
  if (found !== undefined) return found
  const others = methods.filter((name) => name !== method && matchMethod(name) !== undefined)
  return others.length > 0 ? { _tag: "OtherMethods", methods: others } : { _tag: "Nowhere" }
}
