/**
 * The operations on leads, notes and users, which only v1 has.
 */
import * as Either from "effect/Either"
import { lead, leadLabel } from "../entities/lead.js"
import { comment, note } from "../entities/note.js"
import { user } from "../entities/user.js"
import type { Call, Handlers } from "../http/call.js"
import * as errorResponses from "../http/errorResponses.js"
import { json } from "../http/messages.js"
import * as engine from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import * as select from "../model/selection.js"
import { text } from "../model/view.js"
import { all, type Row, where } from "../model/world.js"
import * as crud from "./crud.js"

/** Comments are found by their UUID under the note in the path. */
const findComment = (call: Call): engine.Outcome<Row> =>
  Either.flatMap(crud.find(note, call.path.id, call), (parent) => {
    const found = where(call.view.world, "comment", "uuid", call.path.comment_id).find(
      (row) => row.object_id === String(parent.id)
    )
    return found === undefined ? Either.left(crud.notFound(comment, "v1")) : Either.right(found)
  })

const companyData = (call: Call): Readonly<Record<string, unknown>> => ({
  additional_data: { company_id: call.view.world.company.id }
})

const currentUser = (call: Call) => {
  const { company } = call.view.world
  return json(200, {
    success: true,
    data: {
      ...engine.showV1(user, call.view.caller, call.view, "get"),
      company_id: company.id,
      company_name: company.name,
      company_domain: company.domain,
      company_country: company.country,
      company_industry: company.industry,
      language: { language_code: "en", country_code: "US" }
    }
  })
}

const leadEntity: Entity = lead
const ownLeads = select.filterOver("owner_id", "person_id", "organization_id")

/** Handlers by version and official name. */
export const leadNoteUserHandlers: Handlers = {
  "v1.getLeads": crud.list(leadEntity, { precedence: ownLeads, which: "unarchived" }),
  "v1.getArchivedLeads": crud.list(leadEntity, { precedence: ownLeads, which: "archived" }),
  "v1.addLead": crud.add(leadEntity, 201),
  "v1.getLead": crud.get(leadEntity),
  "v1.updateLead": crud.update(leadEntity),
  "v1.deleteLead": crud.remove(leadEntity),
  "v1.getLeadLabels": crud.list(leadLabel, { unpaged: () => ({}) }),
  "v1.addLeadLabel": crud.add(leadLabel, 200),
  "v1.updateLeadLabel": crud.update(leadLabel),
  "v1.deleteLeadLabel": crud.remove(leadLabel),
  "v1.getLeadSources": (call) =>
    Either.right(
      json(200, {
        success: true,
        data: Array.from(all(call.view.world, "leadSource"), (row) => ({ name: row.name }))
      })
    ),

  "v1.getNotes": crud.list(note, { nullWhenEmpty: true }),
  "v1.addNote": crud.add(note, 201),
  "v1.getNote": crud.get(note),
  "v1.updateNote": crud.update(note),
  "v1.deleteNote": crud.remove(note),
  "v1.getNoteComments": crud.list(comment, {
    from: (call) =>
      Either.map(crud.find(note, call.path.id, call), (row) =>
        where(call.view.world, "comment", "object_id", String(row.id))
      )
  }),
  "v1.addNoteComment": (call) =>
    Either.gen(function* () {
      const parent = yield* crud.find(note, call.path.id, call)
      const patch = yield* engine.readV1(comment, call.body, call.view, undefined)
      const row = yield* engine.create(comment, { ...patch, object_id: String(parent.id) }, call.view, "v1")
      return crud.rowResponse(comment, row, call, "add")
    }),
  "v1.getComment": (call) => Either.map(findComment(call), (row) => crud.rowResponse(comment, row, call, "get")),
  "v1.updateCommentForNote": (call) =>
    Either.gen(function* () {
      const row = yield* findComment(call)
      const patch = yield* engine.readV1(comment, call.body, call.view, row)
      const changed = yield* engine.change(comment, row, patch, call.view, "v1")
      return crud.rowResponse(comment, changed, call, "update")
    }),
  "v1.deleteComment": (call) =>
    Either.map(findComment(call), (row) => {
      engine.remove(comment, row, call.view)
      return json(200, { success: true, data: true })
    }),

  "v1.getUsers": crud.list(user, { which: "all", unpaged: companyData }),
  "v1.getUser": crud.get(user),
  "v1.getCurrentUser": (call) => Either.right(currentUser(call)),
  "v1.addUser": crud.add(user, 200),
  "v1.updateUser": crud.update(user),
  "v1.findUsersByName": crud.list(user, {
    from: (call) => {
      const term = String(call.query.term ?? "").toLowerCase()
      if (term.length < 2) return Either.left(errorResponses.v1(400, "Search term must be at least 2 characters long."))
      const field = Number(call.query.search_by_email) === 1 ? "email" : "name"
      return Either.right(
        Array.from(all(call.view.world, "user")).filter((row) => text(row, field).toLowerCase().includes(term))
      )
    },
    which: "all",
    unpaged: () => ({}),
    parameters: ["term", "search_by_email"]
  })
}
