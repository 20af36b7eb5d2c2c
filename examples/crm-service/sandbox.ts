/**
 * An app that two companies on a sandbox know.
 */
import { HttpServer } from "@effect/platform"
import { Effect, Layer, Redacted } from "effect"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { App } from "./server.js"

/** The same fields by name in both companies. Their keys and the ids of their options differ, as they do at Pipedrive. */
const seed = (id: number, name: string): Sandbox.Seed => ({
  company: { id, name },
  dealFields: [
    { field_name: "How they found us", field_type: "enum", options: ["Fair", "Referral", "Website"] },
    { field_name: "Rooms", field_type: "set", options: ["Office", "Meeting", "Lobby"] },
    { field_name: "Deposit", field_type: "monetary" }
  ],
  personFields: [{ field_name: "Nickname", field_type: "varchar" }],
  organizationFields: [{ field_name: "Desks", field_type: "double" }],
  organizations: [{ name: "Acme Ltd" }],
  persons: [{ name: "Ada Lovelace", emails: "ada@acme.example", org_id: 1 }],
  deals: [{ title: `First deal of ${name}`, value: id, currency: "EUR", person_id: 1, org_id: 1 }]
})

/** The callback URL is where the service is. */
export const app = Layer.unwrapEffect(
  Effect.map(HttpServer.HttpServer, ({ address }) => {
    const registered = { ...Sandbox.defaultApp, redirectUri: `${HttpServer.formatAddress(address)}/callback` }
    const companies = { harbour: { seed: seed(1001, "Harbour") }, pine: { seed: seed(2002, "Pine") } }
    return Layer.effect(
      App,
      Effect.map(Sandbox.Companies, ({ baseUrl }) => ({
        ...registered,
        clientSecret: Redacted.make(registered.clientSecret),
        oauthUrl: baseUrl
      }))
    ).pipe(Layer.provideMerge(Server.layerCompanies({ port: 0, companies, oauth: { apps: [registered] } })))
  })
)
