/** What an input's refusal says: which field, in plain words, and what was probably meant. */
import { execFileSync } from "node:child_process"
import { createRequire } from "node:module"
import { Readable } from "node:stream"
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Endpoint, PipedriveError } from "effect-pipedrive"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"
import * as Shape from "../src/internal/schema/ast.js"
import * as Encode from "../src/internal/schema/encode.js"
import * as Fake from "./support/fake.js"
import { entries } from "./support/surface.js"

const K = "d1f443a570bc497f809f07309cd3a6903ffe8900"

const wire = (endpoint: Endpoint.Any, input: unknown) => {
  const result = Encode.make(endpoint.endpoint as never)(input)
  if (!Encode.isIssues(result)) return result
  throw new Error(result.map((issue) => `${issue.path.join(".")} ${issue.message}`).join("; "))
}

/** Path and query, decoded; and the body. */
const sent = (endpoint: Endpoint.Any, input: unknown) => {
  const { body, path, query } = wire(endpoint, input)
  const bytes = body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""
  return `${path}${query === "" ? "" : `?${decodeURIComponent(query)}`}${bytes === "" ? "" : ` ${bytes}`}`
}

const refused = (endpoint: Endpoint.Any, input: unknown): ReadonlyArray<string> => {
  const result = Encode.make(endpoint.endpoint as never)(input)
  assert.isTrue(Encode.isIssues(result), "it was sent")
  return Encode.isIssues(result)
    ? result.map(({ hint, message, path }) => `${path.join(".")} ${message}${hint === undefined ? "" : ` | ${hint}`}`)
    : []
}

describe("what is not an input's own", () => {
  it("is not taken for given", () => {
    assert.deepStrictEqual(refused(v2.Deals.add, Object.create({ title: "T" })), [
      " has inherited fields (title), which would not be sent"
    ])
    assert.deepStrictEqual(
      refused(v2.Organizations.update, { id: 1, address: Object.create({ value: "Main Street 1" }) }),
      ["address has inherited fields (value), which would not be sent"]
    )
    // a class's accessors are inherited as well, though no loop over keys shows them
    class Draft {
      title = "T"
      get value() {
        return 5
      }
    }
    assert.deepStrictEqual(refused(v2.Deals.add, new Draft()), [
      " has inherited fields (value), which would not be sent"
    ])
    class Bare {
      title = "T"
      name() {
        return this.title
      }
    }
    assert.strictEqual(sent(v2.Deals.add, new Bare()), '/api/v2/deals {"title":"T"}')
    assert.strictEqual(sent(v2.Deals.add, runInNewContext('({ title: "T" })')), '/api/v2/deals {"title":"T"}')
  })

  it("is not looked up in tables either", () => {
    for (const key of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      const input = JSON.parse(`{"title":"T","${key}":{"a":1}}`)
      assert.deepStrictEqual(refused(v2.Deals.add, input), [`${key} is not a field of this endpoint`])
      const nested = JSON.parse(`{"id":1,"address":{"value":"A","${key}":1}}`)
      const [said = "", ...more] = refused(v2.Organizations.update, nested)
      assert.match(
        said,
        new RegExp(`^address\\.${key} is not a field here \\| leave it out; what can be changed is value,`)
      )
      assert.deepStrictEqual(more, [])
    }
  })

  it("nor lost where it is allowed", () => {
    const value = JSON.parse('{"__proto__":{"a":1},"value":1}')
    const at = new Date("2026-05-15T12:00:00Z")
    assert.strictEqual(
      sent(v2.Deals.update, { id: 1, custom_fields: { [K]: value }, won_time: at }),
      `/api/v2/deals/1 {"custom_fields":{"${K}":{"__proto__":{"a":1},"value":1}},"won_time":"2026-05-15T12:00:00Z"}`
    )
  })

  it("does no harm in Object.prototype", () => {
    const polluted = Object.prototype as unknown as Record<string, unknown>
    polluted.polluted = 1
    try {
      assert.strictEqual(sent(v2.Deals.add, { title: "T" }), '/api/v2/deals {"title":"T"}')
      assert.deepStrictEqual(refused(v2.Deals.add, { titel: "T" }), [
        "titel is not a field of this endpoint | did you mean title?",
        "title is missing"
      ])
    } finally {
      delete polluted.polluted
    }
  })
})

describe("hints", () => {
  const cases: ReadonlyArray<readonly [string, Endpoint.Any, unknown, ReadonlyArray<string>]> = [
    [
      "letters that changed places",
      v2.Deals.update,
      { id: 1, titel: "T" },
      ["titel is not a field of this endpoint | did you mean title?"]
    ],
    [
      "v1's part of a custom field",
      v2.Deals.update,
      { id: 1, custom_fields: { [`${K}_currency`]: "EUR" } },
      [
        `custom_fields.${K}_currency is not the key of a custom field (40 lower-case hexadecimal characters) | a part of a custom field: give { value, currency } under ${K}`
      ]
    ],
    [
      "the same at the top",
      v2.Deals.update,
      { id: 1, [`${K}_until`]: "2026-01-01" },
      [
        `${K}_until is not a field of this endpoint | a part of a custom field: give { value, until } under custom_fields.${K}`
      ]
    ],
    [
      "a status of v1",
      v2.Deals.list,
      { status: "all_not_deleted" },
      [
        'status must be "open" or "won" or "lost" or "deleted" or an array or null, is "all_not_deleted" | name the statuses: ["open", "won", "lost"]'
      ]
    ],
    [
      "a reference as it was read",
      v2.Deals.update,
      { id: 1, person_id: { value: 5, name: "A" } },
      ['person_id must be number or null, is {"value":5,"name":"A"} | give its id alone: 5']
    ],
    ["a number for yes", v2.Activities.update, { id: 1, done: 1 }, ["done must be boolean, is 1 | give true"]]
  ]
  for (const [name, endpoint, input, expected] of cases) {
    it(name, () => assert.deepStrictEqual(refused(endpoint, input), expected))
  }
})

describe("words", () => {
  it("are short for what refers to itself", () => {
    const cyclic: Record<string, unknown> = { value: 1 }
    cyclic.self = cyclic
    assert.deepStrictEqual(refused(v2.Deals.update, { id: 1, custom_fields: { [K]: cyclic } }), [
      `custom_fields.${K}.self refers to itself, which JSON cannot`
    ])
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i++) deep = [deep]
    assert.deepStrictEqual(refused(v2.Deals.update, { id: 1, custom_fields: { [K]: { value: deep } } }), [
      `custom_fields.${K} is nested too deeply`
    ])
  })

  it("speak of fields, not of Schemas", () => {
    const odd = [
      1.5,
      "x",
      true,
      null,
      {},
      { a: 1 },
      [],
      [{}],
      [1.5],
      ["x"],
      new Date(Number.NaN),
      new Map(),
      [[1]],
      [null]
    ]
    const stream = new ReadableStream()
    const seen = new Set<string>()
    const jargon =
      /FromSelf|ReadonlyArray|readonly|\bInt\b|suspended|schema|Schema|Composite|Refinement|=>|Symbol\(|undefined|\[object/
    for (const { endpoint, name } of entries) {
      const { body, path, query = [] } = endpoint.endpoint
      const keys = [...Encode.pathKeysOf(path), ...query, ...(body?.keys ?? [])]
      for (const key of keys) {
        const kind = `${key} ${Shape.at(endpoint.endpoint.input.ast, [key])}`
        if (seen.has(kind)) continue
        seen.add(kind)
        for (const value of [...odd, stream, { content: stream, name: "x" }]) {
          const result = Encode.make(endpoint.endpoint as never)({ [key]: value })
          if (!Encode.isIssues(result)) continue
          for (const issue of result) {
            assert.notMatch(`${issue.message} ${issue.hint ?? ""}`, jargon, `${name} ${key}`)
            assert.isBelow(issue.message.length, 300, issue.message)
          }
        }
      }
    }
  })

  it("say what a stream is, and that it is no file", () => {
    for (const file of [new ReadableStream(), { content: new ReadableStream(), name: "a.txt" }, Readable.from([])]) {
      assert.deepStrictEqual(refused(v1.Files.add, { file }), [
        "file is a stream that is none of Effect's: give { content: Stream.fromReadableStream(...), name }"
      ])
    }
    assert.deepStrictEqual(refused(v1.Files.add, { file: Stream.make(Uint8Array.of(1)) }), [
      "file is a Stream without a name: give { content, name }"
    ])
    assert.deepStrictEqual(refused(v2.Deals.update, { id: 1, title: new ReadableStream() }), [
      "title must be string, is a ReadableStream"
    ])
  })

  it("never show a password", () => {
    const refusal = refused(v1.Webhooks.add, { http_auth_password: 12345, name: { token: "abcde" } }).join()
    assert.notMatch(refusal, /12345|abcde/)
  })
})

describe("undefined and null", () => {
  it("null in a query is left out, wherever a parameter may be", () => {
    assert.strictEqual(
      sent(v2.Deals.list, { cursor: null, status: null, ids: null, limit: 5 }),
      "/api/v2/deals?limit=5"
    )
    let tried = 0
    for (const { endpoint } of entries) {
      const { input, query = [] } = endpoint.endpoint
      if (query.length === 0 || Encode.isIssues(Encode.make(endpoint.endpoint as never)({}))) continue
      const nothing = Object.fromEntries(query.map((key) => [key, null]))
      assert.isFalse(sent(endpoint, nothing).includes("?"), input.toString())
      tried++
    }
    assert.isAbove(tried, 45)
  })

  it("undefined leaves alone, at every depth", () => {
    assert.strictEqual(
      sent(v2.Deals.update, { id: 1, custom_fields: { [K]: undefined, [`${K.slice(1)}a`]: 1 }, title: undefined }),
      `/api/v2/deals/1 {"custom_fields":{"${K.slice(1)}a":1}}`
    )
    assert.strictEqual(
      sent(v2.Organizations.update, { id: 1, address: { value: "A", country: undefined } }),
      '/api/v2/organizations/1 {"address":{"value":"A"}}'
    )
    assert.match(refused(v2.Deals.update, { id: 1, custom_fields: { [K]: undefined } })[0] ?? "", /changes nothing/)
    assert.strictEqual(
      sent(v2.Deals.update, { id: 1, title: "T", custom_fields: { [K]: undefined } }),
      '/api/v2/deals/1 {"title":"T"}'
    )
  })
})

describe("times", () => {
  it("of day end before midnight, durations do not", () => {
    for (const update of [v1.Activities.update, v2.Activities.update]) {
      for (const due_time of ["00:00", "23:59", "23:59:59", ""])
        assert.include(sent(update, { id: 1, due_time }), due_time)
      for (const due_time of ["24:00", "25:00", "9:00", "10:60", "10:00:60", "noon"]) {
        assert.deepStrictEqual(refused(update, { id: 1, due_time }), [
          "due_time is not a time of day of the form HH:MM or HH:MM:SS"
        ])
      }
      assert.include(sent(update, { id: 1, duration: "100:30" }), "100:30")
      assert.deepStrictEqual(refused(update, { id: 1, duration: "1h" }), [
        "duration is not a duration of the form HH:MM or HH:MM:SS"
      ])
    }
  })

  const impossible = [
    "2026-02-31",
    "2026-02-31T10:00:00Z",
    "yesterday",
    "",
    "2026-1-1",
    "2026-05-15T25:00:00Z",
    "now",
    "0"
  ]

  it("that are none are refused before sending", () => {
    for (const text of [...impossible, "2026-01-01T00:00:00Z", "2026-01-01 00:00:00"]) {
      assert.match(refused(v2.Deals.update, { id: 1, expected_close_date: text })[0] ?? "", /YYYY-MM-DD/, text)
    }
    for (const text of [...impossible, "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00Z"]) {
      assert.match(refused(v2.Deals.list, { updated_since: text })[0] ?? "", /YYYY-MM-DDTHH:MM:SSZ/, text)
      assert.match(refused(v2.Deals.update, { id: 1, won_time: text })[0] ?? "", /YYYY-MM-DDTHH:MM:SSZ/, text)
      assert.match(refused(v1.Leads.list, { updated_since: text })[0] ?? "", /YYYY-MM-DDTHH:MM:SSZ/, text)
    }
    for (const text of impossible) {
      assert.match(refused(v1.Recents.list, { since_timestamp: text })[0] ?? "", /YYYY-MM-DD HH:MM:SS/, text)
    }
    for (const text of ["9:00", "09:61", "noon"]) {
      assert.match(refused(v2.Activities.update, { id: 1, due_time: text })[0] ?? "", /HH:MM/, text)
    }
  })

  it("that Pipedrive takes pass, in the form that it wants", () => {
    const forms = [
      ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"],
      ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00Z"],
      ["2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00Z"],
      ["2026-01-01 00:00:00", "2026-01-01T00:00:00Z"],
      ["2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"]
    ]
    for (const [given, expected] of forms) {
      assert.strictEqual(sent(v2.Deals.list, { updated_since: given }), `/api/v2/deals?updated_since=${expected}`)
      assert.strictEqual(
        sent(v2.Deals.update, { id: 1, won_time: given }),
        `/api/v2/deals/1 {"won_time":"${expected}"}`
      )
      assert.strictEqual(sent(v1.Leads.list, { updated_since: given }), `/api/v1/leads?updated_since=${expected}`)
    }
    const old = [
      ["2026-01-01 00:00:00", "2026-01-01+00:00:00"],
      ["2026-01-01", "2026-01-01"],
      ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"],
      ["2026-01-01T00:00:00.000Z", "2026-01-01+00:00:00"],
      ["2026-01-01T02:00:00+02:00", "2026-01-01+00:00:00"]
    ]
    for (const [given, expected] of old) {
      assert.strictEqual(
        sent(v1.Recents.list, { since_timestamp: given }),
        `/api/v1/recents?since_timestamp=${expected}`
      )
    }
  })

  it("a Date is no day where it is another in UTC", { timeout: 60_000 }, () => {
    const program = `
      import { Deals } from "effect-pipedrive/v2"
      import * as Encode from "./src/internal/schema/encode.js"
      const key = "${K}"
      const send = (input) => {
        const wire = Encode.make(Deals.update.endpoint)({ id: 1, ...input })
        return Encode.isIssues(wire) ? wire[0].message : new TextDecoder().decode(wire.body.body)
      }
      const days = [new Date(2026, 4, 15), new Date(2026, 4, 15, 12), new Date("2026-05-15")]
      console.log(JSON.stringify(days.map((day) => [
        send({ expected_close_date: day }),
        send({ custom_fields: { [key]: day } }),
        send({ won_time: day })
      ])))
    `
    const tsx = createRequire(import.meta.url).resolve("tsx/cli")
    const run = (TZ: string): ReadonlyArray<ReadonlyArray<string>> =>
      JSON.parse(
        execFileSync(process.execPath, [tsx, "--eval", program, "--input-type=module"], {
          env: { ...process.env, TZ },
          encoding: "utf8"
        })
      )
    const twoDays = 'is a Date that falls on one day here and on another in UTC: give "YYYY-MM-DD", or a zoned DateTime'
    const day = ['{"expected_close_date":"2026-05-15"}', `{"custom_fields":{"${K}":"2026-05-15"}}`]
    const time = (hour: string) => `{"won_time":"${hour}:00:00Z"}`
    assert.deepStrictEqual(run("Asia/Tokyo"), [
      [twoDays, twoDays, time("2026-05-14T15")],
      [...day, time("2026-05-15T03")],
      [...day, time("2026-05-15T00")]
    ])
    assert.deepStrictEqual(run("America/New_York"), [
      [...day, time("2026-05-15T04")],
      [...day, time("2026-05-15T16")],
      [twoDays, twoDays, time("2026-05-15T00")]
    ])
    assert.deepStrictEqual(run("UTC"), [
      [...day, time("2026-05-15T00")],
      [...day, time("2026-05-15T12")],
      [...day, time("2026-05-15T00")]
    ])
  })
})

describe("files", () => {
  const contents = (file: unknown) =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok({}))
      const call = v1.Files.add as unknown as (
        input: unknown
      ) => Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>
      yield* call({ file }).pipe(Effect.ignore, Effect.provide(fake.live))
      const body = fake.seen[0]?.body
      const part = body instanceof FormData ? body.get("file") : undefined
      if (!(part instanceof File)) return "no file"
      return [part.name, ...new Uint8Array(yield* Effect.promise(() => part.arrayBuffer()))]
    })

  it.effect("are bytes of any realm, a whole buffer, and no more than a view shows", () =>
    Effect.gen(function* () {
      const foreign = runInNewContext("new Uint8Array([1, 2, 3])")
      assert.isFalse(foreign instanceof Uint8Array)
      const whole = Uint8Array.from([9, 1, 2, 3, 9])
      const given = [
        foreign,
        foreign.buffer,
        Uint8Array.from([1, 2, 3]).buffer,
        whole.subarray(1, 4),
        new DataView(whole.buffer, 1, 3),
        Buffer.from([1, 2, 3]),
        new Blob([Uint8Array.from([1, 2, 3])]),
        { content: foreign, name: "file" },
        { content: whole.buffer.slice(1, 4), name: "file" }
      ]
      for (const file of given) assert.deepStrictEqual(yield* contents(file), ["file", 1, 2, 3])
    })
  )

  it.effect("and Blobs that are of no class of ours", () =>
    Effect.gen(function* () {
      const inner = new Blob([Uint8Array.from([1, 2, 3])])
      const blob = {
        size: 3,
        type: "text/plain",
        arrayBuffer: () => inner.arrayBuffer(),
        stream: () => inner.stream(),
        [Symbol.toStringTag]: "Blob"
      }
      assert.deepStrictEqual(yield* contents(blob), ["file", 1, 2, 3])
      assert.deepStrictEqual(yield* contents({ content: blob, name: "x", type: "a/b" }), ["x", 1, 2, 3])
      const [said = ""] = refused(v1.Files.add, { file: { ...blob, stream: 0, arrayBuffer: 0 } })
      assert.match(said, /^file is a Blob of a class that cannot be read here: give its bytes/)
    })
  )

  it("are no paths", () => {
    for (const file of ["/etc/passwd", { content: "/etc/passwd", name: "passwd" }, new URL("file:///etc/passwd")]) {
      assert.match(refused(v1.Files.add, { file })[0] ?? "", /^file is not a file: .*`Upload\.fromPath` makes one/)
    }
  })

  it("are refused with a name, type, size or key that is none", () => {
    const content = new Uint8Array(3)
    const given: ReadonlyArray<readonly [object, RegExp]> = [
      [{ content }, /without a name/],
      [{ content, name: "" }, /without a name/],
      [{ content, name: 5 }, /without a name/],
      [{ content, name: "a", type: "text/plain\r\nx: y" }, /`type` that is none/],
      [{ content, name: "a", type: "pdf" }, /`type` that is none/],
      [{ content: Stream.empty, name: "a", size: -1 }, /`size` that is none/],
      [{ content: Stream.empty, name: "a", size: "3" }, /`size` that is none/],
      [{ content, name: "a", onProgress: true }, /`onProgress` that is no function/],
      [{ content, name: "a", filename: "b" }, /is given with filename, but takes content, name, type/]
    ]
    for (const [file, said] of given) assert.match(refused(v1.Files.add, { file }).join(), said)
  })
})
