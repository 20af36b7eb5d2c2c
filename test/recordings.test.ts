import { existsSync, readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Endpoint, HttpLayer, type PipedriveError } from "effect-pipedrive"
import * as Fake from "./support/fake.js"
import { entries } from "./support/surface.js"

/** An answer of a live account, its names and numbers replaced. */
interface Recording {
  readonly method: string
  readonly path: string
  readonly request: { readonly params?: Record<string, string>; readonly data?: Record<string, unknown> }
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Record<string, unknown>
}

const folder = new URL("../../shared/data/recordings/", import.meta.url)

/** `/v1/deals/7` is v1, `/deals/{id}` with the id 7. */
const find = ({ method, path }: Recording) => {
  const [, version = "", below = ""] = /^\/(v[12])(\/.*)$/.exec(path) ?? []
  for (const { endpoint: call } of entries) {
    const { endpoint } = call
    if (endpoint.version !== version || endpoint.method !== method) continue
    const pattern = new RegExp(`^${endpoint.path.replace(/\{([^}]+)\}/g, "([^/]+)")}$`)
    const match = pattern.exec(below)
    if (match === null) continue
    const keys = Array.from(endpoint.path.matchAll(/\{([^}]+)\}/g), ([, key = ""]) => key)
    return { call, input: Object.fromEntries(keys.map((key, i) => [key, Number(match[i + 1])])) }
  }
  throw new Error(`no endpoint for ${method} ${path}`)
}

describe.skipIf(!existsSync(folder))("answers of a live account, checked strictly", () => {
  for (const file of existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : []) {
    it.effect(file.replace(/\.json$/, ""), () =>
      Effect.gen(function* () {
        const recording = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Recording
        const { call, input } = find(recording)
        const fake = Fake.make(Fake.json(recording.status, recording.body, recording.headers))
        // what a caller could ask for by hand; whether the recorded parameters are documented is not the question here
        const run = call as unknown as (
          input: unknown
        ) => Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>
        const value = yield* run({ ...recording.request.data, ...input }).pipe(
          HttpLayer.withPolicy({ responseValidation: "strict" }),
          Effect.provide(fake.live)
        )
        const { body } = recording
        assert.deepStrictEqual(
          value,
          body.data === null && Array.isArray((value as { data: unknown }).data) ? { ...body, data: [] } : body
        )
        assert.strictEqual(fake.seen[0]?.url.pathname, `/api${recording.path}`)
      })
    )
  }
})

if (!existsSync(folder)) console.log("recordings: the folder is not here, so they are not checked")
