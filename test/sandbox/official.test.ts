/**
 * The official client, as its users call it, on a sandbox on a port: the life of each resource, from its making to its end.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { v1, v2 } from "pipedrive"
import { v1 as v1old } from "pipedrive-31"

type Call = (input: unknown) => Promise<{ readonly success?: boolean; readonly data?: unknown }>

interface Scenario {
  readonly noun: string
  readonly plural: string
  /** The official client's name for the body of a change, where it is not what one would think. */
  readonly updateKey?: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly change: Readonly<Record<string, unknown>>
  readonly search?: string
}

const scenarios: ReadonlyArray<Scenario> = [
  {
    noun: "Deal",
    plural: "Deals",
    fields: { title: "Forty desks", value: 10 },
    change: { title: "Fifty desks" },
    search: "searchDeals"
  },
  {
    noun: "Person",
    plural: "Persons",
    fields: { name: "Bo Fifty" },
    change: { name: "Bo Fifty-One" },
    search: "searchPersons"
  },
  {
    noun: "Organization",
    plural: "Organizations",
    fields: { name: "Fifty Ltd" },
    change: { name: "Fifty GmbH" },
    search: "searchOrganization"
  },
  {
    noun: "Activity",
    plural: "Activities",
    fields: { subject: "Call", type: "call" },
    change: { done: true },
    updateKey: "AddActivityRequest"
  },
  {
    noun: "Product",
    plural: "Products",
    fields: { name: "Fifty lamps" },
    change: { code: "L-50" },
    search: "searchProducts"
  },
  { noun: "Pipeline", plural: "Pipelines", fields: { name: "Fifty" }, change: { name: "Fifty-One" } },
  { noun: "Stage", plural: "Stages", fields: { name: "Fifty", pipeline_id: 1 }, change: { name: "Fifty-One" } }
]

const idOf = (data: unknown): unknown =>
  typeof data === "object" && data !== null && "id" in data ? data.id : undefined

const life = (api: object, version: "v1" | "v2", { change, fields, noun, plural, search, updateKey }: Scenario) =>
  Effect.promise(async () => {
    // the official client's methods by name: they are tested by what they do
    const run = (name: string, input: unknown) => {
      const method = (api as Readonly<Record<string, unknown>>)[name]
      if (typeof method !== "function") throw new Error(`the official client has no ${name}`)
      return (method as Call).call(api, input)
    }
    const added = await run(`add${noun}`, { [`Add${noun}Request`]: fields })
    const id = idOf(added.data)
    assert.isNumber(id)
    await run(`update${noun}`, { id, [updateKey ?? `Update${noun}Request`]: change })
    const read = await run(`get${noun}`, { id })
    assert.deepInclude(read.data, change)
    const listed = await run(`get${plural}`, { limit: 500 })
    assert.isTrue(Array.isArray(listed.data) && listed.data.some((one) => idOf(one) === id))
    if (search !== undefined) {
      const found = await run(search, { term: "Fifty", limit: 100 })
      assert.include(JSON.stringify(found.data), `"id":${id}`)
    }
    const gone = await run(`delete${noun}`, { id })
    assert.strictEqual(idOf(gone.data), id)
    const after = await run(`get${plural}`, { limit: 500 })
    assert.isFalse(Array.isArray(after.data) && after.data.some((one) => idOf(one) === id), version)
  })

describe("the official client on the sandbox", () => {
  for (const scenario of scenarios) {
    it.scopedLive(`${scenario.plural}, version 2`, () =>
      Effect.gen(function* () {
        const { baseUrl, token } = yield* Sandbox.Sandbox
        const configuration = new v2.Configuration({ apiKey: token, basePath: `${baseUrl}/api/v2` })
        const Api = v2[`${scenario.plural}Api` as "DealsApi"]
        yield* life(new Api(configuration), "v2", scenario)
      }).pipe(Effect.provide(Server.layer({ port: 0 })))
    )
  }

  const old: Readonly<Record<string, Partial<Scenario>>> = {
    Activity: { change: { subject: "Called" }, updateKey: "UpdateActivityRequest" }
  }
  for (const scenario of scenarios.filter(({ noun }) => !/Pipeline|Stage/.test(noun))) {
    it.scopedLive(`${scenario.plural}, version 1 of 31.2.1`, () =>
      Effect.gen(function* () {
        const { baseUrl, token } = yield* Sandbox.Sandbox
        const configuration = new v1old.Configuration({ apiKey: token, basePath: `${baseUrl}/api/v1` })
        const Api = v1old[`${scenario.plural}Api` as "DealsApi"]
        yield* life(new Api(configuration), "v1", { ...scenario, ...old[scenario.noun] })
      }).pipe(Effect.provide(Server.layer({ port: 0 })))
    )
  }

  it.scopedLive("leads, notes and users, which version 1 alone has", () =>
    Effect.gen(function* () {
      const { baseUrl, token } = yield* Sandbox.Sandbox
      const configuration = new v1.Configuration({ apiKey: token, basePath: `${baseUrl}/api/v1` })
      const [leads, notes, users] = [
        new v1.LeadsApi(configuration),
        new v1.NotesApi(configuration),
        new v1.UsersApi(configuration)
      ]
      yield* Effect.promise(async () => {
        const lead = await leads.addLead({ AddLeadRequest: { title: "Fifty", person_id: 1 } })
        const id = lead.data?.id ?? ""
        await leads.updateLead({ id, UpdateLeadRequest: { title: "Fifty-One" } })
        assert.strictEqual((await leads.getLead({ id })).data?.title, "Fifty-One")
        const note = await notes.addNote({ AddNoteRequest: { content: "x", lead_id: id } })
        const listed = await notes.getNotes({ lead_id: id })
        assert.strictEqual(listed.data?.[0]?.id, note.data?.id)
        await notes.deleteNote({ id: note.data?.id ?? 0 })
        await leads.deleteLead({ id })
        const all = await users.getUsers()
        assert.strictEqual(all.data?.length, 3)
      })
    }).pipe(Effect.provide(Server.layer({ port: 0 })))
  )
})
