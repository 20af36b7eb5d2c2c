import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Console, Effect, Exit, Layer, Option } from "effect"
import { HttpLayer } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as V1 from "effect-pipedrive/v1"
import { DealFields, PersonFields } from "effect-pipedrive/v2"
import { afterAll } from "vitest"
import { run } from "../../cli/customFields.js"
import type { Entity } from "../../cli/fields/entities.js"
import * as Fake from "../support/fake.js"
import * as Large from "../support/largeAccount.js"

const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-custom-fields-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const newFile = () => join(folder, `${files++}`, "fields.ts")

/** What the command said, and how it ended. */
const command = (out: string, options: { readonly check?: boolean; readonly entity?: ReadonlyArray<Entity> } = {}) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const say = (text: unknown) => Effect.sync(() => void lines.push(String(text)))
    const exit = yield* Console.consoleWith((console) =>
      run({ out, check: options.check ?? false, entity: options.entity ?? [] }).pipe(
        Console.withConsole({ ...console, log: say, error: say }),
        Effect.exit
      )
    )
    return {
      ok: Exit.isSuccess(exit),
      lines,
      error: Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause))?.message : undefined
    }
  })

const onDisk = Layer.merge(NodeFileSystem.layer, NodePath.layer)
const account = Layer.merge(Sandbox.layer({ seed: Large.seed }), onDisk)

describe("custom-fields", () => {
  it.effect("writes the fields of all entities, and nothing when nothing has changed", () =>
    Effect.gen(function* () {
      const out = newFile()
      const first = yield* command(out)
      assert.deepStrictEqual([first.ok, first.lines], [true, [`${out} is written: 231 custom fields.`]])
      const text = readFileSync(out, "utf8")
      for (const entity of ["deal", "person", "organization", "product", "activity", "project"]) {
        assert.include(text, `export const ${entity}Fields = CustomFields.define({`)
      }
      const { ino, mtimeMs } = statSync(out)
      const second = yield* command(out)
      assert.deepStrictEqual(second.lines, [`${out} is up to date: 231 custom fields.`])
      assert.strictEqual(readFileSync(out, "utf8"), text)
      assert.deepStrictEqual([statSync(out).ino, statSync(out).mtimeMs], [ino, mtimeMs])
      const checked = yield* command(out, { check: true })
      assert.deepStrictEqual(
        [checked.ok, checked.lines],
        [true, [`${out} is what the account has: 231 custom fields.`]]
      )
      assert.deepStrictEqual(readdirSync(join(out, "..")), ["fields.ts"])
    }).pipe(Effect.provide(account))
  )

  it.effect("tells of a renamed option, of new, removed and renamed fields, and changes nothing", () =>
    Effect.gen(function* () {
      const out = newFile()
      yield* command(out)
      const text = readFileSync(out, "utf8")
      yield* DealFields.updateOptions({ field_code: Large.key(1), body: [{ id: 101, label: "first" }] })
      yield* DealFields.delete({ field_code: Large.key(40) })
      yield* DealFields.update({ field_code: Large.key(41), field_name: "Renamed" })
      yield* PersonFields.add({ field_name: "Shoe size", field_type: "double" })
      const { error, lines, ok } = yield* command(out, { check: true })
      assert.isFalse(ok)
      assert.deepStrictEqual(lines.join("\n").split("\n"), [
        "dealFields:",
        "  - Field 40 (`field40`), org, is gone",
        "  ~ Field 41 is called Renamed now (`renamed`, was `field41`)",
        '  ~ Size (`size_0001`): option "one" (101) is called "first" now',
        "personFields:",
        "  + Shoe size (`shoeSize`), double, is new"
      ])
      assert.match(error ?? "", /is not what the account has/)
      assert.strictEqual(readFileSync(out, "utf8"), text)
      yield* command(out)
      assert.isTrue((yield* command(out, { check: true })).ok)
    }).pipe(Effect.provide(account))
  )

  it.effect("tells of options that were deleted", () =>
    Effect.gen(function* () {
      const out = newFile()
      yield* DealFields.deleteOptions({ field_code: Large.key(1), body: [{ id: 101 }] })
      yield* command(out, { entity: ["deal"] })
      assert.match(
        readFileSync(out, "utf8"),
        /\n {3}\* Deleted options: "one" \(101\)\.\n {3}\*\/\n {2}size_0001: .*\n {4}two: 102,\n/
      )
      const v1 = yield* V1.DealFields.list()
      assert.deepStrictEqual(v1.data.find(({ key }) => key === Large.key(1))?.options_deleted, [
        { id: 101, label: "one" }
      ])
    }).pipe(Effect.provide(account))
  )

  it.effect("writes and checks the entities that are asked for", () =>
    Effect.gen(function* () {
      const out = newFile()
      yield* command(out, { entity: ["person", "deal", "person"] })
      assert.deepStrictEqual(readFileSync(out, "utf8").match(/export const \w+/g), [
        "export const dealFields",
        "export const personFields"
      ])
      assert.isTrue((yield* command(out, { check: true })).ok)
      const more = yield* command(out, { check: true, entity: ["product"] })
      assert.deepStrictEqual(more.lines, ["productFields: is not in the file"])
    }).pipe(Effect.provide(account))
  )

  it.effect("takes nobody else's file, and checks none that it has not written", () =>
    Effect.gen(function* () {
      const out = newFile()
      assert.match((yield* command(out, { check: true })).error ?? "", /is not there/)
      mkdirSync(join(out, ".."))
      writeFileSync(out, "export const mine = 1\n")
      assert.match((yield* command(out)).error ?? "", /was not written by this command/)
      assert.match((yield* command(out, { check: true })).error ?? "", /no custom fields that this command wrote/)
      assert.strictEqual(readFileSync(out, "utf8"), "export const mine = 1\n")
      writeFileSync(out, "\n")
      assert.isTrue((yield* command(out)).ok)
    }).pipe(Effect.provide(account))
  )

  it.effect("leaves no half of a file where it cannot write", () =>
    Effect.gen(function* () {
      const out = newFile()
      mkdirSync(out, { recursive: true })
      const onto = yield* command(out)
      assert.match(onto.error ?? "", /fields\.ts/)
      assert.notInclude(onto.error ?? "", "\n")
      assert.deepStrictEqual(readdirSync(join(out, "..")), ["fields.ts"])
    }).pipe(Effect.provide(account))
  )

  const answering = (answer: Fake.Answer | ((seen: Fake.Seen) => Fake.Answer)) =>
    Layer.merge(Fake.make(answer).live, onDisk)

  it.effect("says in a line why it could not read the account, and writes nothing", () =>
    Effect.gen(function* () {
      for (const [answer, words] of [
        [Fake.json(401, { success: false, error: "unauthorized access" }), /401/],
        [Fake.json(403, { success: false, error: "Scope and URL mismatch" }), /403/],
        [{ fault: new TypeError("fetch failed") }, /no connection|fetch failed|broke/]
      ] as const) {
        const out = newFile()
        const asked = Effect.provide(command(out, { entity: ["deal"] }), answering(answer))
        const { error, ok } = yield* HttpLayer.withPolicy(asked, { retries: 0 })
        assert.isFalse(ok)
        assert.match(error ?? "", words)
        assert.notInclude(error ?? "", "\n")
        assert.isFalse(existsSync(out))
      }
    })
  )

  it.effect("leaves out projects where the account has none, unless they were asked for", () =>
    Effect.gen(function* () {
      const layer = answering(({ path }) =>
        path.includes("projectFields") ? Fake.json(402, { success: false, error: "Not in your plan" }) : Fake.ok([])
      )
      const out = newFile()
      const { lines, ok } = yield* Effect.provide(command(out), layer)
      assert.isTrue(ok)
      assert.match(lines[0] ?? "", /^Left out the fields of project: .*402/)
      assert.notInclude(readFileSync(out, "utf8"), "projectFields")
      assert.isTrue((yield* Effect.provide(command(out, { check: true }), layer)).ok)
      assert.isFalse((yield* Effect.provide(command(out, { entity: ["project"] }), layer)).ok)
    })
  )
})
