/**
 * Notes and their comments, which only v1 has.
 */
import * as Either from "effect/Either"
import * as errorResponses from "../http/errorResponses.js"
import type { Answer } from "../http/messages.js"
import type { Computed, Draft, Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import { text, textOrNull, type View } from "../model/view.js"
import { get, uuid } from "../model/world.js"
import * as common from "./common.js"

const parents = ["lead_id", "deal_id", "person_id", "org_id", "project_id", "task_id"] as const

/** Content without scripts. */
const sanitize = (html: string): string =>
  html
    .replace(/<(script|style|iframe|object|embed)\b[^>]*>[\s\S]*?(<\/\1\s*>|$)/gi, "")
    .replace(/<[a-z][^>]*>/gi, (tag) =>
      tag
        .replace(/[\s/]+on[a-z]+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, "")
        .replace(/\s+(href|src)\s*=\s*("\s*javascript:[^"]*"|'\s*javascript:[^']*'|javascript:[^\s>]+)/gi, "")
    )

const applyRules = (draft: Draft): Either.Either<void, Answer> => {
  const { after, before, given, view } = draft
  if (given.has("content")) after.content = sanitize(text(after, "content"))
  if (text(after, "content") === "") return errorResponses.badRequest(draft, "Content must be given.")
  if (new TextEncoder().encode(text(after, "content")).length > 100_000) {
    return errorResponses.badRequest(draft, "Content is longer than 100 KB.")
  }
  if (parents.every((parent) => after[parent] === null || after[parent] === undefined)) {
    return errorResponses.badRequest(
      draft,
      "At least one of lead_id, deal_id, person_id, org_id, project_id, task_id must be given."
    )
  }
  if (before === undefined) {
    const deal = get(view.world, "deal", after.deal_id)
    after.person_id ??= deal?.person_id ?? null
    after.org_id ??= deal?.org_id ?? null
  } else after.last_update_user_id = view.caller.id
  return Either.void
}

const pinned = (): Entity["fields"][string] => ({ kind: kinds.flag, initial: () => false, cleared: false })

const nameOf =
  (table: string, field: string, naming: "name" | "title"): Computed =>
  (row, view) => {
    const found = get(view.world, table, row[field])
    return found === undefined ? null : { [naming]: found[naming] }
  }

const authorOf: Computed = (row, view) => {
  const user = get(view.world, "user", row.user_id)
  return user === undefined
    ? null
    : { email: user.email, name: user.name, icon_url: user.icon_url, is_you: user.id === view.caller.id }
}

/** A note. */
export const note: Entity = {
  name: "note",
  label: "Note",
  fields: {
    id: common.id,
    user_id: common.userLink,
    deal_id: { kind: kinds.link("deal") },
    person_id: { kind: kinds.link("person") },
    org_id: { kind: kinds.link("organization") },
    lead_id: { kind: kinds.uuidLink("lead") },
    project_id: { kind: kinds.link("project") },
    task_id: { kind: kinds.link("task") },
    content: { kind: kinds.text, required: "Content must be given." },
    add_time: common.addTime,
    update_time: common.updateTime,
    is_deleted: { ...common.isDeleted, readOnly: true },
    pinned_to_deal_flag: pinned(),
    pinned_to_person_flag: pinned(),
    pinned_to_organization_flag: pinned(),
    pinned_to_lead_flag: pinned(),
    pinned_to_project_flag: pinned(),
    pinned_to_task_flag: pinned(),
    last_update_user_id: { kind: kinds.integer, readOnly: true }
  },
  v1: {
    organization: nameOf("organization", "org_id", "name"),
    person: nameOf("person", "person_id", "name"),
    deal: nameOf("deal", "deal_id", "title"),
    lead: nameOf("lead", "lead_id", "title"),
    project: nameOf("project", "project_id", "title"),
    task: nameOf("task", "task_id", "title"),
    user: authorOf
  },
  beforeCommit: applyRules,
  editableWhenDeleted: true,
  v1Deleted: common.always(true),
  v1Filters: {
    start_date: common.fromDay("add_time"),
    end_date: common.toDay("add_time"),
    updated_since: common.since("update_time"),
    ...Object.fromEntries(
      ["lead", "deal", "organization", "person", "project", "task"].map((what) => {
        const flag = `pinned_to_${what}_flag`
        return [flag, common.flagEquals(flag)]
      })
    )
  }
}

/** A comment on a note. */
export const comment: Entity = {
  name: "comment",
  label: "Comment",
  fields: {
    id: { kind: kinds.integer, readOnly: true, v1: false },
    uuid: { kind: kinds.text, readOnly: true, initial: (view: View) => uuid(view.world) },
    company_id: { kind: kinds.integer, readOnly: true, initial: (view: View) => view.world.company.id },
    object_id: { kind: kinds.text, readOnly: true },
    object_type: { kind: kinds.text, readOnly: true, initial: () => "note" },
    user_id: { ...common.userLink, readOnly: true },
    updater_id: { kind: kinds.integer, initial: (view: View) => view.caller.id, readOnly: true },
    content: { kind: kinds.text, required: "Content must be given." },
    add_time: { kind: kinds.exactTime, initial: (view: View) => view.now, readOnly: true },
    update_time: { kind: kinds.exactTime, initial: (view: View) => view.now, readOnly: true },
    is_deleted: { ...common.isDeleted, readOnly: true }
  },
  beforeCommit: (draft) => {
    const { after, before, view } = draft
    if (before !== undefined) after.updater_id = view.caller.id
    return textOrNull(after, "content") === null
      ? errorResponses.badRequest(draft, "Content must be given.")
      : Either.void
  },
  v1Deleted: common.always(true)
}
