/**
 * Followers, participants, and the users who may see an entity.
 */
import * as Either from "effect/Either"
import { organization, person } from "../entities/contact.js"
import { deal } from "../entities/deal.js"
import * as relation from "../entities/follower.js"
import { lead } from "../entities/lead.js"
import { product } from "../entities/product.js"
import { user } from "../entities/user.js"
import { type Call, type Handler, type Handlers, pagingParameters, withParameters } from "../http/call.js"
import * as errorResponses from "../http/errorResponses.js"
import { json } from "../http/messages.js"
import * as paging from "../http/paging.js"
import * as engine from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import { compare } from "../model/sortedRows.js"
import { text, v1Time, v2Time } from "../model/view.js"
import { all, get, type Row, where } from "../model/world.js"
import * as crud from "./crud.js"

const timeOf = (row: Row, call: Call, field = "add_time"): string =>
  call.endpoint.version === "v1" ? v1Time(text(row, field)) : v2Time(text(row, field))

/** A page of rows without an entity description. */
const page = (
  rows: ReadonlyArray<Row>,
  call: Call,
  shape: (row: Row) => unknown
): engine.Outcome<ReturnType<typeof json>> => {
  const selection = { rows: rows.slice().sort(compare([paging.byId])) }
  const maximum = call.endpoint.pagination?.maximum ?? 500
  if (call.endpoint.pagination?.style === "cursor" || call.endpoint.version === "v2") {
    return Either.map(paging.byCursor(selection, call, paging.byId, maximum), ({ next, rows: shown }) =>
      json(200, { success: true, data: shown.map(shape), additional_data: { next_cursor: next } })
    )
  }
  const { pagination, rows: shown } = paging.byOffset(selection, call.query, maximum)
  return Either.right(json(200, { success: true, data: shown.map(shape), additional_data: { pagination } }))
}

// -----------------------------------------------------------------------------
// followers
// -----------------------------------------------------------------------------

const followers = (noun: string, entity: Entity, key: string, v1AddStatus: number): Handlers => {
  const shape = (row: Row, call: Call): unknown =>
    call.endpoint.version === "v2"
      ? { user_id: row.user_id, add_time: timeOf(row, call) }
      : { user_id: row.user_id, id: row.id, [key]: row.entity_id, add_time: timeOf(row, call) }
  const list = withParameters(pagingParameters, (call) =>
    Either.flatMap(crud.find(entity, call.path.id, call), (row) =>
      page(relation.followersOf(entity.name, row.id, call.view), call, (one) => shape(one, call))
    )
  )
  const add =
    (status: number): Handler =>
    (call) =>
      Either.gen(function* () {
        const row = yield* crud.findLive(entity, call.path.id, call)
        const version = call.endpoint.version
        const userId = Number(call.body.user_id)
        if (get(call.view.world, "user", userId) === undefined) {
          return yield* errorResponses.badRequest({ version }, "User not found")
        }
        const made = relation.follow(entity.name, row.id, userId, call.view)
        if (made === undefined) return yield* errorResponses.badRequest({ version }, "User is already a follower")
        return json(status, { success: true, data: shape(made, call) })
      })
  const remove: Handler = (call) =>
    Either.gen(function* () {
      const row = yield* crud.find(entity, call.path.id, call)
      const { endpoint, path, view } = call
      // v2 takes the user's id, v1 the follower row's
      const field = endpoint.version === "v2" ? "user_id" : "id"
      const found = relation.followersOf(entity.name, row.id, view).find((one) => one[field] === path.follower_id)
      if (found === undefined)
        return yield* Either.left(errorResponses.inVersion(endpoint.version, 404, "Follower not found"))
      relation.unfollow(found, view)
      return json(200, { success: true, data: { [field]: found[field] } })
    })
  return {
    [`v1.get${noun}Followers`]: list,
    [`v2.get${noun}Followers`]: list,
    [`v1.add${noun}Follower`]: add(v1AddStatus),
    [`v2.add${noun}Follower`]: add(201),
    [`v1.delete${noun}Follower`]: remove,
    [`v2.delete${noun}Follower`]: remove,
    [`v2.get${noun}FollowersChangelog`]: withParameters(pagingParameters, (call) =>
      Either.flatMap(crud.find(entity, call.path.id, call), (row) =>
        page(relation.followerChanges(entity.name, row.id, call.view), call, (one) => ({
          action: one.action,
          actor_user_id: one.actor_user_id,
          follower_user_id: one.follower_user_id,
          time: timeOf(one, call, "time")
        }))
      )
    )
  }
}

const userFollowers = withParameters(pagingParameters, (call) =>
  Either.flatMap(crud.find(user, call.path.id, call), (row) => {
    const rows = relation.followersOf("user", row.id, call.view)
    return call.endpoint.version === "v1"
      ? Either.right(json(200, { success: true, data: rows.map((one) => one.user_id) }))
      : page(rows, call, (one) => ({ user_id: one.user_id, add_time: timeOf(one, call) }))
  })
)

// -----------------------------------------------------------------------------
// participants
// -----------------------------------------------------------------------------

const findParticipant = (call: Call): engine.Outcome<Row> =>
  Either.flatMap(crud.find(deal, call.path.id, call), (row) => {
    const found = relation.participantsOf(row.id, call.view).find((one) => one.id === call.path.deal_participant_id)
    return found === undefined ? Either.left(errorResponses.v1(404, "Participant not found")) : Either.right(found)
  })

const participants: Handlers = {
  "v1.getDealParticipants": withParameters(pagingParameters, (call) =>
    Either.flatMap(crud.find(deal, call.path.id, call), (row) =>
      page(relation.participantsOf(row.id, call.view), call, (one) => relation.showParticipant(one, call.view))
    )
  ),
  "v1.addDealParticipant": (call) =>
    Either.gen(function* () {
      const row = yield* crud.findLive(deal, call.path.id, call)
      const personId = Number(call.body.person_id)
      if (get(call.view.world, "person", personId) === undefined) {
        return yield* Either.left(errorResponses.v1(400, "Person not found"))
      }
      const made = relation.addParticipant(row.id, personId, call.view)
      if (made === undefined) return yield* Either.left(errorResponses.v1(400, "Person is already a participant"))
      const related = engine.relatedObjects(person, where(call.view.world, "person", "id", personId), call.view)
      return json(200, {
        success: true,
        data: relation.showParticipant(made, call.view),
        ...(related === undefined ? {} : { related_objects: related })
      })
    }),
  "v1.deleteDealParticipant": (call) =>
    Either.map(findParticipant(call), (row) => {
      relation.removeParticipant(row, call.view)
      return json(200, { success: true, data: { id: row.id } })
    }),
  "v1.getDealParticipantsChangelog": withParameters(pagingParameters, (call) =>
    Either.flatMap(crud.find(deal, call.path.id, call), (row) =>
      page(relation.participantChanges(row.id, call.view), call, (one) => ({
        actor_user_id: one.actor_user_id,
        person_id: one.person_id,
        action: one.action,
        time: timeOf(one, call, "time")
      }))
    )
  )
}

// -----------------------------------------------------------------------------
// who may see it
// -----------------------------------------------------------------------------

/** In a sandbox all users see everything. */
const permittedUsers =
  (entity: Entity): Handler =>
  (call) =>
    Either.map(crud.find(entity, call.path.id, call), () =>
      json(200, {
        success: true,
        data: Array.from(all(call.view.world, "user"))
          .filter((row) => row.active_flag === true)
          .map((row) => row.id)
      })
    )

/** Handlers by version and official name. */
export const relationHandlers: Handlers = {
  ...followers("Deal", deal, "deal_id", 200),
  ...followers("Person", person, "person_id", 200),
  ...followers("Organization", organization, "org_id", 200),
  ...followers("Product", product, "product_id", 201),
  "v1.getUserFollowers": userFollowers,
  "v2.getUserFollowers": userFollowers,
  ...participants,
  "v1.getDealUsers": permittedUsers(deal),
  "v1.getPersonUsers": permittedUsers(person),
  "v1.getOrganizationUsers": permittedUsers(organization),
  "v1.getProductUsers": permittedUsers(product),
  "v1.getLeadUsers": permittedUsers(lead)
}
