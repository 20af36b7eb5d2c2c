/**
 * Runs a program of the playground. It is a worker, so that a program that does not end can be stopped, and that nothing it does
 * to its globals reaches the page.
 */
import { FetchHttpClient, HttpClient, HttpClientError, HttpClientRequest, HttpClientResponse } from "@effect/platform"
import * as EffectPackage from "effect"
import * as Root from "effect-pipedrive"
import * as Current from "effect-pipedrive/current"
import * as PipedriveError from "effect-pipedrive/PipedriveError"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"
import { transform } from "sucrase"
import type { FromWorker, Run } from "./protocol.js"

const { Cause, Effect, Exit, Inspectable, Runtime } = EffectPackage

const say = (message: FromWorker) => postMessage(message)

// -----------------------------------------------------------------------------
// output
// -----------------------------------------------------------------------------

const text = (value: unknown): string => {
  if (typeof value === "string") return value
  if (value instanceof Error) return errorText(value)
  if (value === undefined) return "undefined"
  return Inspectable.toStringUnknown(value)
}

/** What a person needs of an error: its tag, its message, and the line of the program where there is one. */
const errorText = (error: unknown): string => {
  if (Runtime.isFiberFailure(error)) return causeText(error[Runtime.FiberFailureCauseId])
  if (!(error instanceof Error)) return text(error)
  const tag = "_tag" in error && typeof error._tag === "string" ? error._tag : error.name
  return `${tag}: ${error.message}`
}

const causeText = (cause: EffectPackage.Cause.Cause<unknown>): string => {
  const failures = [...Cause.failures(cause), ...Cause.defects(cause)]
  return failures.length === 0 ? Cause.pretty(cause) : failures.map(errorText).join("\n")
}

for (const level of ["log", "info", "warn", "error", "debug"] as const) {
  console[level] = (...values: ReadonlyArray<unknown>) =>
    say({
      type: "output",
      level: level === "error" || level === "warn" ? level : "log",
      text: values.map(text).join(" ")
    })
}

// -----------------------------------------------------------------------------
// what a program finds
// -----------------------------------------------------------------------------

/** Runs that are not over; the program is done when its last line is reached and none is left. */
let running = 0
let reached = false
let finish = () => {}
const settle = () => {
  if (reached && running === 0) finish()
}

/** The promise that is given back is a new one: where the program does not handle a failure, it is reported. */
const watched = <A>(promise: Promise<A>): Promise<A> => {
  running++
  return promise.finally(() => {
    running--
    setTimeout(settle, 0)
  })
}

const runners: Partial<typeof Effect> = {
  runPromise: (effect, options) => watched(Effect.runPromise(effect, options)),
  runPromiseExit: (effect, options) => watched(Effect.runPromiseExit(effect, options)),
  runFork: (effect, options) => {
    const fiber = Effect.runFork(effect, options)
    watched(
      new Promise<void>((resolve) =>
        fiber.addObserver((exit) => {
          if (Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause)) console.error(causeText(exit.cause))
          resolve()
        })
      )
    )
    return fiber
  }
}

const modules: Record<string, unknown> = {
  effect: { ...EffectPackage, Effect: { ...Effect, ...runners } },
  // the rest of it is about servers and files, and five megabytes
  "@effect/platform": { FetchHttpClient, HttpClient, HttpClientError, HttpClientRequest, HttpClientResponse },
  "effect-pipedrive": Root,
  "effect-pipedrive/v1": v1,
  "effect-pipedrive/v2": v2,
  "effect-pipedrive/current": Current,
  "effect-pipedrive/sandbox": Sandbox,
  "effect-pipedrive/PipedriveError": PipedriveError
}

/** `effect/Stream` and the like: a member of a package's index. */
const member = (name: string): unknown => {
  const [, from = "", key = ""] =
    /^(effect|@effect\/platform|effect-pipedrive|effect-pipedrive\/v[12])\/(\w+)$/.exec(name) ?? []
  const index = modules[from]
  return typeof index === "object" && index !== null && Object.hasOwn(index, key)
    ? (index as Readonly<Record<string, unknown>>)[key]
    : undefined
}

const load = (name: string): unknown => {
  const found = modules[name] ?? member(name)
  if (found !== undefined) return found
  throw new Error(
    `the playground has no module "${name}"; it has ${Object.keys(modules).join(", ")}, and their modules`
  )
}

// -----------------------------------------------------------------------------
// running
// -----------------------------------------------------------------------------

const AsyncFunction = (async () => {}).constructor as new (
  ...texts: ReadonlyArray<string>
) => (...values: ReadonlyArray<unknown>) => Promise<void>

const compiled = (code: string) =>
  transform(code, { transforms: ["typescript", "imports"], disableESTransforms: true, preserveDynamicImport: true })
    .code

// the platform's HttpClient takes it for the base of relative addresses, which that of a worker made of text cannot be
Object.defineProperty(globalThis, "location", { value: undefined })

/** `fetch` leads into the sandbox, and nowhere else. */
const connect = (sandbox: Sandbox.Service) => {
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    if (new URL(request.url).origin !== sandbox.baseUrl) {
      throw new TypeError(`the playground sends nothing to ${new URL(request.url).host}: it only has its sandbox`)
    }
    const shown = request.clone()
    const response = await Effect.runPromise(sandbox.fetch(request))
    const { pathname, search } = new URL(shown.url)
    say({
      type: "request",
      method: shown.method,
      path: pathname + decodeURIComponent(search),
      status: response.status,
      sent: await readable(shown),
      received: await readable(response.clone())
    })
    return response
  }
}

const readable = async (message: Request | Response): Promise<string> => {
  const type = message.headers.get("content-type") ?? ""
  if (message.body === null && !(message instanceof Response)) return ""
  if (!/json|text|urlencoded/.test(type)) return type === "" ? "" : `(${type})`
  const body = await message.text()
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

/** Where a program is wrong: the transpiler counts lines from 1, and names the column. */
const syntaxText = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).replace(/^Error transforming \S+: /, "")

const run = async ({ code }: Run) => {
  const sandbox = await Effect.runPromise(Sandbox.make())
  connect(sandbox)
  const environment = { PIPEDRIVE_API_TOKEN: sandbox.token, PIPEDRIVE_BASE_URL: sandbox.baseUrl }
  Object.defineProperty(globalThis, "process", { value: { env: environment }, configurable: true })
  let program: string
  try {
    program = compiled(code)
  } catch (error) {
    console.error(`The program is not valid TypeScript: ${syntaxText(error)}`)
    return
  }
  await new AsyncFunction("require", "exports", "module", program)(load, {}, { exports: {} })
  reached = true
  await new Promise<void>((resolve) => {
    finish = resolve
    settle()
  })
}

addEventListener("unhandledrejection", (event) => {
  event.preventDefault()
  console.error(errorText(event.reason))
})

addEventListener("message", ({ data }: MessageEvent<Run>) => {
  run(data)
    .catch((error) => console.error(errorText(error)))
    .finally(() => setTimeout(() => say({ type: "done" }), 0))
})
