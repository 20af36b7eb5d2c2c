/** Requests of one's own, and names that are nearly right. */
import * as HttpBody from "@effect/platform/HttpBody"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { explain } from "../src/internal/configError.js"
import * as Options from "../src/internal/options.js"
import * as Raw from "../src/internal/rawRequest.js"

const bodyOf = (body: HttpBody.HttpBody) =>
  body._tag === "Uint8Array" ? `${body.contentType} ${new TextDecoder().decode(body.body)}` : body._tag

describe("the name that was probably meant", () => {
  it.each<[string, ReadonlyArray<string>, string | undefined]>([
    ["title", ["title"], "title"],
    ["titel", ["title"], "title"],
    ["itlte", ["title"], undefined],
    ["tite", ["title"], "title"],
    ["titles", ["title"], "title"],
    ["tile", ["title"], "title"],
    ["tilte", ["title"], "title"],
    ["xitle", ["title"], "title"],
    ["xixle", ["title"], undefined],
    ["ownerid", ["owner_id"], "owner_id"],
    ["onwerdi", ["owner_id"], undefined],
    ["onwer_di", ["owner_id"], "owner_id"],
    ["ownerxx", ["owner_id"], undefined],
    ["owner_xx", ["owner_id"], "owner_id"],
    ["ownerid_x", ["owner_id"], undefined],
    ["owner_id_xx", ["owner_id"], undefined],
    ["x", ["y"], "y"],
    ["ab", ["ba"], "ba"],
    ["abc", ["cab"], undefined],
    ["abcdef", ["abxyef", "abcxef"], "abcxef"],
    ["abcdef", ["abcxef", "abxyef"], "abcxef"],
    ["abcde", ["abxye"], undefined],
    ["ab", ["bc"], undefined],
    ["ab", ["ca"], undefined],
    ["a", ["bc"], undefined],
    ["a", [], undefined]
  ])("for %s among %s is %s", (given, known, expected) => assert.strictEqual(Options.nearest(given, known), expected))

  it("is refused by the first option that nobody knows", () => {
    const names = { key: true, seal: true } as const
    const error = Effect.runSync(Effect.flip(Options.refuseUnknown({ kye: 1, x: 2 }, names, "seal.")))
    assert.strictEqual(explain(error), "seal.kye: is no option: did you mean key?")
    const first = Effect.runSync(Effect.flip(Options.refuseUnknown({ kye: 1 }, names)))
    assert.strictEqual(explain(first), "kye: is no option: did you mean key?")
    Effect.runSync(Options.refuseUnknown({ key: 1 }, names))
  })

  it("is said, or else what there is", () => {
    assert.strictEqual(Options.unknownName("option", "titel", ["title", "b"]), "is no option: did you mean title?")
    assert.strictEqual(Options.unknownName("option", "zzz", ["title", "b"]), "is no option: there are title, b")
    assert.deepStrictEqual(Options.unknown({ a: 1, b: undefined, toString: 1, c: null }, { a: true }, "at."), [
      { option: "at.toString", message: "is no option: there are a" },
      { option: "at.c", message: "is no option: did you mean a?" }
    ])
    assert.deepStrictEqual([Options.unknown(null, {}), Options.unknown("x", {}), Options.unknown({}, {})], [[], [], []])
  })
})

describe("a request of one's own", () => {
  const made = (given: unknown) => {
    const { body, endpoint, issues, method, path, url, version } = Raw.make(given)
    return issues.length > 0
      ? issues
          .map((one) => `${endpoint} ${method} ${version} ${path} ! ${one.path.join(".")} ${one.message}`)
          .join("\n")
      : `${endpoint} ${method} ${path} ${url} ${bodyOf(body)}`
  }
  const get = { version: "v2", path: "/robots" }
  it.each<[string, unknown, string]>([
    ["is a GET", get, "v2.request GET /api/v2/robots /api/v2/robots Empty"],
    [
      "has a query",
      { ...get, query: { a: [1, "b"], c: null, d: undefined, e: true } },
      "v2.request GET /api/v2/robots /api/v2/robots?a=1%2Cb&e=true Empty"
    ],
    ["has no query", { ...get, query: null }, "v2.request GET /api/v2/robots /api/v2/robots Empty"],
    [
      "has times",
      { ...get, version: "v1", query: { at: new Date(0) } },
      "v1.request GET /api/v1/robots /api/v1/robots?at=1970-01-01+00%3A00%3A00 Empty"
    ],
    [
      "has a body",
      { ...get, method: "POST", body: { at: new Date(0) } },
      'v2.request POST /api/v2/robots /api/v2/robots application/json {"at":"1970-01-01T00:00:00Z"}'
    ],
    [
      "has null as body",
      { ...get, method: "PUT", body: null },
      "v2.request PUT /api/v2/robots /api/v2/robots application/json null"
    ],
    [
      "has a form",
      { ...get, method: "PATCH", body: new URLSearchParams({ a: "b" }) },
      "v2.request PATCH /api/v2/robots /api/v2/robots application/x-www-form-urlencoded a=b"
    ],
    [
      "has a form of files",
      { ...get, method: "POST", body: new FormData() },
      "v2.request POST /api/v2/robots /api/v2/robots FormData"
    ],
    [
      "has a body that is ready",
      { ...get, method: "POST", body: HttpBody.text("x", "text/plain") },
      "v2.request POST /api/v2/robots /api/v2/robots text/plain x"
    ],
    ["is deleted", { ...get, method: "DELETE" }, "v2.request DELETE /api/v2/robots /api/v2/robots Empty"],
    ["is no object", "x", 'request GET v2  !  must be an object, is "x"'],
    ["is null", null, "request GET v2  !  must be an object, is null"],
    ["is a list", [], "request GET v2  !  must be an object, is []"],
    ["is a Map", new Map(), "request GET v2  !  is not plain data"],
    ["has a name nobody knows", { ...get, pth: 1 }, "request GET v2  ! pth is no option: did you mean path?"],
    ["has another version", { path: "/x", version: "v3" }, 'request GET v2  ! version must be "v1" or "v2", is "v3"'],
    [
      "has another method",
      { ...get, version: "v1", method: "get" },
      'v1.request GET v1  ! method must be GET or POST or PUT or PATCH or DELETE, is "get"'
    ],
    ["has no path", { version: "v2", method: "POST" }, "v2.request POST v2  ! path must be a string, is undefined"],
    [
      "has a query that is none",
      { ...get, query: "a=b" },
      "v2.request GET v2 /api/v2/robots ! query is no object of parameters"
    ],
    [
      "has a query that is a list",
      { ...get, query: [] },
      "v2.request GET v2 /api/v2/robots ! query is no object of parameters"
    ],
    [
      "has a query that is a Map",
      { ...get, query: new Map() },
      "v2.request GET v2 /api/v2/robots ! query is not plain data"
    ],
    [
      "asks with an object",
      { ...get, query: { a: {} } },
      "v2.request GET v2 /api/v2/robots ! query.a is an object, which a query cannot hold"
    ],
    [
      "asks with a list of objects",
      { ...get, query: { a: [{}] } },
      "v2.request GET v2 /api/v2/robots ! query.a is an object, which a query cannot hold"
    ],
    [
      "asks with null in a list",
      { ...get, query: { a: [null] } },
      "v2.request GET v2 /api/v2/robots ! query.a is a list with null in it, which a query cannot hold"
    ],
    [
      "asks with an empty list",
      { ...get, query: { a: [] } },
      "v2.request GET v2 /api/v2/robots ! query.a is an empty list, which Pipedrive would take for no filter at all"
    ],
    [
      "asks with NaN",
      { ...get, query: { a: Number.NaN } },
      "v2.request GET v2 /api/v2/robots ! query.a is NaN, which is no number that can be sent"
    ],
    ["sends a Map", { ...get, body: { a: new Map() } }, "v2.request GET v2 /api/v2/robots ! body.a is not plain data"],
    [
      "throws",
      {
        get version() {
          throw new Error("no")
        }
      },
      "request GET v2  !  cannot be read: no"
    ],
    [
      "throws a text",
      {
        get version() {
          throw "no"
        }
      },
      "request GET v2  !  cannot be read: no"
    ]
  ])("%s", (_, given, expected) => assert.strictEqual(made(given), expected))

  it("has a path that a URL takes as it is", () => {
    const fault = (path: string) => Raw.make({ ...get, path }).issues[0]?.message.slice(0, 17)
    for (const path of ["/a", "/a/b%20c", "/a/%2F", "/a/%20b", "/a/b%20"]) assert.isUndefined(fault(path), path)
    for (const path of [
      "a",
      "",
      "/a b",
      "/a?b",
      "/a#b",
      "/a/../b",
      "/ä",
      "/a/%20",
      "/a/%20%09/b",
      "/%09",
      "https://x/y"
    ]) {
      assert.include(["must be a path be", "has an empty part"], fault(path), path)
    }
    for (const path of ["//a", "/a//b", "/a/", "/"]) assert.strictEqual(fault(path), "has an empty part", path)
  })
})
