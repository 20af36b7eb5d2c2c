import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { HttpLayer, Pipedrive, RateLimiter } from "effect-pipedrive"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"
import * as Measured from "./support/metrics.js"
import * as Tracing from "./support/tracing.js"

describe("two layers in one program", () => {
  const asked = Robots.get({ id: 1 })
  const whose = (fake: Fake.Fake) => fake.seen.map(({ headers }) => headers["x-api-token"])

  it.effect("never mix, one inside of the other or beside it: each call goes by the nearest", () =>
    Effect.gen(function* () {
      const [ours, theirs] = [Fake.make(Fake.ok({ id: 1 })), Fake.make(Fake.ok({ id: 1 }))]
      const outer = Pipedrive.layer({ apiToken: "OURS", httpClient: ours.layer })
      const inner = Pipedrive.layer({ apiToken: "THEIRS", httpClient: theirs.layer })
      yield* Effect.all([asked, Effect.provide(asked, inner), asked, Effect.provide(asked, inner)]).pipe(
        Effect.provide(outer)
      )
      yield* Effect.all([Effect.provide(asked, outer), Effect.provide(asked, inner)], { concurrency: 2 })
      assert.deepStrictEqual(whose(ours), ["OURS", "OURS", "OURS"])
      assert.deepStrictEqual(whose(theirs), ["THEIRS", "THEIRS", "THEIRS"])
    })
  )

  it.effect("have a fetch each where they are given one, with the layer that sends built for each", () =>
    Effect.gen(function* () {
      const sent: Array<string> = []
      const by = (name: string) =>
        Pipedrive.layer({
          apiToken: "TOKEN",
          httpClient: HttpLayer.layerFetch.pipe(
            Layer.fresh,
            Layer.provide(
              Layer.succeed(FetchHttpClient.Fetch, (async () => {
                sent.push(name)
                return Fake.ok({ id: 1 })
              }) as typeof fetch)
            )
          )
        })
      yield* Effect.all([asked, Effect.provide(asked, by("theirs")), asked]).pipe(Effect.provide(by("ours")))
      assert.deepStrictEqual(sent, ["ours", "theirs", "ours"])
    })
  )
})

describe("Pipedrive.request", () => {
  it.effect("sends what no endpoint describes, with credentials", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok({ a: 1 }))
      const body = yield* Pipedrive.request({
        version: "v2",
        method: "POST",
        path: "/robots/7/parts",
        query: { ids: [1, 2], q: "a&b", no: null, none: undefined },
        body: { name: "x" }
      }).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(body, { success: true, data: { a: 1 } })
      const [seen] = fake.seen
      assert.strictEqual(seen?.method, "POST")
      assert.strictEqual(seen?.path, "/api/v2/robots/7/parts?ids=1%2C2&q=a%26b")
      assert.strictEqual(seen?.body, '{"name":"x"}')
      assert.strictEqual(seen?.headers["x-api-token"], "SECRET")
    })
  )

  it.effect("sends forms, and nothing where there is no body", () =>
    Effect.gen(function* () {
      const fake = Fake.make(new Response(null, { status: 204 }))
      const call = (body?: unknown) =>
        Pipedrive.request({ version: "v1", method: "PUT", path: "/x", body }).pipe(Effect.provide(fake.live))
      assert.isUndefined(yield* call())
      yield* call(new URLSearchParams({ a: "b c" }))
      const form = new FormData()
      form.append("file", new Blob(["x"]), "x.txt")
      yield* call(form)
      const [none, text, sent] = fake.seen.map((seen) => seen.body)
      assert.deepStrictEqual([none, text], [undefined, "a=b+c"])
      const file = sent instanceof FormData ? sent.get("file") : undefined
      assert.deepStrictEqual(file instanceof File ? [file.name, file.size] : file, ["x.txt", 1])
    })
  )

  it.effect("fails with the errors of an endpoint", () =>
    Effect.gen(function* () {
      const get = { version: "v2", path: "/robots/1" } as const
      const tag = (answer: Fake.Answer) =>
        Pipedrive.request(get).pipe(
          Effect.flip,
          Effect.map((error) => error._tag),
          Effect.provide(Fake.make(answer).live)
        )
      assert.strictEqual(yield* tag(Fake.json(404, { success: false, error: "no" })), "NotFound")
      assert.strictEqual(yield* tag(Fake.json(200, { success: false, error: "no" })), "UnexpectedStatus")
    })
  )

  it.effect("refuses a path that would lead elsewhere, and a body that is no JSON", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok(1))
      const paths = ["robots", "", "/../v1/x", "/a/../../x", "/x?y=1", "/x#y", "/a b", "/%2e%2e/x"]
      for (const path of paths) {
        const error = yield* Pipedrive.request({ version: "v2", path }).pipe(Effect.flip, Effect.provide(fake.live))
        assert.strictEqual(error._tag, "InvalidRequest", path)
      }
      const cyclic: Record<string, unknown> = {}
      cyclic.self = cyclic
      for (const raw of [{ body: cyclic }, { query: { n: Number.NaN } }]) {
        const error = yield* Pipedrive.request({ version: "v2", method: "POST", path: "/x", ...raw }).pipe(
          Effect.flip,
          Effect.provide(fake.live)
        )
        assert.strictEqual(error._tag, "InvalidRequest")
      }
      assert.strictEqual(fake.seen.length, 0)
    })
  )

  it.effect("checks its input as an endpoint does", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok(1))
      const refused = (raw: unknown) =>
        (Pipedrive.request as (raw: unknown) => ReturnType<typeof Pipedrive.request>)(raw).pipe(
          Effect.flip,
          Effect.map((error) => {
            assert.strictEqual(error._tag, "InvalidRequest")
            return error.message.replace(/^.*nothing was sent, because /, "")
          }),
          Effect.provide(fake.live)
        )
      const get = { version: "v2", path: "/deals" }
      const post = { ...get, method: "POST" }
      const cases: ReadonlyArray<readonly [unknown, string]> = [
        [null, "the input must be an object, is null"],
        [undefined, "the input must be an object, is undefined"],
        [{}, '`version` must be "v1" or "v2", is undefined'],
        [{ ...get, version: "v3/../x" }, '`version` must be "v1" or "v2", is "v3/../x"'],
        [{ ...get, headers: {} }, "`headers` is no option: there are version, method, path, query, body"],
        [Object.create(get), "the input has inherited fields (version), which would not be sent"],
        [{ ...get, query: { a: [1, null] } }, "`query.a` is a list with null in it, which a query cannot hold"],
        [{ ...get, query: { a: [null, {}] } }, "`query.a` is a list with null in it, which a query cannot hold"],
        [{ ...get, path: 7 }, "`path` must be a string, is 7"],
        [{ version: "v2" }, "`path` must be a string, is undefined"],
        [
          { ...get, method: "GET\r\nx: y" },
          '`method` must be GET or POST or PUT or PATCH or DELETE, is "GET\\r\\nx: y"'
        ],
        [{ ...get, path: "/leads/" }, "`path` has an empty part, which would ask for another resource"],
        [{ ...get, path: "/deals//products" }, "`path` has an empty part, which would ask for another resource"],
        [
          { ...get, query: { ids: [] } },
          "`query.ids` is an empty list, which Pipedrive would take for no filter at all"
        ],
        [{ ...get, query: { ids: [1, Number.NaN] } }, "`query.ids.1` is NaN, which is no number that can be sent"],
        [{ ...get, query: { a: {} } }, "`query.a` is an object, which a query cannot hold"],
        [{ ...get, query: new Map() }, "`query` is not plain data"],
        [{ ...get, query: "a=b" }, "`query` is no object of parameters"],
        [
          { ...post, body: { a: [Number.POSITIVE_INFINITY] } },
          "`body.a.0` is Infinity, which is no number that can be sent"
        ],
        [{ ...post, body: { a: new Map() } }, "`body.a` is not plain data"],
        [{ ...post, body: new Map() }, "`body` is not plain data"],
        [{ ...post, body: { a: 1n } }, "`body.a` is a bigint, which cannot be sent"],
        [
          { ...post, body: Object.create({ title: "T" }) },
          "`body` has inherited fields (title), which would not be sent"
        ],
        [
          {
            get version() {
              throw new Error("boo")
            }
          },
          "the input cannot be read: boo"
        ]
      ]
      for (const [raw, message] of cases) assert.strictEqual(yield* refused(raw), message)
      assert.strictEqual(fake.seen.length, 0)
      const at = new Date("2026-05-15T09:55:02.123Z")
      yield* Pipedrive.request({ version: "v2", method: "POST", path: "/x", body: { at, "": undefined } }).pipe(
        Effect.provide(fake.live)
      )
      assert.strictEqual(fake.seen[0]?.body, '{"at":"2026-05-15T09:55:02Z"}')
    })
  )
})

describe("a layer", () => {
  it.effect("has the credentials, the host and the policy that it is given", () =>
    Effect.gen(function* () {
      const asked = (options: Pipedrive.Options) =>
        Effect.gen(function* () {
          const fake = Fake.make(Fake.ok({ id: 1 }))
          const { retries } = yield* Effect.zipRight(Robots.get({ id: 1 }), HttpLayer.CurrentPolicy).pipe(
            Effect.provide(Pipedrive.layer({ httpClient: fake.layer, ...options }))
          )
          const [seen] = fake.seen
          return [seen?.url.origin, seen?.headers["x-api-token"], seen?.headers.authorization, retries]
        })
      const [home, retries] = ["https://api.pipedrive.com", HttpLayer.defaultPolicy.retries]
      assert.deepStrictEqual(yield* asked({ apiToken: "KEY" }), [home, "KEY", undefined, retries])
      assert.deepStrictEqual(yield* asked({ accessToken: "TOKEN" }), [home, undefined, "Bearer TOKEN", retries])
      assert.deepStrictEqual(yield* asked({ accessToken: "TOKEN", apiToken: "KEY", retries: 1 }), [
        home,
        "KEY",
        undefined,
        1
      ])
      const local = { apiToken: "KEY", baseUrl: "http://10.0.0.1:1", allowInsecureHttp: true }
      assert.deepStrictEqual(yield* asked(local), ["http://10.0.0.1:1", "KEY", undefined, retries])
    })
  )

  it.effect("has a limiter that learns unless it is told otherwise", () =>
    Effect.gen(function* () {
      const limiter = (options: Pipedrive.Options) =>
        Effect.map(RateLimiter.CurrentLimiter, (one) => one?.gates.of("x", 0).settings).pipe(
          Effect.provide(Pipedrive.layer({ apiToken: "KEY", httpClient: Fake.make().layer, ...options }))
        )
      const learning = yield* limiter({})
      assert.deepInclude(learning, { learning: true, dailyReserve: 0, shared: undefined })
      assert.deepStrictEqual(yield* limiter({ limiter: true }), learning)
      assert.deepInclude(yield* limiter({ limiter: false }), { learning: false })
      assert.deepInclude(yield* limiter({ limiter: { maximumInFlight: 3, dailyReserve: 0.5 } }), {
        learning: true,
        maximumInFlight: 3,
        dailyReserve: 0.5
      })
    })
  )
})

describe("what is told of a request of one's own", () => {
  it.effect("is its path without ids, its method, and a price", () =>
    Effect.gen(function* () {
      const { spans, tracer } = yield* Tracing.collector
      const key = "0123456789abcdef0123456789abcdef"
      const request = (raw: Pipedrive.RawRequest) =>
        Pipedrive.request(raw).pipe(Effect.withTracer(tracer), Effect.provide(Fake.make(Fake.ok(1)).live))
      for (const [raw, template] of [
        [{ version: "v2", path: `/robots/7/${key}/77x/x7` }, "/api/v2/robots/{id}/{id}/77x/x7"],
        [{ version: "v1", method: "POST", path: `/robots/${key.slice(1)}/7` }, `/api/v1/robots/${key.slice(1)}/{id}`],
        [{ version: "v1", path: "/robots" }, "/api/v1/robots"],
        [{ version: "v2", method: "PUT", path: `/robots/${key.toUpperCase()}` }, "/api/v2/robots/{id}"]
      ] as ReadonlyArray<readonly [Pipedrive.RawRequest, string]>) {
        const { version, method = "GET" } = raw
        yield* Measured.labelled("raw", template)(request(raw))
        const span = spans.at(-1)
        assert.match(span?.name ?? "", /^Pipedrive\./)
        assert.strictEqual(span?.kind, "client")
        assert.deepInclude(Object.fromEntries(span?.attributes ?? []), {
          "http.request.method": method,
          "url.template": template
        })
        const spent = (yield* Measured.all).find(
          ({ labels, name }) => name === "pipedrive_tokens_spent" && labels.raw === template
        )
        assert.strictEqual(spent?.value, (method === "GET" ? 10 : 5) * (version === "v1" ? 2 : 1))
      }
    })
  )

  it.effect("is what is wrong with it, or with its answer", () =>
    Effect.gen(function* () {
      const failed = (raw: Pipedrive.RawRequest, answer: Fake.Answer = Fake.ok(1)) =>
        Effect.flip(Pipedrive.request(raw)).pipe(
          HttpLayer.withPolicy({ retries: 0 }),
          Effect.provide(Fake.make(answer).live)
        )
      const get = { version: "v2", path: "/robots/1" } as const
      const refused = yield* failed({ ...get, method: "POST", query: { n: Number.NaN } })
      assert.deepInclude(refused, { _tag: "InvalidRequest", method: "POST", path: "/api/v2/robots/1" })
      assert.match(refused.message, /^\S+: nothing was sent/)
      const page = yield* failed(get, Fake.text(200, "<p>x"))
      assert.deepInclude(page, { _tag: "InvalidResponse", status: 200, snippet: "<p>x" })
      assert.deepStrictEqual(page._tag === "InvalidResponse" && page.issues.map(({ path }) => path), [[]])
      const gone = yield* failed(get, Fake.text(404, "<p>x"))
      assert.deepInclude(gone, { _tag: "NotFound", status: 404 })
    })
  )
})
