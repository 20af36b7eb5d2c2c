/**
 * Several companies behind one address: whose a request is, what each has of its own, and where a user chooses.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { request as httpRequest } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Accounts, HttpLayer, type OAuth2, Sync, SyncStore, TokenStore } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { Users, Webhooks } from "effect-pipedrive/v1"
import { Deals, Persons } from "effect-pipedrive/v2"
import { v1, v2 } from "pipedrive"

const app = Sandbox.defaultApp

const seedOf = (name: string): Sandbox.Seed => ({
  deals: [{ title: `${name} 1` }, { title: `${name} 2` }],
  persons: [{ name: `Ida of ${name}` }]
})

const companies = { harbour: { seed: seedOf("Harbour") }, pine: { seed: seedOf("Pine") } }

const made = Sandbox.makeCompanies({ companies })

/** Asks the common address. */
const ask = (service: Pick<Sandbox.Service, "fetch">, url: string, init: RequestInit = {}) =>
  Effect.gen(function* () {
    const response = yield* service.fetch(new Request(url, init))
    const text = yield* Effect.promise(() => response.text())
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text.startsWith("{") ? JSON.parse(text) : {}
    }
  })

const form = (fields: Record<string, string>): RequestInit => ({
  method: "POST",
  headers: { authorization: `Basic ${btoa(`${app.clientId}:${app.clientSecret}`)}` },
  body: new URLSearchParams(fields)
})

const consentUrl = (baseUrl: string, state = "s") =>
  `${baseUrl}/oauth/authorize?${new URLSearchParams({ client_id: app.clientId, redirect_uri: app.redirectUri, state })}`

/** A person goes through the pages: chooses a company, allows the app. The result is the code. */
const consent = (service: Pick<Sandbox.Service, "fetch" | "baseUrl">, company: string) =>
  Effect.gen(function* () {
    const choice = yield* ask(service, consentUrl(service.baseUrl))
    const links = Array.from(choice.text.matchAll(/href="([^"]+)">([^<]+)</g), ([, href = "", title = ""]) => [
      title,
      href
    ])
    const href = links.find(([title]) => title?.startsWith(company))?.[1]?.replaceAll("&amp;", "&") ?? ""
    const page = yield* ask(service, `${service.baseUrl}${href}`)
    const user = /<option value="(\d+)">/.exec(page.text)?.[1] ?? ""
    const action = /action="([^"]+)"/.exec(page.text)?.[1]?.replaceAll("&amp;", "&") ?? ""
    const answer = yield* ask(service, `${service.baseUrl}${action}`, {
      method: "POST",
      body: new URLSearchParams({ decision: "allow", user_id: user })
    })
    return new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? ""
  })

const tokenOf = (service: Pick<Sandbox.Service, "fetch" | "baseUrl">, fields: Record<string, string>) =>
  ask(service, `${service.baseUrl}/oauth/token`, form(fields))

const exchange = (service: Pick<Sandbox.Service, "fetch" | "baseUrl">, code: string) =>
  tokenOf(service, { grant_type: "authorization_code", code, redirect_uri: app.redirectUri })

const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } })

describe("several companies behind one address", () => {
  it.effect("a request is for the company whose credentials it has; unknown ones are refused as ever", () =>
    Effect.gen(function* () {
      const all = yield* made
      const alone = yield* Sandbox.make()
      const deal = `${all.baseUrl}/api/v2/deals/1`
      for (const [name, title] of [
        ["harbour", "Harbour 1"],
        ["pine", "Pine 1"]
      ] as const) {
        const { token } = all.companies[name]
        assert.strictEqual(token, `${name}-token`)
        const ways: ReadonlyArray<readonly [string, RequestInit]> = [
          [deal, { headers: { "x-api-token": token } }],
          [`${deal}?api_token=${token}`, {}],
          [`${all.baseUrl}/v1/deals/1?api_token=${token}`, {}]
        ]
        for (const [url, init] of ways) assert.strictEqual((yield* ask(all, url, init)).body.data.title, title)
      }
      for (const init of [
        {},
        { headers: { "x-api-token": "who-token" } },
        bearer("who"),
        { headers: { authorization: "Digest x" } },
        { method: "OPTIONS" }
      ]) {
        const [refused, before] = yield* Effect.all([ask(all, deal, init), ask(alone, deal, init)])
        assert.strictEqual(refused.status, before.status)
        assert.strictEqual(refused.text, before.text)
      }
    })
  )

  it.effect("requests, clock, faults, limits, snapshots and deliveries are each company's own", () =>
    Effect.gen(function* () {
      const all = yield* Sandbox.makeCompanies({
        companies: { harbour: { ...companies.harbour, plan: "lite" }, pine: companies.pine }
      })
      const { harbour, pine } = all.companies
      const deal = `${all.baseUrl}/api/v2/deals/1`
      const as = (sandbox: Sandbox.Service, url = deal, init: RequestInit = {}) =>
        ask(all, url, { ...init, headers: { "x-api-token": sandbox.token, "content-type": "application/json" } })

      const limit = "x-ratelimit-limit"
      assert.notStrictEqual((yield* as(harbour)).headers.get(limit), (yield* as(pine)).headers.get(limit))
      const budgets = yield* Effect.forEach([harbour, harbour, pine], (sandbox) =>
        Effect.map(as(sandbox), ({ headers }) => Number(headers.get("x-daily-ratelimit-token-remaining")))
      )
      assert.isBelow(budgets[1] ?? 0, budgets[0] ?? 0)
      assert.isAbove(budgets[2] ?? 0, budgets[0] ?? 0)

      yield* harbour.setFaults([{ outcome: { _tag: "Respond", status: 503 } }])
      assert.strictEqual((yield* as(harbour)).status, 503)
      assert.strictEqual((yield* as(pine)).status, 200)
      yield* harbour.setFaults([])

      const hook = { subscription_url: "https://hooks.example/", event_action: "*", event_object: "*", version: "2.0" }
      yield* as(pine, `${all.baseUrl}/api/v1/webhooks`, { method: "POST", body: JSON.stringify(hook) })
      const before = yield* pine.snapshot
      yield* pine.advance("3 days")
      yield* as(pine, deal, { method: "PATCH", body: JSON.stringify({ title: "Pine, later" }) })
      yield* as(harbour, deal, { method: "PATCH", body: JSON.stringify({ title: "Harbour, now" }) })
      const [later, now] = [(yield* as(pine)).body.data, (yield* as(harbour)).body.data]
      assert.isAbove(Date.parse(later.update_time) - Date.parse(now.update_time), 2 * 86_400_000)
      yield* Effect.replicateEffect(Effect.yieldNow(), 20)
      assert.deepStrictEqual(
        (yield* pine.deliveries).map(({ payload }) => Object(payload).meta.company_id),
        ["15000043"]
      )
      assert.deepStrictEqual(yield* harbour.deliveries, [])
      yield* pine.restore(before)
      assert.strictEqual((yield* as(pine)).body.data.title, "Pine 1")
      assert.strictEqual((yield* as(harbour)).body.data.title, "Harbour, now")

      yield* as(pine, `${all.baseUrl}/api/v2/deals/1?note=${harbour.token}`)
      yield* ask(all, `${deal}?note=${pine.token}`)
      assert.isTrue((yield* harbour.requests).every(({ path }) => path === "/api/v2/deals/1"))
      assert.deepStrictEqual(
        (yield* all.requests).map(({ path, status }) => [path, status]),
        [["/api/v2/deals/1", 401]]
      )
      const seen = JSON.stringify([yield* harbour.requests, yield* pine.requests, yield* all.requests])
      for (const { token } of [harbour, pine]) assert.notInclude(seen, token)
    })
  )

  it.effect("on the consent page a person chooses the company, and codes and tokens are that company's", () =>
    Effect.gen(function* () {
      const all = yield* made
      const title = (token: string) =>
        Effect.map(
          ask(all, `${all.baseUrl}/api/v2/deals/1`, bearer(token)),
          ({ body, status }) => body.data?.title ?? status
        )
      const granted = (company: string) =>
        Effect.map(
          Effect.flatMap(consent(all, company), (code) => exchange(all, code)),
          ({ body }) => body
        )
      const [one, two] = [yield* granted("harbour"), yield* granted("pine")]
      assert.deepStrictEqual([yield* title(one.access_token), yield* title(two.access_token)], ["Harbour 1", "Pine 1"])
      assert.match(one.refresh_token, /^15000042:/)
      assert.match(two.refresh_token, /^15000043:/)
      assert.strictEqual(one.api_domain, all.baseUrl)

      const renewed = (yield* tokenOf(all, { grant_type: "refresh_token", refresh_token: two.refresh_token })).body
      assert.strictEqual(yield* title(renewed.access_token), "Pine 1")
      yield* all.companies.pine.oauth.expireAccessTokens
      assert.deepStrictEqual([yield* title(one.access_token), yield* title(two.access_token)], ["Harbour 1", 401])
      // a code or token of nobody, and the secret of no app, are refused as at one company
      const again = yield* exchange(all, "used")
      assert.deepStrictEqual([again.status, again.body.error], [400, "invalid_grant"])
      const wrong = { ...form({ grant_type: "refresh_token", refresh_token: one.refresh_token }) }
      const stranger = yield* ask(all, `${all.baseUrl}/oauth/token`, {
        ...wrong,
        headers: { authorization: `Basic ${btoa(`${app.clientId}:x`)}` }
      })
      assert.strictEqual(stranger.body.error, "invalid_client")
      assert.strictEqual(yield* title(one.access_token), "Harbour 1")

      yield* ask(all, `${all.baseUrl}/oauth/revoke`, form({ token: one.refresh_token }))
      assert.strictEqual(yield* title(one.access_token), 401)
      const last = yield* tokenOf(all, { grant_type: "refresh_token", refresh_token: two.refresh_token })
      assert.strictEqual(yield* title(last.body.access_token), "Pine 1")

      const unknown = yield* ask(all, `${consentUrl(all.baseUrl)}&company=oak`)
      assert.include(unknown.text, "Which company")
      const posted = yield* ask(all, consentUrl(all.baseUrl), form({ decision: "allow" }))
      assert.strictEqual(posted.status, 400)
      assert.strictEqual((yield* ask(all, `${all.baseUrl}/oauth/authorize?client_id=x`)).status, 400)
    })
  )

  it.effect("a snapshot of another company brings none of its credentials", () =>
    Effect.gen(function* () {
      const all = yield* made
      const { harbour, pine } = all.companies
      const { body } = yield* Effect.flatMap(consent(all, "harbour"), (code) => exchange(all, code))
      yield* pine.restore(yield* harbour.snapshot)
      yield* pine.read(yield* harbour.write)
      const change = { method: "PATCH", body: JSON.stringify({ title: "Of Pine" }) }
      const headers = { "x-api-token": pine.token, "content-type": "application/json" }
      yield* ask(all, `${all.baseUrl}/api/v2/deals/1`, { ...change, headers })
      for (const init of [bearer(body.access_token), { headers: { "x-api-token": harbour.token } }]) {
        assert.strictEqual((yield* ask(all, `${all.baseUrl}/api/v2/deals/1`, init)).body.data.title, "Harbour 1")
        assert.strictEqual((yield* ask(pine, `${all.baseUrl}/api/v2/deals/1`, init)).status, 401)
      }
    })
  )

  it.effect("a host of a company's own is for it alone, and tokens name it where that is asked for", () =>
    Effect.gen(function* () {
      const all = yield* Sandbox.makeCompanies({ companies, hosts: "own" })
      const { harbour, pine } = all.companies
      assert.deepStrictEqual(
        [harbour.baseUrl, pine.baseUrl],
        ["http://harbour.sandbox.localhost", "http://pine.sandbox.localhost"]
      )
      const at = (origin: string, { token }: Sandbox.Service) =>
        Effect.map(
          ask(all, `${origin}/api/v2/deals/1`, { headers: { "x-api-token": token } }),
          ({ body, status }) => body.data?.title ?? status
        )
      assert.deepStrictEqual(
        yield* Effect.all([at(harbour.baseUrl, harbour), at(harbour.baseUrl, pine), at(all.baseUrl, pine)]),
        ["Harbour 1", 401, "Pine 1"]
      )
      const token = yield* Effect.flatMap(consent(all, "pine"), (code) => exchange(all, code))
      assert.strictEqual(token.body.api_domain, pine.baseUrl)
      const onPort = yield* Sandbox.makeCompanies({ companies, hosts: "own", baseUrl: "http://127.0.0.1:8080" })
      assert.strictEqual(onPort.companies.pine.baseUrl, "http://pine.localhost:8080")
    })
  )

  it.effect("tokens never cross, in whatever order things happen", () =>
    Effect.promise(() =>
      FastCheck.assert(
        FastCheck.asyncProperty(
          FastCheck.array(
            FastCheck.tuple(
              FastCheck.constantFrom("a" as const, "b" as const, "c" as const),
              FastCheck.constantFrom("connect", "refresh", "expire", "revoke", "uninstall", "restore")
            ),
            { maxLength: 12 }
          ),
          (steps) =>
            Effect.runPromise(
              Effect.gen(function* () {
                const names: ReadonlyArray<"a" | "b" | "c"> = ["a", "b", "c"]
                const all = yield* Sandbox.makeCompanies({
                  companies: { a: { seed: seedOf("a") }, b: { seed: seedOf("b") }, c: { seed: seedOf("c") } },
                  oauth: { refreshTokens: "rotating" }
                })
                const issued: Array<{ readonly company: string; readonly access: string; readonly refresh: string }> =
                  []
                const take = (company: string, { access_token, refresh_token }: any) => {
                  if (access_token !== undefined) issued.push({ company, access: access_token, refresh: refresh_token })
                }
                const starts = { a: yield* all.companies.a.snapshot, b: yield* all.companies.b.snapshot }
                for (const [name, step] of steps) {
                  const sandbox = all.companies[name]
                  const last = issued.findLast(({ company }) => company === name)
                  if (step === "connect") {
                    const url = yield* sandbox.oauth.allow(consentUrl(all.baseUrl))
                    take(name, (yield* exchange(all, new URL(url).searchParams.get("code") ?? "")).body)
                  } else if (step === "refresh" && last !== undefined) {
                    const fields = { grant_type: "refresh_token", refresh_token: last.refresh }
                    take(name, (yield* tokenOf(all, fields)).body)
                  } else if (step === "expire") yield* sandbox.oauth.expireAccessTokens
                  else if (step === "revoke" && last !== undefined) {
                    yield* ask(all, `${all.baseUrl}/oauth/revoke`, form({ token: last.refresh }))
                  } else if (step === "uninstall") yield* sandbox.oauth.uninstall()
                  else if (step === "restore") yield* sandbox.restore(name === "a" ? starts.b : starts.a)
                }
                for (const name of names) {
                  const { data } = (yield* ask(all, `${all.baseUrl}/v1/users/me?api_token=${name}-token`)).body
                  assert.strictEqual(data.company_domain, name)
                }
                for (const { access, company } of issued) {
                  const { body, status } = yield* ask(all, `${all.baseUrl}/v1/users/me`, bearer(access))
                  if (status === 200) assert.strictEqual(body.data.company_domain, company)
                  else assert.strictEqual(status, 401)
                }
              })
            )
        ),
        { numRuns: 60 }
      )
    )
  )

  const refused: ReadonlyArray<readonly [what: string, options: any, message: RegExp]> = [
    ["no company", { companies: {} }, /companies must have at least one/],
    ["no companies", {}, /companies must have at least one/],
    ["a name that is no name of a host", { companies: { "a b": {} } }, /companies\.a b must be a name/],
    [
      "two companies of one token",
      { companies: { a: { token: "x" }, b: { token: "x" } } },
      /companies\.b\.token is that of a too/
    ],
    [
      "a token that another has by default",
      { companies: { a: {}, b: { token: "a-token" } } },
      /companies\.b\.token is that of a too/
    ],
    [
      "two companies of one id",
      { companies: { a: { seed: { company: { id: 7 } } }, b: { seed: { company: { id: 7 } } } } },
      /companies\.b\.seed\.company\.id is that of a too/
    ],
    [
      "two companies of one domain",
      { companies: { a: {}, b: { seed: { company: { domain: "A" } } } } },
      /companies\.b\.seed\.company\.domain is that of a too/
    ],
    [
      "a domain that is no name of a host",
      { companies: { a: { seed: { company: { domain: "a.b" } } } } },
      /companies\.a\.seed\.company\.domain must be a name/
    ],
    ["no companies at all", undefined as never, /^Sandbox: companies must have at least one/],
    [
      "an option of a company",
      { companies: { a: {} }, plan: "lite" },
      /plan is an option of each company: companies\.<name>\.plan/
    ],
    [
      "a seed of no name",
      { companies: { a: { seed: "dem" } } },
      /companies\.a\.seed "dem" is no seed: did you mean demo\?/
    ],
    [
      "a plan of no name",
      { companies: { a: { plan: "gold" } } },
      /companies\.a\.plan "gold" is no plan: there are lite, /
    ],
    ["an unknown option", { companies: { a: {} }, tokens: [] }, /tokens is no option/],
    [
      "an option that all have in common",
      { companies: { a: { baseUrl: "http://x.test" } } },
      /companies\.a\.baseUrl is no option/
    ],
    ["options that are none", { companies: { a: null } }, /companies\.a must be an object/],
    [
      "a seed that is wrong",
      { companies: { a: { seed: { deals: [{ title: 5 }] } } } },
      /companies\.a\.seed\.deals\[0\]\.title/
    ],
    [
      "an app that is wrong",
      { companies: { a: {} }, oauth: { apps: [{ ...app, redirectUri: "x" }] } },
      /^Sandbox: oauth\.apps\[0\]/
    ],
    ["a base URL that is none", { companies: { a: {} }, baseUrl: "x" }, /^Sandbox: baseUrl is not a URL/],
    ["other hosts", { companies: { a: {} }, hosts: "each" }, /hosts must be "shared" or "own", is each/]
  ]
  for (const [what, options, message] of refused) {
    it.effect(`refuses ${what}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Sandbox.makeCompanies<string>(options))
        assert.strictEqual(error._tag, "SandboxError")
        assert.match(error.message, message)
      })
    )
  }

  it.effect("a program runs as one of them, and a name that is none is told", () =>
    Effect.gen(function* () {
      const titles = Effect.map(Deals.list(), ({ data }) => data.map(({ title }) => title))
      assert.deepStrictEqual(yield* Effect.provide(titles, Sandbox.layerCompany("pine")), ["Pine 1", "Pine 2"])
      assert.deepStrictEqual(yield* Effect.provide(titles, Sandbox.layerCompany("harbour")), ["Harbour 1", "Harbour 2"])
      const own = Effect.flatMap(Sandbox.Sandbox, ({ requests }) => requests)
      assert.strictEqual((yield* Effect.provide(own, Sandbox.layerCompany("pine"))).length, 1)
      assert.match((yield* Effect.flip(Sandbox.company("pin"))).message, /has no "pin": did you mean pine\?/)
      assert.match((yield* Effect.flip(Sandbox.company("toString"))).message, /there are harbour, pine/)
    }).pipe(Effect.provide(Sandbox.layerCompanies({ companies })))
  )
})

describe("several companies on a port", () => {
  const served = (options: Partial<Server.CompaniesOptions> = {}) =>
    Effect.map(Layer.build(Server.layerCompanies({ port: 0, companies, ...options })), (context) => {
      const all = Context.get(context, Sandbox.Companies)
      const { harbour, pine } = all.companies
      if (harbour === undefined || pine === undefined) throw new Error("there are two")
      return { all, harbour, pine }
    })

  /** Over a connection, where the test may say which host it means. */
  const go = (url: string, init: RequestInit & { readonly host?: string } = {}) =>
    Effect.async<{ readonly status: number; readonly location: string; readonly text: string }>((resume) => {
      const { host, ...rest } = init
      const method = rest.method ?? "GET"
      const headers = { ...Object.fromEntries(new Headers(rest.headers)), ...(host === undefined ? {} : { host }) }
      const sent = httpRequest(url, { method, headers }, (response) => {
        let text = ""
        response.setEncoding("utf8").on("data", (part) => {
          text += part
        })
        response.on("end", () =>
          resume(Effect.succeed({ status: response.statusCode ?? 0, location: response.headers.location ?? "", text }))
        )
      })
      sent.end(rest.body === undefined ? undefined : String(rest.body))
    })

  const settings = ({ baseUrl }: Sandbox.CompaniesService): OAuth2.Options => ({ ...app, oauthUrl: baseUrl })

  it.scoped("options that make no sense are refused by name, those of one company and of the port too", () =>
    Effect.gen(function* () {
      const refused = (options: object) =>
        Effect.map(
          Effect.flip(Layer.build(Server.layerCompanies({ port: 0, ...options } as Server.CompaniesOptions))),
          ({ message }) => message
        )
      assert.strictEqual(yield* refused({}), "Sandbox: companies must have at least one")
      assert.strictEqual(yield* refused({ companies: { a: 1 } }), "Sandbox: companies.a must be an object of options")
      assert.strictEqual(
        yield* refused({ companies: { a: {} }, file: "a.json" }),
        "Sandbox: file is an option of each company: companies.<name>.file"
      )
      assert.match(yield* refused({ companies: { a: {} }, hosst: "0.0.0.0" }), /hosst is no option: did you mean host/)
      assert.match(
        yield* refused({ companies: { a: { flie: "a" } } }),
        /companies\.a\.flie is no option: did you mean file/
      )
    })
  )

  it.scopedLive("two accounts of one app, each company by its own consent; a sync of each has its own data", () =>
    Effect.gen(function* () {
      const { all, harbour, pine } = yield* served()
      const layer = Layer.merge(
        Accounts.layer(settings(all)).pipe(Layer.provide(TokenStore.layerMemory)),
        SyncStore.layerMemory
      ).pipe(Layer.provideMerge(HttpLayer.layerFetch))
      yield* Effect.gen(function* () {
        const accounts = yield* Accounts.Accounts
        const connected = yield* Effect.forEach(
          [harbour, pine],
          (company) =>
            Effect.gen(function* () {
              const { state, url } = yield* accounts.app.authorizationUrl()
              return yield* accounts.connect({ url: yield* company.oauth.allow(url), state })
            }),
          { concurrency: 2 }
        )
        assert.deepStrictEqual(
          connected.map(({ account, user }) => [account, user.companyDomain]),
          [
            ["15000042", "harbour"],
            ["15000043", "pine"]
          ]
        )
        const both = <A, E, R>(effect: (account: string) => Effect.Effect<A, E, R>) =>
          Effect.forEach(connected, ({ account }) => Accounts.provide(account)(effect(account)), { concurrency: 2 })

        const copies = new Map<string, Array<string>>()
        const sync = both((account) =>
          Sync.run(
            Deals,
            ({ changes }) =>
              Effect.sync(() => {
                const copy = copies.get(account) ?? []
                for (const change of changes) if (change._tag !== "Deleted") copy.push(change.item.title)
                copies.set(account, copy)
              }),
            { key: `${account} deals` }
          )
        )
        yield* sync
        yield* both((account) => Deals.add({ title: `More of ${account}` }))
        // renewed meanwhile, at the company that issued the token
        yield* harbour.oauth.expireAccessTokens
        yield* harbour.advance("2 seconds")
        yield* pine.advance("2 seconds")
        yield* sync
        assert.deepStrictEqual(Object.fromEntries(copies), {
          "15000042": ["Harbour 1", "Harbour 2", "More of 15000042"],
          "15000043": ["Pine 1", "Pine 2", "More of 15000043"]
        })
        const persons = yield* both(() => Stream.runCollect(Persons.list.stream()))
        assert.deepStrictEqual(
          persons.map((list) => Array.from(list, ({ name }) => name)),
          [["Ida of Harbour"], ["Ida of Pine"]]
        )

        const notice = yield* harbour.oauth.uninstall()
        const { companyId } = yield* accounts.handleUninstall(notice)
        assert.strictEqual(companyId, 15_000_042)
        assert.strictEqual((yield* Users.getCurrent().pipe(Accounts.provide(15_000_043))).data.company_domain, "pine")
        const gone = yield* Effect.flip(Users.getCurrent().pipe(Accounts.provide(15_000_042)))
        assert.strictEqual(gone._tag, "AuthError")
      }).pipe(Effect.provide(layer))
    })
  )

  it.scopedLive("the official client is served beside ours, each by its token", () =>
    Effect.gen(function* () {
      const { all, harbour, pine } = yield* served()
      const users = (sandbox: Sandbox.Service) =>
        new v1.UsersApi(new v1.Configuration({ apiKey: sandbox.token, basePath: `${all.baseUrl}/api/v1` }))
      const deals = new v2.DealsApi(new v2.Configuration({ apiKey: pine.token, basePath: `${all.baseUrl}/api/v2` }))
      const added = yield* Effect.promise(() => deals.addDeal({ AddDealRequest: { title: "Official" } }))
      assert.strictEqual(added.data?.id, 3)
      const [one, two] = yield* Effect.promise(() =>
        Promise.all([users(harbour).getCurrentUser(), users(pine).getCurrentUser()])
      )
      assert.deepStrictEqual([one.data?.company_domain, two.data?.company_domain], ["harbour", "pine"])
      const ours = yield* Effect.map(Deals.list(), ({ data }) => data.map(({ title }) => title)).pipe(
        Effect.provide(Sandbox.layerCompany("pine")),
        Effect.provide(Layer.merge(Layer.succeed(Sandbox.Companies, all), HttpLayer.layerFetch))
      )
      assert.deepStrictEqual(ours, ["Pine 1", "Pine 2", "Official"])

      // the official OAuth2 of a company's own consent, too
      const config = new v2.Configuration({ basePath: `${all.baseUrl}/api/v2` })
      const code = new URL(yield* harbour.oauth.allow(consentUrl(all.baseUrl))).searchParams.get("code") ?? ""
      const { body } = yield* exchange(
        { baseUrl: all.baseUrl, fetch: (request) => Effect.promise(() => fetch(request)) },
        code
      )
      config.accessToken = body.access_token
      const read = yield* Effect.promise(() => new v2.DealsApi(config).getDeal({ id: 1 }))
      assert.strictEqual(read.data?.title, "Harbour 1")
    })
  )

  it.scopedLive("webhooks of each go where each has registered them", () =>
    Effect.gen(function* () {
      const sent: Array<readonly [string, string]> = []
      const webhooks = HttpClient.make((request) =>
        Effect.sync(() => {
          const text = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : "{}"
          sent.push([request.url, JSON.parse(text).meta.company_id])
          throw new Error("nobody listens")
        })
      )
      const { all } = yield* served({ webhooks })
      yield* Effect.forEach(["harbour", "pine"], (name) =>
        Effect.gen(function* () {
          yield* Webhooks.add({
            name,
            subscription_url: `https://${name}.example/`,
            event_action: "create",
            event_object: "deal",
            version: "2.0"
          })
          yield* Deals.add({ title: name })
          const { deliveries } = yield* Sandbox.Sandbox
          assert.isTrue((yield* deliveries).every(({ url }) => url === `https://${name}.example/`))
        }).pipe(Effect.provide(Sandbox.layerCompany(name)))
      ).pipe(Effect.provide(Layer.merge(Layer.succeed(Sandbox.Companies, all), HttpLayer.layerFetch)))
      assert.deepStrictEqual(
        new Set(sent.map(([url, id]) => `${url} ${id}`)),
        new Set(["https://harbour.example/ 15000042", "https://pine.example/ 15000043"])
      )
    })
  )

  it.scopedLive("the page leads to a page of each company, whose forms act on that company alone", () =>
    Effect.gen(function* () {
      const { all, harbour, pine } = yield* served()
      yield* go(`${all.baseUrl}/api/v2/deals/1`, { headers: { "x-api-token": "nobody" } })
      const front = (yield* go(`${all.baseUrl}/`)).text
      assert.include(front, 'href="/_sandbox/harbour"')
      assert.include(front, "/api/v2/deals/1")
      assert.include(front, "Requests for no company")
      assert.notMatch(front, />(Controls|Limits)</)
      const own = /href="(\/_sandbox\/-\/requests\/\d+)"/.exec(front)?.[1] ?? ""
      assert.strictEqual((yield* go(`${all.baseUrl}${own}`)).status, 200)
      for (const [link] of front.matchAll(/(?<=(href|src)=")\/[^"]+/g)) {
        assert.strictEqual((yield* go(`${all.baseUrl}${link}`)).status, 200, link)
      }
      for (const path of ["", "/data", "/board", "/webhooks", "/controls"]) {
        const page = yield* go(`${all.baseUrl}/_sandbox/pine${path}`)
        assert.strictEqual(page.status, 200, path)
        assert.include(page.text, "Sandbox of Pipedrive: pine")
        assert.notInclude(page.text, "Harbour 1")
        // no link or form leads to another company
        const links = Array.from(page.text.matchAll(/(?:href|src|action)="(\/[^"]*)"/g), ([, link = ""]) => link)
        const others = links.filter((link) => !/^\/_sandbox\/pine(\/|\?|$)/.test(link))
        assert.sameMembers(others, ["/", "/_sandbox/harbour"], path)
      }
      assert.include((yield* go(`${all.baseUrl}/_sandbox/pine/data/deal/1`)).text, "Pine 1")
      for (const path of ["/_sandbox/oak", "/_sandbox/-/controls", "/_sandbox/controls"]) {
        assert.strictEqual((yield* go(`${all.baseUrl}${path}`)).status, 404, path)
      }
      const submit = (path: string, fields: Record<string, string> = {}) =>
        go(`${all.baseUrl}${path}`, {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: new URLSearchParams(fields).toString()
        })
      const moved = yield* submit("/_sandbox/pine/clock/advance", { amount: "1", unit: "day" })
      assert.match(moved.location, /^\/_sandbox\/pine\/controls\?said=1$/)
      assert.deepStrictEqual([(yield* pine.snapshot).ahead, (yield* harbour.snapshot).ahead], [86_400_000, 0])
      assert.strictEqual((yield* submit("/_sandbox/-/reset")).status, 405)
      assert.strictEqual((yield* submit("/_sandbox/-/requests/clear")).status, 303)
      assert.deepStrictEqual(yield* all.requests, [])
    })
  )

  it.scopedLive("a Host of a company's own is for it alone", () =>
    Effect.gen(function* () {
      const { all, harbour, pine } = yield* served({ hosts: "own" })
      const { port } = new URL(all.baseUrl)
      assert.strictEqual(pine.baseUrl, `http://pine.localhost:${port}`)
      const at = (host: string, { token }: Sandbox.Service) =>
        Effect.map(
          go(`${all.baseUrl}/api/v2/deals/1`, { host, headers: { "x-api-token": token } }),
          ({ status }) => status
        )
      assert.deepStrictEqual(
        yield* Effect.all([
          at(`pine.localhost:${port}`, pine),
          at(`pine.localhost:${port}`, harbour),
          at(`localhost:${port}`, harbour)
        ]),
        [200, 401, 200]
      )
    })
  )

  it.live("each company keeps its data in a file of its own", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "sandbox-"))
      const files = { harbour: join(folder, "harbour.json"), pine: join(folder, "pine.json") }
      const options = {
        companies: {
          harbour: { ...companies.harbour, file: files.harbour },
          pine: { ...companies.pine, file: files.pine }
        }
      }
      const add = Effect.gen(function* () {
        const { all } = yield* served(options)
        return yield* Deals.add({ title: "Kept" }).pipe(
          Effect.provide(Sandbox.layerCompany("pine")),
          Effect.provide(Layer.merge(Layer.succeed(Sandbox.Companies, all), HttpLayer.layerFetch)),
          Effect.map(({ data }) => data.id)
        )
      }).pipe(Effect.scoped)
      assert.strictEqual(yield* add, 3)
      assert.strictEqual(yield* add, 4)
      assert.notInclude(readFileSync(files.harbour, "utf8"), "Kept")
      const one = { harbour: { file: files.pine }, pine: { file: files.pine } }
      const error = yield* Effect.flip(Effect.scoped(served({ companies: one })))
      assert.match(String(error), /have one file in common/)
      rmSync(folder, { recursive: true })
    })
  )
})
