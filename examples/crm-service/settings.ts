/**
 * Which app the service is: one of Pipedrive's Marketplace when PIPEDRIVE_CLIENT_ID and the variables beside it are set, or else
 * one that two companies on sandboxes know.
 */
import { createServer } from "node:http"
import { HttpRouter, HttpServer, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Config, Context, Effect, Layer, Option } from "effect"
import type { OAuth2 } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"

export const host = "127.0.0.1"

export interface Settings {
  readonly app: OAuth2.Options
  /** Where browsers and Pipedrive reach this service. */
  readonly publicUrl: string
  /** The companies of the sandboxes; none for a real app. */
  readonly companies: ReadonlyArray<Sandbox.Service>
}

const registered = Config.all({
  clientId: Config.nonEmptyString("PIPEDRIVE_CLIENT_ID"),
  clientSecret: Config.redacted("PIPEDRIVE_CLIENT_SECRET"),
  redirectUri: Config.nonEmptyString("PIPEDRIVE_REDIRECT_URI")
})

/** The same fields by name in both companies. Their keys and the ids of their options differ, as they do at Pipedrive. */
const seedOf = (company: { readonly id: number; readonly name: string; readonly domain: string }): Sandbox.Seed => ({
  company,
  users: [{ name: `Ida of ${company.name}`, email: `ida@${company.domain}.example` }],
  dealFields: [
    { field_name: "How they found us", field_type: "enum", options: ["Fair", "Referral", "Website"] },
    { field_name: "Rooms", field_type: "set", options: ["Office", "Meeting", "Lobby"] },
    { field_name: "Deposit", field_type: "monetary" }
  ],
  personFields: [{ field_name: "Nickname", field_type: "varchar" }],
  organizationFields: [{ field_name: "Desks", field_type: "double" }],
  organizations: [{ name: "Acme Ltd" }],
  persons: [{ name: "Ada Lovelace", emails: "ada@acme.example", org_id: 1 }],
  deals: [{ title: `First deal of ${company.name}`, value: company.id, currency: "EUR", person_id: 1, org_id: 1 }]
})

/** Each company is a server of its own, as at Pipedrive; in front of them is the one OAuth server where a company is chosen. */
const sandboxes = (publicUrl: string) =>
  Effect.gen(function* () {
    const app = { clientId: "crm-service", clientSecret: "a secret of nobody's", redirectUri: `${publicUrl}/callback` }
    const companies = yield* Effect.forEach(
      [
        { id: 1001, name: "Harbour", domain: "harbour" },
        { id: 2002, name: "Pine", domain: "pine" }
      ],
      (company) =>
        Layer.build(
          Server.layer({ port: 0, seed: seedOf(company), oauth: { apps: [{ ...app, name: "CRM service" }] } })
        ).pipe(Effect.map(Context.get(Sandbox.Sandbox)))
    )

    const choose = Effect.map(HttpServerRequest.HttpServerRequest, ({ url }) => {
      const links = companies.map(({ baseUrl }) => `<li><a href="${new URL(url, baseUrl)}">${baseUrl}</a></li>`)
      return HttpServerResponse.html(`<h1>Which company?</h1><ul>${links.join("")}</ul>`)
    })
    // whose code or token it is, only the company itself knows
    const forward = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const body = yield* request.text
      const answers = yield* Effect.forEach(companies, ({ baseUrl, fetch }) =>
        fetch(new Request(new URL(request.url, baseUrl), { method: "POST", headers: request.headers, body }))
      )
      const answer = answers.find(({ ok }) => ok) ?? answers[0]
      return answer === undefined ? HttpServerResponse.empty({ status: 404 }) : HttpServerResponse.fromWeb(answer)
    })
    const front = HttpRouter.empty.pipe(
      HttpRouter.get("/oauth/authorize", choose),
      HttpRouter.post("/oauth/token", forward),
      HttpRouter.post("/oauth/revoke", forward)
    )
    const context = yield* Layer.build(
      HttpServer.serve(front).pipe(Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host })))
    )
    const oauthUrl = HttpServer.formatAddress(Context.get(context, HttpServer.HttpServer).address)
    const made: Settings = {
      app: { ...app, oauthUrl, allowedApiDomains: companies.map(({ baseUrl }) => baseUrl) },
      publicUrl,
      companies
    }
    return made
  })

/** `url` is where the server listens. */
export const settings = (url: string) =>
  Effect.gen(function* () {
    if (Option.isNone(yield* Config.option(Config.nonEmptyString("PIPEDRIVE_CLIENT_ID")))) return yield* sandboxes(url)
    const app = yield* registered
    const real: Settings = { app, publicUrl: new URL(app.redirectUri).origin, companies: [] }
    return real
  })
