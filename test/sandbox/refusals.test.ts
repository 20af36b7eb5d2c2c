import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { handlers } from "../../src/sandbox/operations/index.js"
import { keys } from "../../src/sandbox/seeds/demoCompany.js"
import { all, world } from "./support.js"

const gateway = {
  success: false,
  error: "unauthorized access",
  errorCode: 401,
  error_info: "Please check developers.pipedrive.com"
}

describe("credentials are looked at before anything else", () => {
  const wrong: ReadonlyArray<readonly [what: string, path: string, headers: Readonly<Record<string, string>>]> = [
    ["none", "/v1/deals", { "x-api-token": "" }],
    ["a wrong token", "/api/v2/deals", { "x-api-token": "wrong" }],
    ["a bearer that nobody has", "/v1/deals", { "x-api-token": "", authorization: "Bearer nobody" }],
    ["none, at a path that does not exist", "/v1/nothing/here", { "x-api-token": "wrong" }],
    ["none, with a method that does not exist", "/v1/users/me", { "x-api-token": "wrong" }]
  ]
  for (const [what, path, headers] of wrong) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const { send } = yield* world()
        const reply = yield* send("GET", path, undefined, headers)
        assert.strictEqual(reply.status, 401)
        assert.deepStrictEqual(reply.body, gateway)
        assert.strictEqual(reply.headers["x-401-by-gw"], "true")
        assert.match(reply.headers["x-correlation-id"] ?? "", /^[0-9a-f-]{36}$/)
      })
    )
  }

  it.effect("a malformed authorization header is a bad request", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* world()
      const response = yield* sandbox.fetch(
        new Request(`${sandbox.baseUrl}/v1/deals`, { headers: { authorization: "sandbox-token" } })
      )
      assert.strictEqual(response.status, 400)
      const body = yield* Effect.promise(() => response.json())
      assert.strictEqual(body.error, "Invalid request: malformed authorization header")
    })
  )

  it.effect("the token may stand in the query, as in old scripts", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* world()
      const response = yield* sandbox.fetch(new Request(`${sandbox.baseUrl}/api/v2/deals?api_token=${sandbox.token}`))
      assert.strictEqual(response.status, 200)
    })
  )
})

describe("what is not there", () => {
  const missing: ReadonlyArray<readonly [method: string, path: string, error: string]> = [
    ["GET", "/v1/deals/999", "Deal not found"],
    ["PUT", "/v1/persons/999", "Person not found"],
    ["DELETE", "/v1/organizations/999", "Organization not found"],
    ["GET", "/v1/users/999", "User not found or not accessible."],
    ["GET", "/v1/leads/6f2b8f80-5044-11f1-8f4f-d7944c9e4f3a", "requested lead not found"],
    ["GET", "/api/v2/deals/999", "Deal not found"],
    ["PATCH", "/api/v2/stages/999", "Stage not found"],
    ["GET", "/v1/persons/999/deals", "Person not found"]
  ]
  for (const [method, path, error] of missing) {
    it.effect(`${method} ${path}`, () =>
      Effect.gen(function* () {
        const { send } = yield* world()
        const reply = yield* send(method, path, method === "GET" || method === "DELETE" ? undefined : { name: "x" })
        assert.strictEqual(reply.status, 404)
        assert.strictEqual(reply.body.success, false)
        assert.strictEqual(reply.body.error, error)
      })
    )
  }

  it.effect("v1 says where to read on", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      assert.deepStrictEqual((yield* send("GET", "/v1/deals/999")).body, {
        success: false,
        error: "Deal not found",
        error_info: "Please check developers.pipedrive.com for more information about Pipedrive API.",
        data: null,
        additional_data: null
      })
    })
  )

  it.effect("paths and methods that nobody serves", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      assert.strictEqual((yield* send("GET", "/v1/nothing")).status, 404)
      assert.strictEqual((yield* send("GET", "/elsewhere")).status, 404)
      const reply = yield* send("PUT", "/api/v2/deals/1", { title: "x" })
      assert.strictEqual(reply.status, 405)
      assert.strictEqual(reply.headers.allow, "GET, PATCH, DELETE")
    })
  )
})

describe("v2 is strict", () => {
  const refused: ReadonlyArray<readonly [what: string, method: string, path: string, body: unknown, error: RegExp]> = [
    [
      "a key it does not know",
      "POST",
      "/api/v2/deals",
      { title: "x", user_id: 1 },
      /user_id: Parameter 'user_id' is not allowed for this request/
    ],
    ["a custom field beside the others", "POST", "/api/v2/deals", { title: "x", [keys.source]: 1 }, /is not allowed/],
    [
      "a custom field that is none",
      "POST",
      "/api/v2/deals",
      { title: "x", custom_fields: { ["0".repeat(40)]: 1 } },
      /custom_fields\.0{40}: .*is not allowed/
    ],
    ["a number in quotes", "POST", "/api/v2/deals", { title: "x", value: "5" }, /value/],
    ["an id in quotes", "PATCH", "/api/v2/deals/1", { owner_id: "13000001" }, /owner_id/],
    ["1 for true", "PATCH", "/api/v2/activities/1", { done: 1 }, /done/],
    ["v1's visible_to", "PATCH", "/api/v2/deals/1", { visible_to: "3" }, /visible_to/],
    ["a title that is missing", "POST", "/api/v2/deals", { value: 1 }, /title: Parameter 'title' is required/],
    ["an empty set", "PATCH", "/api/v2/deals/1", { custom_fields: { [keys.rooms]: [] } }, /rooms|non-empty/],
    ["an option that is none", "PATCH", "/api/v2/deals/1", { custom_fields: { [keys.source]: 77 } }, /option/],
    ["an id in the body", "POST", "/api/v2/deals", { id: 5, title: "x" }, /id: .*is not allowed/],
    ["an array", "POST", "/api/v2/deals", [], /must be an object/],
    ["a body that is no JSON", "POST", "/api/v2/deals", "{", /JSON/],
    ["a parameter it does not know", "GET", "/api/v2/activities?type=call", undefined, /type: .*is not allowed/],
    ["a page that is too large", "GET", "/api/v2/deals?limit=501", undefined, /limit/],
    [
      "fractions of a second",
      "GET",
      "/api/v2/deals?updated_since=2026-05-15T09:00:00.123Z",
      undefined,
      /not a valid datetime/
    ],
    [
      "v1's form of a time",
      "GET",
      "/api/v2/deals?updated_since=2026-05-15%2009:00:00",
      undefined,
      /not a valid datetime/
    ],
    ["an id that is no number", "GET", "/api/v2/deals/abc", undefined, /id/],
    [
      "more than a hundred ids",
      "GET",
      `/api/v2/deals?ids=${Array.from({ length: 101 }, (_, at) => at + 1).join(",")}`,
      undefined,
      /ids/
    ],
    ["an order that there is not", "GET", "/api/v2/deals?sort_by=title", undefined, /sort_by/],
    ["a time of one digit", "PATCH", "/api/v2/activities/1", { due_time: "9:5" }, /due_time/]
  ]
  for (const [what, method, path, body, error] of refused) {
    it.effect(`refuses ${what}`, () =>
      Effect.gen(function* () {
        const { send } = yield* world()
        const reply = yield* send(method, path, body)
        assert.strictEqual(reply.status, 400, JSON.stringify(reply.body))
        assert.strictEqual(reply.body.code, "ERR_SCHEMA_VALIDATION_FAILED")
        assert.match(reply.body.error, /^Validation failed: /)
        assert.match(reply.body.error, error)
      })
    )
  }

  it.effect("names all that is wrong at once", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      const { body } = yield* send("POST", "/api/v2/deals", { title: "x", one: 1, two: 2 })
      assert.strictEqual(
        body.error,
        "Validation failed: one: Parameter 'one' is not allowed for this request; two: Parameter 'two' is not allowed for this request"
      )
    })
  )

  it.effect("also where answers are made up", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      assert.strictEqual((yield* send("POST", "/api/v2/projects", { nonsense: true })).status, 400)
    })
  )
})

describe("v1 has good will", () => {
  it.effect("but wants what must be given", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      const wanted: ReadonlyArray<readonly [path: string, body: unknown, error: RegExp]> = [
        ["/v1/deals", { value: 5 }, /^Deal title must be given\.$/],
        ["/v1/persons", {}, /Name/],
        ["/v1/notes", { content: "x" }, /deal_id/],
        ["/v1/leads", { title: "x" }, /person or an organization/],
        ["/v1/deals", { title: "x", stage_id: "first" }, /stage_id/],
        ["/v1/deals", { title: "x", person_id: 999 }, /Person not found/]
      ]
      for (const [path, body, error] of wanted) {
        const reply = yield* send("POST", path, body)
        assert.strictEqual(reply.status, 400)
        assert.match(reply.body.error, error)
      }
    })
  )

  it.effect("and reads forms like JSON", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      const reply = yield* send("POST", "/v1/deals", "title=From+a+form&value=7", {
        "content-type": "application/x-www-form-urlencoded"
      })
      assert.strictEqual(reply.status, 201)
      assert.strictEqual(reply.body.data.value, 7)
    })
  )
})

describe("nothing makes it fall over", () => {
  it.effect("every endpoint answers a body of any kind with JSON", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      const bodies: ReadonlyArray<unknown> = [
        undefined,
        null,
        [],
        "x",
        1,
        {},
        { id: {}, name: [], custom_fields: 1, title: {} }
      ]
      for (const endpoint of all) {
        const path = endpoint.path.replace(/\{[^}]+\}/g, "1")
        for (const body of bodies) {
          const reply = yield* send(
            endpoint.method,
            `/api/${endpoint.version}${path}?limit=x&start=-1&ids=,&status=`,
            endpoint.method === "GET" ? undefined : JSON.stringify(body)
          )
          const what = `${endpoint.version}.${endpoint.operation} ${JSON.stringify(body)}`
          // a parameter that the operation does not have is named
          if (reply.status === 501)
            assert.match(reply.body.error, /does not know what [^<]*(ids|status|limit|start) of/, what)
          else assert.isBelow(reply.status, 500, what)
        }
      }
    })
  )
})

describe("values that are out of bounds are refused, by both versions", () => {
  const long = (length: number) => "x".repeat(length)
  const time = "2026-01-01T00:00:00Z"
  const cases: ReadonlyArray<readonly [request: string, body: object, why: RegExp | undefined]> = [
    ["POST deals", { title: "x", probability: 200 }, /'probability' must be between 0 and 100/],
    ["POST deals", { title: "x", probability: -1 }, /'probability' must be between 0 and 100/],
    ["POST deals", { title: "x", probability: 100 }, undefined],
    ["POST deals", { title: long(256) }, /'title' must be at most 255 characters long/],
    ["POST deals", { title: long(5_000_000) }, /'title' must be at most 255 characters long/],
    ["POST deals", { title: long(255) }, undefined],
    ["POST deals", { title: "" }, /title/i],
    ["PATCH deals/1", { title: "" }, /'title' is not allowed to be empty/],
    ["PATCH deals/1", { lost_reason: long(70_000), status: "lost" }, /'lost_reason' must be at most 65535/],
    ["POST deals", { title: "x", currency: "ZZZ" }, /'currency' is not a currency of this account/],
    ["POST deals", { title: "x", currency: "CHF" }, undefined],
    ["POST deals", { title: "x", won_time: time }, /'won_time' can only be set for deals that are won/],
    ["PATCH deals/1", { lost_time: time }, /'lost_time' can only be set for deals that are lost/],
    ["PATCH deals/1", { close_time: time }, /'close_time' can only be set for deals that are won or lost/],
    ["PATCH deals/1", { status: "won", won_time: time }, undefined],
    ["PATCH deals/1", { won_time: null, lost_time: null }, undefined],
    ["POST persons", { name: long(256) }, /'name' must be at most 255/],
    ["POST organizations", { name: long(256) }, /'name' must be at most 255/],
    ["POST activities", { subject: long(256), type: "call" }, /'subject' must be at most 255/],
    ["POST products", { name: "x", prices: [{ price: 1, currency: "ZZZ" }] }, /'prices' has a currency that is not/],
    [
      "POST stages",
      { name: "x", pipeline_id: 1, deal_probability: 101 },
      /'deal_probability' must be between 0 and 100/
    ]
  ]
  for (const [request, body, why] of cases) {
    const [method = "", path = ""] = request.split(" ")
    it.effect(`${request} ${JSON.stringify(body).slice(0, 80)}`, () =>
      Effect.gen(function* () {
        for (const version of ["api/v2", "v1"]) {
          const { send } = yield* world()
          const before = yield* send("GET", "/api/v2/deals/1")
          const verb = version === "v1" && method === "PATCH" ? "PUT" : method
          const reply = yield* send(verb, `/${version}/${path}`, body)
          if (why === undefined) {
            assert.isBelow(reply.status, 300, JSON.stringify(reply.body))
            continue
          }
          assert.strictEqual(reply.status, 400, version)
          assert.match(reply.body.error, why)
          if (version !== "v1") assert.strictEqual(reply.body.code, "ERR_SCHEMA_VALIDATION_FAILED")
          assert.deepStrictEqual((yield* send("GET", "/api/v2/deals/1")).body, before.body)
        }
      })
    )
  }

  it.effect("a value of another type is refused in the words of the client", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      const reply = yield* send("POST", "/api/v2/deals", { title: "x", value: "9" })
      assert.strictEqual(reply.status, 400)
      assert.match(reply.body.error, /'value' is not valid: must be number, is "9"/)
    })
  )

  it.effect("custom fields too, and the money of leads", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      const money = { amount: 1, currency: "ZZZ" }
      assert.strictEqual((yield* send("POST", "/v1/leads", { title: "x", person_id: 1, value: money })).status, 400)
      const add = (field_type: string) =>
        Effect.map(
          send("POST", "/api/v2/dealFields", { field_name: "F", field_type }),
          ({ body }) => body.data.field_code
        )
      const [short, text, amount] = yield* Effect.all([add("varchar"), add("text"), add("monetary")])
      for (const [key, value, status] of [
        [short, long(256), 400],
        [text, long(256), 200],
        [text, long(65_536), 400],
        [amount, { value: 1, currency: "ZZZ" }, 400]
      ] as const) {
        const reply = yield* send("POST", "/api/v2/deals", { title: "x", custom_fields: { [key]: value } })
        assert.strictEqual(reply.status, status, JSON.stringify(reply.body))
        if (typeof value === "string") {
          const old = yield* send("POST", "/v1/deals", { title: "x", [key]: value })
          assert.strictEqual(old.status, status === 200 ? 201 : 400)
        }
      }
    })
  )

  it.effect("terms of fewer than two characters, unless all must match", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      for (const path of ["/api/v2/deals/search", "/v1/persons/search", "/api/v2/itemSearch"]) {
        assert.strictEqual((yield* send("GET", `${path}?term=a`)).status, 400)
        assert.strictEqual((yield* send("GET", `${path}?term=a&exact_match=true`)).status, 200)
      }
    })
  )

  it.effect("the currencies are those that are listed", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      const { body } = yield* send("GET", "/v1/currencies")
      assert.isAbove(body.data.length, 140)
      assert.deepInclude(body.data[0], { code: "USD", decimal_points: 2, symbol: "$" })
      assert.strictEqual(new Set(body.data.map((one: { code: string }) => one.code)).size, body.data.length)
    })
  )
})

describe("what is made up says so", () => {
  const made = all.filter((endpoint) => handlers[`${endpoint.version}.${endpoint.operation}`] === undefined)

  it.effect("in a header that browsers see, and nothing else has it", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      for (const { method, path } of made.filter((endpoint) => endpoint.method === "GET")) {
        const reply = yield* send(method, `/v1${path.replace(/\{[^}]+\}/g, "1").replace("users/1", "users/13000001")}`)
        assert.strictEqual(reply.headers["x-sandbox-answer"], "schema", path)
        assert.include(reply.headers["access-control-expose-headers"], "X-Sandbox-Answer")
      }
      assert.notProperty((yield* send("GET", "/v1/deals/1")).headers, "x-sandbox-answer")
      assert.notProperty((yield* send("GET", "/v1/deals/999")).headers, "x-sandbox-answer")
    })
  )

  it.effect("and what it is about must be there", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      for (const path of [
        "deals/999/mailMessages",
        "persons/999/products",
        "organizations/999/mailMessages",
        "projects/999/groups"
      ]) {
        assert.strictEqual((yield* send("GET", `/v1/${path}`)).status, 404, path)
      }
    })
  )
})
