import { spawn } from "node:child_process"
import { createServer } from "node:http"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { Auth, CustomFields, HttpLayer } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import { Users, Webhooks } from "effect-pipedrive/v1"
import { DealFields, Deals, OrganizationFields, Organizations, PersonFields, Persons } from "effect-pipedrive/v2"
import * as Csv from "../examples/crm-service/csv.js"
import * as Companies from "../examples/crm-service/sandbox.js"
import * as Service from "../examples/crm-service/server.js"
import { freePort } from "./support/process.js"
import { database, sqliteFile } from "./support/sql.js"

type Row = Readonly<Record<string, unknown>>

/** A port, a database, and two companies that know an app there. */
const surroundings = Effect.gen(function* () {
  const { url } = yield* Effect.acquireRelease(Effect.sync(sqliteFile), ({ remove }) => Effect.sync(remove))
  const server = NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })
  const context = yield* Layer.build(Companies.app.pipe(Layer.provideMerge(server), Layer.provideMerge(database(url))))
  const { harbour, pine } = Context.get(context, Sandbox.Companies).companies
  if (harbour === undefined || pine === undefined) return yield* Effect.dieMessage("there are two companies")
  const origin = HttpServer.formatAddress(Context.get(context, HttpServer.HttpServer).address)
  const serving = Layer.build(Layer.provide(Service.layer, Layer.succeedContext(context)))
  return { origin, harbour, pine, serving, sql: Context.get(context, SqlClient.SqlClient) }
})

/** The whole service, and its two companies. */
const started = Effect.tap(surroundings, ({ serving }) => serving)

const go = (url: string, init: RequestInit = {}) =>
  Effect.promise(async () => {
    const response = await fetch(url, { redirect: "manual", ...init })
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0] ?? "")
    return {
      status: response.status,
      location: response.headers.get("location") ?? "",
      cookies,
      text: await response.text()
    }
  })

/** A browser that connects a company, and what it may do then. */
const connect = (origin: string, company: Sandbox.Service) =>
  Effect.gen(function* () {
    const login = yield* go(`${origin}/login`)
    const { company_domain, company_name } = (yield* at(company)(Users.getCurrent())).data
    const choice = yield* go(login.location)
    assert.include(choice.text, `>${company_name} (${company_domain})<`)
    const [, link = ""] = new RegExp(`href="([^"]*)">${company_name} `).exec(choice.text) ?? []
    const page = `${company.baseUrl}${link.replaceAll("&amp;", "&")}`
    assert.include((yield* go(page)).text, `asks to use ${company_name}`)
    const allowed = yield* go(page, { method: "POST", body: new URLSearchParams({ decision: "allow" }) })
    const callback = allowed.location
    const answer = yield* go(callback, { headers: { cookie: login.cookies.join("; ") } })
    assert.strictEqual(answer.status, 302, answer.text)
    const headers = { cookie: answer.cookies.filter((cookie) => cookie.startsWith("session=")).join() }
    return {
      callback,
      get: (path: string) =>
        Effect.map(go(`${origin}${path}`, { headers }), ({ text }): ReadonlyArray<Row> => JSON.parse(text)),
      post: (path: string, body: string) => go(`${origin}${path}`, { method: "POST", headers, body })
    }
  })

type Browser = Effect.Effect.Success<ReturnType<typeof connect>>

/** Asks a company itself. */
const at = (company: Sandbox.Service) =>
  Effect.provide(Layer.merge(Auth.apiKey(company.token, { baseUrl: company.baseUrl }), HttpLayer.layerFetch))

const csv = `title,value,currency,email,person,organization,How they found us,Rooms,Deposit,person.Nickname,organization.Desks
Forty desks,1200.5,EUR,bo@beta.example,Bo Ek,Beta,Fair,Office; Lobby,500 EUR,Bo,40
"Chairs, ""red""",0,USD,ADA@acme.example,,acme ltd,Referral,,,,
No such option,1,EUR,new@new.example,New,New Ltd,Radio,,,,
,five,EUR,,,,,,,,
Lamps,70,EUR,BO@beta.example,,Beta,,,,,
`

const collected = <A extends object, E, R>(stream: Stream.Stream<A, E, R>) =>
  Effect.map(Stream.runCollect(stream), (items): ReadonlyArray<Row> => Array.from(items, (item) => Object(item)))

const listsOf = (company: Sandbox.Service) =>
  Effect.all({
    organizations: collected(Organizations.list.stream()),
    persons: collected(Persons.list.stream()),
    deals: Effect.map(collected(Stream.concat(Deals.list.stream(), Deals.listArchived.stream())), (deals) =>
      deals.toSorted((one, other) => Number(one.id) - Number(other.id))
    )
  }).pipe(at(company))

/** The copy has what the lists have. Deliveries come in their own time, so it is asked until it does. */
const isCopy = (company: Sandbox.Service, browser: Browser) =>
  Effect.gen(function* () {
    const lists = yield* listsOf(company)
    const copy = yield* Effect.all({
      organizations: browser.get("/copy/organization"),
      persons: browser.get("/copy/person"),
      deals: browser.get("/copy/deal")
    })
    yield* Effect.try(() => assert.deepStrictEqual(copy, lists))
    return lists
  }).pipe(Effect.retry(Schedule.intersect(Schedule.spaced("50 millis"), Schedule.recurs(200))), Effect.orDie)

const titles = (rows: ReadonlyArray<Row>) => rows.map(({ title }) => title)

describe("the CRM service", () => {
  it.live("imports: finds or adds, fields by name, tells of each row", () =>
    Effect.gen(function* () {
      const { harbour, origin } = yield* started
      const browser = yield* connect(origin, harbour)
      const first: ReadonlyArray<Row> = JSON.parse((yield* browser.post("/import", csv)).text)
      assert.deepStrictEqual(
        first.map(({ outcome }) => outcome),
        ["added", "added", "Failed", "Failed", "added"]
      )
      assert.match(String(first[2]?.error), /How they found us.*"Fair" \(1\)/)
      assert.match(String(first[3]?.error), /"title".*is missing.*"value".*Unable to decode "five"/s)
      const again: ReadonlyArray<Row> = JSON.parse((yield* browser.post("/import", csv)).text)
      assert.deepStrictEqual(
        again.map(({ deal, outcome }) => [outcome, deal]),
        [
          ["updated", 2],
          ["updated", 3],
          ["Failed", undefined],
          ["Failed", undefined],
          ["updated", 4]
        ]
      )

      const { organizations, persons } = yield* listsOf(harbour)
      assert.deepStrictEqual(
        organizations.map(({ name }) => name),
        ["Acme Ltd", "Beta"]
      )
      assert.deepStrictEqual(
        persons.map(({ name }) => name),
        ["Ada Lovelace", "Bo Ek"]
      )
      yield* Effect.gen(function* () {
        const named = <A>(fields: CustomFields.AccountFields, record: A) =>
          Effect.flatMap(fields.definition, (definition) => CustomFields.decode(record, definition))
        const deals = yield* CustomFields.load(DealFields)
        assert.deepStrictEqual(yield* named(deals, (yield* Deals.get({ id: 2 })).data), {
          "How they found us": "Fair",
          Rooms: ["Office", "Lobby"],
          Deposit: { value: 500, currency: "EUR" }
        })
        const people = yield* CustomFields.load(PersonFields)
        assert.deepStrictEqual(yield* named(people, (yield* Persons.get({ id: 2 })).data), { Nickname: "Bo" })
        const firms = yield* CustomFields.load(OrganizationFields)
        assert.deepStrictEqual(yield* named(firms, (yield* Organizations.get({ id: 2 })).data), { Desks: 40 })
        assert.include((yield* Deals.get({ id: 3 })).data, { title: 'Chairs, "red"', person_id: 1, org_id: 1 })
      }).pipe(at(harbour))

      assert.deepStrictEqual((yield* browser.get("/report"))[0], {
        pipeline: 1,
        stage: "Qualified",
        deals: 4,
        value: { EUR: 1001 + 1200.5 + 70, USD: 0 }
      })

      yield* harbour.clearRequests
      for (const [body, said] of [
        ["title,Depositt\nA,1 EUR", "Deposit"],
        ["", "is empty"],
        ['title\n"A', "quote"]
      ] as const) {
        const refused = yield* browser.post("/import", body)
        assert.strictEqual(refused.status, 422, refused.text)
        assert.include(refused.text, said)
      }
      assert.isTrue((yield* harbour.requests).every(({ method }) => method === "GET"))
    }).pipe(Effect.scoped)
  )

  it.live("keeps a copy by webhooks that equals the lists", () =>
    Effect.gen(function* () {
      const { harbour, origin } = yield* started
      const browser = yield* connect(origin, harbour)
      yield* isCopy(harbour, browser)
      yield* browser.post("/import", csv)
      yield* Deals.update({ id: 1, status: "won", value: 7 }).pipe(at(harbour))
      yield* Persons.update({ id: 2, name: "Bo E." }).pipe(at(harbour))
      yield* Deals.delete({ id: 4 }).pipe(at(harbour))
      yield* Deals.update({ id: 3, is_archived: true }).pipe(at(harbour))
      const { deals } = yield* isCopy(harbour, browser)
      assert.deepStrictEqual(titles(deals), ["First deal of Harbour", "Forty desks", 'Chairs, "red"'])
      assert.isTrue((yield* harbour.deliveries).every(({ status }) => status === 200))

      // connected once more, it has the same webhooks
      const before = (yield* Webhooks.list().pipe(at(harbour))).data.map(({ id }) => id)
      assert.strictEqual(before.length, 3)
      yield* connect(origin, harbour)
      assert.deepStrictEqual(
        (yield* Webhooks.list().pipe(at(harbour))).data.map(({ id }) => id),
        before
      )

      // what was missed without them, a deletion too, is made up for
      yield* Effect.forEach(before, (id) => Webhooks.delete({ id })).pipe(at(harbour))
      yield* Deals.delete({ id: 2 }).pipe(at(harbour))
      yield* Deals.add({ title: "Meanwhile" }).pipe(at(harbour))
      yield* connect(origin, harbour)
      const lists = yield* isCopy(harbour, browser)
      assert.sameMembers(titles(lists.deals), ["First deal of Harbour", 'Chairs, "red"', "Meanwhile"])

      for (const authorization of [undefined, `Basic ${btoa("1001:wrong")}`, `Basic ${btoa("nobody:wrong")}`]) {
        const headers = authorization === undefined ? {} : { authorization }
        const strange = yield* go(`${origin}/webhooks`, { method: "POST", headers, body: "{}" })
        assert.strictEqual(strange.status, 401)
      }
    }).pipe(Effect.scoped)
  )

  it.live("makes up, when it starts again, for what it missed", () =>
    Effect.gen(function* () {
      const { harbour, origin, serving, sql } = yield* surroundings
      yield* Effect.gen(function* () {
        yield* serving
        yield* isCopy(harbour, yield* connect(origin, harbour))
      }).pipe(Effect.scoped)
      const hooks = (yield* Webhooks.list().pipe(at(harbour))).data
      yield* Effect.forEach(hooks, ({ id }) => Webhooks.delete({ id })).pipe(at(harbour))
      yield* Deals.add({ title: "Meanwhile" }).pipe(at(harbour))
      yield* Deals.delete({ id: 1 }).pipe(at(harbour))

      yield* serving
      const copied = sql<{
        readonly raw: string
      }>`SELECT raw FROM records WHERE entity = 'deal' AND raw IS NOT NULL`.pipe(
        Effect.map((rows) => titles(rows.map(({ raw }): Row => JSON.parse(raw)))),
        Effect.filterOrFail((all) => all.join() === "Meanwhile"),
        Effect.retry(Schedule.intersect(Schedule.spaced("50 millis"), Schedule.recurs(200)))
      )
      assert.deepStrictEqual(yield* copied, ["Meanwhile"])
      assert.lengthOf((yield* Webhooks.list().pipe(at(harbour))).data, 3)
    }).pipe(Effect.scoped)
  )

  it.live("never mixes two companies", () =>
    Effect.gen(function* () {
      const { harbour, origin, pine } = yield* started
      const [one, two] = yield* Effect.all([connect(origin, harbour), connect(origin, pine)], { concurrency: 2 })
      const file = (name: string) =>
        ["title,organization,How they found us", ...[1, 2, 3].map((n) => `${name} ${n},${name} Ltd,Website`)].join("\n")
      yield* Effect.all([one.post("/import", file("Sea")), two.post("/import", file("Tree"))], { concurrency: 2 })
      const [ofHarbour, ofPine] = yield* Effect.all([isCopy(harbour, one), isCopy(pine, two)], { concurrency: 2 })
      assert.deepStrictEqual(titles(ofHarbour.deals), ["First deal of Harbour", "Sea 1", "Sea 2", "Sea 3"])
      assert.deepStrictEqual(titles(ofPine.deals), ["First deal of Pine", "Tree 1", "Tree 2", "Tree 3"])
      const [keysOfHarbour, keysOfPine] = [ofHarbour, ofPine].map(({ deals }) =>
        Object.keys(Object(deals[1]?.custom_fields))
      )
      assert.isNotEmpty(keysOfHarbour)
      assert.notDeepEqual(keysOfHarbour, keysOfPine)

      for (const path of ["/report", "/copy/deal"]) assert.strictEqual((yield* go(`${origin}${path}`)).status, 401)
      assert.strictEqual((yield* go(`${origin}/import`, { method: "POST", body: csv })).status, 401)

      // who knows one company's password tells nothing of another
      const [hook] = (yield* Webhooks.list().pipe(at(harbour))).data
      const forged = yield* Sandbox.delivery({
        entity: "deal",
        action: "change",
        data: { id: 1, title: "Forged" },
        companyId: 2002,
        url: `${origin}/webhooks`,
        user: "1001",
        password: hook?.http_auth_password ?? ""
      })
      assert.strictEqual((yield* Effect.promise(() => fetch(forged))).status, 403)
      yield* isCopy(pine, two)

      // one takes the app off: what is known of it goes, and nothing of the other's
      const notice = yield* harbour.oauth.uninstall()
      const headers = Object.fromEntries(notice.headers)
      const body = yield* Effect.promise(() => notice.text())
      assert.strictEqual((yield* go(`${origin}/callback`, { method: "DELETE", headers, body })).status, 204)
      assert.deepStrictEqual(yield* one.get("/copy/deal"), Object({ error: "sign in at /login" }))
      yield* isCopy(pine, two)
    }).pipe(Effect.scoped)
  )

  it.effect("reads what CSV can hold", () =>
    Effect.sync(() => {
      const cell = FastCheck.string({
        minLength: 1,
        unit: FastCheck.constantFrom("a", " ", ",", '"', "\n", "\r\n", "ü")
      })
      FastCheck.assert(
        FastCheck.property(FastCheck.array(FastCheck.tuple(cell, cell), { maxLength: 5 }), (rows) => {
          const line = (cells: ReadonlyArray<string>) => cells.map((one) => `"${one.replaceAll('"', '""')}"`).join(",")
          const text = ["x,y", ...rows.map(line)].join("\r\n")
          assert.deepStrictEqual(
            Effect.runSync(Csv.parse(text)).rows,
            rows.map(([x, y]) => ({ x, y }))
          )
        })
      )
    })
  )

  it("runs with nothing set, and ends when it is told to", async () => {
    const port = await freePort()
    const child = spawn(process.execPath, ["--import", "tsx", "examples/crm-service/main.ts"], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port) },
      stdio: ["ignore", "pipe", "inherit"]
    })
    const ended = new Promise((resolve) => child.once("exit", resolve))
    try {
      let said = ""
      for await (const text of child.stdout.setEncoding("utf8")) {
        said += text
        if (said.includes(`Open http://127.0.0.1:${port}/\n`)) break
      }
      assert.include(said, "two sandbox companies")
      assert.include(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "/login")
    } finally {
      child.kill("SIGTERM")
      await ended
    }
  })
})
