/**
 * Answers that real accounts gave and that once failed the strict check. They are read from beside the repository; what
 * they taught is held by `test/liveAnswers.test.ts` without them.
 */
import { existsSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { HttpLayer } from "effect-pipedrive"
import * as Fake from "./support/fake.js"
import { ask, named } from "./support/surface.js"

interface Report {
  readonly id: string
  /** `v1.Deals.get` */
  readonly endpoint: string
  readonly input?: Readonly<Record<string, unknown>>
  readonly file: string
}

const folder = new URL("../../shared/data/reports/", import.meta.url)
const isHere = existsSync(folder)
const reports: ReadonlyArray<Report> = isHere ? JSON.parse(readFileSync(new URL("manifest.json", folder), "utf8")) : []

/** Recorded before Pipedrive added keys that every answer has by now. */
const older: Readonly<Record<string, ReadonlyArray<string>>> = {
  P07: ["origin", "origin_id", "channel", "channel_id"],
  P10: ["access", "is_deleted"],
  P25: ["is_archived", "origin", "origin_id", "channel", "channel_id", "archive_time"]
}

/** Operations by a name that they had when the manifest was written. */
const renamed: Readonly<Record<string, string>> = { "v1.Deals.getTimeline": "v1.Deals.listTimeline" }

describe.skipIf(!isHere)("answers of real accounts pass the strict check", () => {
  for (const { endpoint, file, id, input } of reports) {
    it.effect(`${id} ${endpoint}`, () =>
      Effect.gen(function* () {
        const body: unknown = JSON.parse(readFileSync(new URL(`payloads/${file}.json`, folder), "utf8"))
        const result = yield* ask(named(renamed[endpoint] ?? endpoint), input ?? {}).pipe(
          HttpLayer.withPolicy({ responseValidation: "strict" }),
          Effect.either,
          Effect.provide(Fake.make(Fake.json(200, body)).live)
        )
        if (Either.isRight(result)) {
          assert.deepStrictEqual(result.right, body)
          assert.notProperty(older, id)
          return
        }
        const error = result.left
        if (error._tag !== "InvalidResponse") return assert.fail(error.message)
        const missing = new Set((older[id] ?? []).map((key) => `${key} is missing`))
        assert.deepStrictEqual(
          error.issues
            .map(({ message, path }) => `${path.join(".")} ${message}`)
            .filter((issue) => !missing.has(issue.replace(/^.*\./, ""))),
          []
        )
      })
    )
  }
})

if (!isHere) console.log("reports: the folder is not here, so they are not checked")
