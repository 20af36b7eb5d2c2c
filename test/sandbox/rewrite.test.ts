/**
 * What a read gives, a write takes: every thing that can be got and updated by one path is given back as it was read. A field
 * that is not taken is refused with a hint, and what is left is taken by the sandbox.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Sandbox from "effect-pipedrive/sandbox"
import * as Encode from "../../src/internal/schema/encode.js"
import type { AnyDescription } from "../../src/sandbox/http/call.js"
import { known, prepare } from "./prepared.js"
import { all, send, world } from "./support.js"

const pairs = all.flatMap((update) => {
  const isUpdate = update.method === "PUT" || update.method === "PATCH"
  const get = all.find(
    ({ method, path, version }) => method === "GET" && version === update.version && path === update.path
  )
  return isUpdate && update.path.endsWith("}") && update.body?.encoding === "json" && get !== undefined
    ? [{ get, update }]
    : []
})

const nounOf = ({ path }: AnyDescription): string => path.split("/")[1] ?? ""

/** The path of a thing that is there, and its ids as input. */
const placeOf = (endpoint: AnyDescription, state: Sandbox.State) => {
  const ids: Record<string, unknown> = {}
  const path = endpoint.path.replace(/\{([^}]+)\}/g, (_, key: string) => {
    const told = known(state)
    ids[key] = told[`${nounOf(endpoint)}.${key}`] ?? told[key] ?? 1
    return String(ids[key])
  })
  return { ids, path: `/api/${endpoint.version}${path}` }
}

const title = ({ version, operation }: AnyDescription): string => `${version}.${operation}`

describe("what a read gives, a write takes", () => {
  it("for as many as there are", () => assert.isAbove(pairs.length, 30))

  it.effect("or says what to leave out", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* world({ seed: "demo" })
      yield* prepare(sandbox)
      const wrong: Array<string> = []
      let written = 0
      for (const { get, update } of pairs) {
        const { ids, path } = placeOf(update, yield* sandbox.state)
        const read = yield* send(sandbox)("GET", path)
        if (read.status !== 200) {
          wrong.push(`${title(get)}: ${read.status} ${JSON.stringify(read.body)}`)
          continue
        }
        const data: Record<string, unknown> = Array.isArray(read.body.data) ? read.body.data[0] : read.body.data
        const encode = Encode.make(update as never)
        const whole = encode({ ...data, ...ids } as never)
        const refused = new Set<string>()
        for (const { hint, message, path } of Encode.isIssues(whole) ? whole : []) {
          const [key = ""] = path
          refused.add(String(key))
          if (hint === undefined) wrong.push(`${title(update)}: ${path.join(".")} ${message}, without a hint`)
        }
        const rest = Object.fromEntries(Object.entries({ ...data, ...ids }).filter(([key]) => !refused.has(key)))
        const wire = encode(rest as never)
        if (Encode.isIssues(wire)) {
          wrong.push(`${title(update)}: ${wire.map(({ message, path }) => `${path.join(".")} ${message}`).join("; ")}`)
          continue
        }
        const body = wire.body._tag === "Uint8Array" ? new TextDecoder().decode(wire.body.body) : undefined
        const reply = yield* send(sandbox)(update.method, wire.path, body)
        if (reply.status >= 300) wrong.push(`${title(update)}: ${reply.status} ${JSON.stringify(reply.body)}`)
        written += 1
      }
      assert.strictEqual(wrong.join("\n"), "")
      assert.strictEqual(written, pairs.length)
    })
  )
})

describe("the sandbox takes and refuses what Pipedrive does", () => {
  it.effect("a deal's channel_id, and no person_id of an activity", () =>
    Effect.gen(function* () {
      const { send } = yield* world({ seed: "demo" })
      const deal = yield* send("POST", "/api/v2/deals", { title: "T", channel_id: "spring", lost_reason: null })
      assert.deepStrictEqual([deal.status, deal.body.data.channel_id], [200, "spring"])
      const moved = yield* send("PATCH", "/api/v2/deals/1", { channel_id: "autumn" })
      assert.deepStrictEqual([moved.status, moved.body.data.channel_id], [200, "autumn"])
      for (const [method, path] of [
        ["POST", "/api/v2/activities"],
        ["PATCH", "/api/v2/activities/1"]
      ] as const) {
        const refused = yield* send(method, path, { subject: "S", person_id: 1 })
        assert.strictEqual(refused.status, 400)
        assert.match(refused.body.error, /person_id: Parameter 'person_id' is not allowed for this request/)
      }
    })
  )
})
