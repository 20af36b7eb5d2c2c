/**
 * Followers, and the participants of deals.
 */
import { showV1 } from "../model/engine.js"
import * as references from "../model/references.js"
import { text, type View, v1Time } from "../model/view.js"
import { get, nextId, put, type Row, remove, where } from "../model/world.js"
import { person } from "./contact.js"

/** A change to the followers or participants of an entity. */
const recordChange = (
  table: string,
  of: string,
  about: Readonly<Record<string, unknown>>,
  action: string,
  view: View
): void =>
  put(view.world, table, {
    id: nextId(view.world, table),
    of,
    action,
    actor_user_id: view.caller.id,
    time: view.now,
    ...about
  })

const keyOf = (entity: string, id: unknown): string => `${entity}:${String(id)}`

/** The followers of an entity, oldest first. */
export const followersOf = (entity: string, id: unknown, view: View): ReadonlyArray<Row> =>
  where(view.world, "follower", "followed", keyOf(entity, id))

/** Adds a follower; `undefined` if the user already follows. */
export const follow = (entity: string, id: unknown, userId: unknown, view: View): Row | undefined => {
  const followed = keyOf(entity, id)
  if (where(view.world, "follower", "followed", followed).some((row) => row.user_id === userId)) return undefined
  const row: Row = {
    id: nextId(view.world, "follower"),
    followed,
    entity,
    entity_id: id,
    user_id: userId,
    add_time: view.now
  }
  put(view.world, "follower", row)
  recordChange("followerChange", followed, { follower_user_id: userId }, "added", view)
  return row
}

/** Removes a follower. */
export const unfollow = (row: Row, view: View): void => {
  remove(view.world, "follower", row.id)
  recordChange("followerChange", text(row, "followed"), { follower_user_id: row.user_id }, "removed", view)
}

/** The changes to the followers of an entity. */
export const followerChanges = (entity: string, id: unknown, view: View): ReadonlyArray<Row> =>
  where(view.world, "followerChange", "of", keyOf(entity, id))

// -----------------------------------------------------------------------------
// participants
// -----------------------------------------------------------------------------

/** The participants of a deal, its own person among them. */
export const participantsOf = (dealId: unknown, view: View): ReadonlyArray<Row> =>
  where(view.world, "participant", "deal_id", dealId)

/** Adds a participant to a deal; `undefined` if the person already is one. */
export const addParticipant = (dealId: unknown, personId: unknown, view: View): Row | undefined => {
  if (participantsOf(dealId, view).some((row) => row.person_id === personId)) return undefined
  const row: Row = {
    id: nextId(view.world, "participant"),
    deal_id: dealId,
    person_id: personId,
    add_time: view.now,
    added_by_user_id: view.caller.id
  }
  put(view.world, "participant", row)
  recordChange("participantChange", keyOf("deal", dealId), { person_id: personId }, "added", view)
  return row
}

/** Removes a participant. */
export const removeParticipant = (row: Row, view: View): void => {
  remove(view.world, "participant", row.id)
  recordChange("participantChange", keyOf("deal", row.deal_id), { person_id: row.person_id }, "removed", view)
}

/** The changes to the participants of a deal. */
export const participantChanges = (dealId: unknown, view: View): ReadonlyArray<Row> =>
  where(view.world, "participantChange", "of", keyOf("deal", dealId))

/** A participant, as v1 shows it. */
export const showParticipant = (row: Row, view: View): Record<string, unknown> => {
  const about = get(view.world, "person", row.person_id)
  return {
    id: row.id,
    person_id: references.personReference(row.person_id, view),
    add_time: v1Time(text(row, "add_time")),
    active_flag: true,
    related_item_data: { deal_id: row.deal_id, title: text(get(view.world, "deal", row.deal_id), "title") },
    person: about === undefined ? undefined : showV1(person, about, view, "list"),
    added_by_user_id: references.userReference(row.added_by_user_id, view),
    related_item_type: "deal",
    related_item_id: row.deal_id
  }
}
