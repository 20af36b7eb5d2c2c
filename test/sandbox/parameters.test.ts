/**
 * Every query parameter of every endpoint: it changes the answer, in a world made for it, or it is answered with 501.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type * as Sandbox from "effect-pipedrive/sandbox"
import type { AnyDescription } from "../../src/sandbox/http/call.js"
import { handlerOf, sampleHandler } from "../../src/sandbox/http/handler.js"
import { isSupported } from "../../src/sandbox/http/parameters.js"
import { documented, input } from "./inputs.js"
import { firstLead, furnish, own, seed, settings } from "./parameterCases.js"
import { known, prepare } from "./prepared.js"
import { all, type Reply, send, world } from "./support.js"

const asked = all.flatMap((endpoint) =>
  (endpoint.query ?? []).map((parameter) => ({
    endpoint,
    parameter,
    knows: isSupported(endpoint, handlerOf(endpoint).supportedParameters, parameter)
  }))
)

const keyOf = (endpoint: AnyDescription, parameter: string): string =>
  `${endpoint.version}.${endpoint.operation} ${parameter}`

// -----------------------------------------------------------------------------
// asking
// -----------------------------------------------------------------------------

type Query = Readonly<Record<string, string | number | undefined>>

/** What is asked for without the parameter. */
const request = (endpoint: AnyDescription, state: Sandbox.State) => {
  const flat: Record<string, unknown> = { ...input(endpoint, known(state)) }
  const path = endpoint.path.replace(/\{([^}]+)\}/g, (_, name) => encodeURIComponent(String(flat[name])))
  const names = endpoint.query ?? []
  const query = Object.fromEntries(
    names.filter((name) => flat[name] !== undefined).map((name) => [name, String(flat[name])])
  )
  const keys = endpoint.body?.keys ?? []
  const body = Object.fromEntries(keys.filter((key) => flat[key] !== undefined).map((key) => [key, flat[key]]))
  return { path: `/api/${endpoint.version}${path}`, query, body: endpoint.method === "GET" ? undefined : body }
}

const ask = (sandbox: Sandbox.Service, before: Sandbox.Snapshot, endpoint: AnyDescription, query: Query) =>
  Effect.gen(function* () {
    yield* sandbox.restore(before)
    const state = yield* sandbox.state
    const { body, path, query: needed } = request(endpoint, state)
    const parameters = new URLSearchParams()
    for (const [name, value] of Object.entries({ ...needed, ...query })) {
      if (value !== undefined) parameters.set(name, String(value === firstLead ? state.lead?.[0]?.id : value))
    }
    const at = parameters.size === 0 ? path : `${path}?${parameters}`
    return yield* send(sandbox)(endpoint.method, at, endpoint.method === "DELETE" ? undefined : body)
  })

/** What a reply says, apart from the pages it is cut into. */
const said = ({ body }: Reply): string => {
  const { additional_data, ...rest } = body
  const { next_cursor: _, pagination: __, ...beside } = additional_data ?? {}
  return JSON.stringify({ ...rest, beside })
}

const itemsOf = ({ body }: Reply): ReadonlyArray<string> | undefined => {
  const items = body.data?.items ?? body.data?.goals ?? body.data
  return Array.isArray(items) ? items.map((item) => JSON.stringify(item)) : items === null ? [] : undefined
}

// -----------------------------------------------------------------------------
// what each does
// -----------------------------------------------------------------------------

const pageProblem = (parameter: string, base: Reply, reply: Reply, alone: boolean): string | undefined => {
  const [before = [], after = []] = [itemsOf(base), itemsOf(reply)]
  if (before.length < 2 && !alone) return `needs two items, has ${before.length}`
  const wanted = parameter === "limit" ? before.slice(0, 1) : before.slice(1)
  return JSON.stringify(wanted) === JSON.stringify(after) ? undefined : "is not that part of the list"
}

/** Parameters that choose: what comes is part of what came without them. */
const chooses =
  /^(ids|.*_ids?|status|type|done|is_done|is_milestone|first_char|since|until|updated_(since|until)|(start|end)_date|pinned_to_.*|exclude|match|exact_match)$/

const problemOf = (parameter: string, base: Reply, reply: Reply, subset: boolean): string | undefined => {
  if (reply.status !== 200) return `${reply.status} ${JSON.stringify(reply.body)}`
  if (said(reply) === said(base)) return "changes nothing"
  const [before, after] = [itemsOf(base), itemsOf(reply)]
  if (!subset || before === undefined || after === undefined) return undefined
  if (after.length === 0) return "finds nothing"
  const all = new Set(before)
  return after.every((item) => all.has(item)) ? undefined : `${parameter} brings what was not there`
}

const now = "2026-05-15T10:00:00.000Z"

const rich = Effect.gen(function* () {
  yield* TestClock.setTime(Date.parse(now))
  const { sandbox } = yield* world({ seed: seed(now) })
  yield* prepare(sandbox)
  yield* furnish(sandbox)
  return { sandbox, before: yield* sandbox.snapshot }
})

describe("every query parameter", () => {
  it.effect("that the sandbox knows changes the answer", () =>
    Effect.gen(function* () {
      const { before, sandbox } = yield* rich
      const wrong: Array<string> = []
      for (const { endpoint, knows, parameter } of asked) {
        if (!knows || handlerOf(endpoint) === sampleHandler) continue
        const key = keyOf(endpoint, parameter)
        const { alone = false, base: needs = {}, free = false, set } = { ...settings[parameter], ...own[key] }
        const base = yield* ask(sandbox, before, endpoint, needs)
        if (base.status >= 300) {
          wrong.push(`${key}: without it ${base.status} ${JSON.stringify(base.body)}`)
          continue
        }
        const pages = parameter === "limit" || parameter === "start" || parameter === "cursor"
        if (pages) {
          const first = yield* ask(sandbox, before, endpoint, { ...needs, limit: 1 })
          const cursor = first.body.additional_data?.next_cursor
          const value = parameter === "cursor" ? cursor : 1
          const problem = pageProblem(
            parameter,
            base,
            yield* ask(sandbox, before, endpoint, { ...needs, [parameter]: value }),
            alone
          )
          if (problem !== undefined) wrong.push(`${key}: ${problem}`)
          continue
        }
        const problems: Array<string> = []
        for (const value of set ?? []) {
          const reply = yield* ask(sandbox, before, endpoint, { ...needs, [parameter]: value })
          const problem = problemOf(parameter, base, reply, !free && chooses.test(parameter))
          if (problem === undefined) break
          problems.push(`${value} ${problem}`)
        }
        if (set === undefined || problems.length === set.length)
          wrong.push(`${key}: ${problems.join("; ") || "no case"}`)
      }
      assert.strictEqual(wrong.join("\n"), "")
    })
  )

  it.effect("that it does not know is answered with 501, by name", () =>
    Effect.gen(function* () {
      const { before, sandbox } = yield* rich
      const wrong: Array<string> = []
      for (const { endpoint, knows, parameter } of asked) {
        if (knows) continue
        const reply = yield* ask(sandbox, before, endpoint, { [parameter]: documented(endpoint, parameter)[0] ?? 1 })
        const named = `of ${endpoint.version}.${endpoint.name} does yet`
        if (reply.status !== 501 || !new RegExp(`know what ${parameter}.* ${named}`).test(String(reply.body.error))) {
          wrong.push(`${keyOf(endpoint, parameter)}: ${reply.status} ${JSON.stringify(reply.body)}`)
        }
      }
      assert.strictEqual(wrong.join("\n"), "")
    })
  )

  it.effect("of which it knows some words names the others", () =>
    Effect.gen(function* () {
      const { before, sandbox } = yield* rich
      const wrong: Array<string> = []
      for (const { endpoint, parameter } of asked) {
        const words = handlerOf(endpoint).supportedParameters?.[parameter]
        if (words === undefined || words === true) continue
        for (const raw of documented(endpoint, parameter)) {
          const [word = ""] = raw.split(" ")
          const reply = yield* ask(sandbox, before, endpoint, {
            ...own[keyOf(endpoint, parameter)]?.base,
            [parameter]: word
          })
          const expected = words.includes(word) ? 200 : 501
          if (reply.status !== expected) wrong.push(`${keyOf(endpoint, parameter)}=${word}: ${reply.status}`)
          if (
            parameter === "include_fields" &&
            expected === 200 &&
            !JSON.stringify(reply.body).includes(`"${word.split(".").pop()}":`)
          ) {
            wrong.push(`${keyOf(endpoint, parameter)}=${word} is not there`)
          }
        }
      }
      assert.strictEqual(wrong.join("\n"), "")
    })
  )
})
