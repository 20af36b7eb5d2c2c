/**
 * A request of a caller's own making, checked by the rules of an endpoint's input.
 */
import * as HttpBody from "@effect/platform/HttpBody"
import type { Method, Version } from "../Endpoint.js"
import type { Issue } from "../PipedriveError.js"
import * as Known from "./options.js"
import * as Encode from "./schema/encode.js"
import { brief } from "./schema/inputIssues.js"
import * as Plain from "./schema/plainData.js"
import * as Times from "./schema/times.js"

/** @internal */
export interface Raw {
  readonly endpoint: string
  readonly version: Version
  readonly method: Method
  /** Below the host. */
  readonly path: string
  readonly url: string
  readonly body: HttpBody.HttpBody
  /** Why it is not to be sent. */
  readonly issues: ReadonlyArray<Issue>
}

const methods: ReadonlyArray<Method> = ["GET", "POST", "PUT", "PATCH", "DELETE"]

const refused = (issues: ReadonlyArray<Issue>, version?: Version, method: Method = "GET", path = ""): Raw => ({
  endpoint: version === undefined ? "request" : `${version}.request`,
  version: version ?? "v2",
  method,
  path,
  url: "",
  body: HttpBody.empty,
  issues
})

/** @internal */
export const make = (raw: unknown): Raw => {
  try {
    return read(raw)
  } catch (cause) {
    // getters, proxies: whatever a caller's object does when it is read
    return refused([{ path: [], message: `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}` }])
  }
}

const names = { version: true, method: true, path: true, query: true, body: true } as const

const read = (given: unknown): Raw => {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return refused([{ path: [], message: `must be an object, is ${brief(given)}` }])
  }
  const notPlain = Plain.notPlain(given)
  if (notPlain !== undefined) return refused([{ path: [], message: notPlain }])
  const [strange] = Known.unknown(given, names)
  if (strange !== undefined) return refused([{ path: [strange.option], message: strange.message }])
  const { body, method = "GET", path, query, version } = given as Readonly<Record<string, unknown>>
  if (version !== "v1" && version !== "v2") {
    return refused([{ path: ["version"], message: `must be "v1" or "v2", is ${brief(version)}` }])
  }
  const verb = methods.find((one) => one === method)
  if (verb === undefined) {
    return refused([{ path: ["method"], message: `must be ${methods.join(" or ")}, is ${brief(method)}` }], version)
  }
  const wrongPath = pathFault(path)
  if (wrongPath !== undefined) return refused([{ path: ["path"], message: wrongPath }], version, verb)
  const whole = `/api/${version}${String(path)}`
  const params = readQuery(query, version)
  const issues = params instanceof URLSearchParams ? bodyFaults(body) : [params]
  if (issues.length > 0 || !(params instanceof URLSearchParams)) return refused(issues, version, verb, whole)
  return {
    endpoint: `${version}.request`,
    version,
    method: verb,
    path: whole,
    url: params.size === 0 ? whole : `${whole}?${params}`,
    body: writeBody(body, version),
    issues: []
  }
}

const pathFault = (path: unknown): string | undefined => {
  if (typeof path !== "string") return `must be a string, is ${brief(path)}`
  if (/\/(\/|$)/.test(path)) return "has an empty part, which would ask for another resource"
  return path.startsWith("/") && new URL(path, "https://host").pathname === path && !/\/(%20|%09)+(\/|$)/.test(path)
    ? undefined
    : "must be a path below the version, such as /deals/42: its parts percent-encoded, no query"
}

const readQuery = (query: unknown, version: Version): URLSearchParams | Issue => {
  const params = new URLSearchParams()
  if (query === undefined || query === null) return params
  const wrong =
    typeof query === "object" && !Array.isArray(query) ? Plain.notPlain(query) : "is no object of parameters"
  if (wrong !== undefined) return { path: ["query"], message: wrong }
  for (const [key, value] of Object.entries(query)) {
    const path = ["query", key]
    const fault = Plain.findIssue(value, path) ?? Encode.emptyList(value, path)
    if (fault !== undefined) return fault
    for (const one of Array.isArray(value) ? value : [value ?? undefined]) {
      if (one === null) return { path, message: "is a list with null in it, which a query cannot hold" }
      if (typeof one === "object" && !Times.isTime(one)) {
        return { path, message: "is an object, which a query cannot hold" }
      }
    }
    const text = Encode.text(value, undefined, version)
    if (text !== undefined) params.append(key, text)
  }
  return params
}

const isKind = (body: unknown, kind: string): boolean => Object.prototype.toString.call(body) === `[object ${kind}]`

const isReady = (body: unknown): body is HttpBody.HttpBody | FormData | URLSearchParams | undefined =>
  body === undefined || HttpBody.isHttpBody(body) || isKind(body, "FormData") || isKind(body, "URLSearchParams")

const bodyFaults = (body: unknown): ReadonlyArray<Issue> => {
  const fault = isReady(body) ? undefined : Plain.findIssue(body, ["body"])
  return fault === undefined ? [] : [fault]
}

const writeBody = (body: unknown, version: Version): HttpBody.HttpBody => {
  if (body === undefined) return HttpBody.empty
  if (HttpBody.isHttpBody(body)) return body
  if (isKind(body, "FormData")) return HttpBody.formData(body as FormData)
  return isKind(body, "URLSearchParams")
    ? HttpBody.text(String(body), "application/x-www-form-urlencoded")
    : HttpBody.text(JSON.stringify(Encode.writeTimes(body, undefined, version)), "application/json")
}
