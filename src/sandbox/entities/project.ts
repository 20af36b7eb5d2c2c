/**
 * Projects, their tasks, boards, phases and templates. Their times have milliseconds in both versions.
 */
import * as Either from "effect/Either"
import * as errorResponses from "../http/errorResponses.js"
import type { Draft, Entity, Field, Filter } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import * as references from "../model/references.js"
import { list, num, splitWords, text, type View } from "../model/view.js"
import { all, get, type Row, where } from "../model/world.js"
import * as common from "./common.js"

const time = kinds.kind({
  ...kinds.time,
  toV1: (value) => (typeof value === "string" ? value.slice(0, 23).replace("T", " ") : value),
  toV2: (value) => value
})

const addTime: Field = { kind: time, initial: (view) => view.now, readOnly: true }
const hiddenIsDeleted: Field = { ...common.isDeleted, readOnly: true, v1: false, v2: false }

const ids = (): Field => ({ kind: kinds.integers, initial: () => [], cleared: [] })

const requireTitle = (draft: Draft) =>
  text(draft.after, "title").trim() === "" ? errorResponses.badRequest(draft, "Title must be given.") : Either.void

// -----------------------------------------------------------------------------
// boards and phases
// -----------------------------------------------------------------------------

const lastOrder = (table: string, view: View, which: (row: Row) => boolean): number => {
  let last = 0
  for (const row of all(view.world, table))
    if (row.is_deleted !== true && which(row)) last = Math.max(last, num(row, "order_nr"))
  return last
}

/** A board of projects. */
export const board: Entity = {
  name: "board",
  label: "Board",
  fields: {
    id: common.id,
    name: { kind: kinds.text, required: "Name must be given." },
    order_nr: common.plainInteger,
    add_time: addTime,
    update_time: addTime,
    is_deleted: hiddenIsDeleted
  },
  additionalNull: true,
  beforeCommit: ({ after, view }) => {
    after.order_nr ??= lastOrder("board", view, () => true) + 1
    return Either.void
  }
}

/** A phase of a board. */
export const phase: Entity = {
  name: "phase",
  label: "Phase",
  fields: {
    id: common.id,
    name: { kind: kinds.text, required: "Name must be given." },
    board_id: { kind: kinds.link("board") },
    order_nr: common.plainInteger,
    add_time: addTime,
    update_time: addTime,
    is_deleted: hiddenIsDeleted
  },
  additionalNull: true,
  beforeCommit: ({ after, view }) => {
    after.order_nr ??= lastOrder("phase", view, (row) => row.board_id === after.board_id) + 1
    return Either.void
  }
}

// -----------------------------------------------------------------------------
// projects
// -----------------------------------------------------------------------------

const firstOf = (field: string) => (row: Row) => list(row, field)[0] ?? null

const applyProjectRules = (draft: Draft) => {
  const { after, before, given, view } = draft
  if (given.has("person_id")) after.person_ids = after.person_id === null ? [] : [after.person_id]
  if (given.has("org_id")) after.org_ids = after.org_id === null ? [] : [after.org_id]
  delete after.person_id
  delete after.org_id
  const phaseRow = get(view.world, "phase", after.phase_id)
  if (phaseRow !== undefined && (given.has("phase_id") || after.board_id === null)) after.board_id = phaseRow.board_id
  if (before === undefined) {
    const [first] = all(view.world, "board")
    after.board_id ??= first?.id ?? null
    after.phase_id ??= where(view.world, "phase", "board_id", after.board_id)[0]?.id ?? null
  }
  if (before !== undefined && before.status !== after.status) after.status_change_time = view.now
  return requireTitle(draft)
}

const statuses: Filter = (value) => {
  const wanted = new Set(splitWords(value))
  return (row) => wanted.has(row.is_deleted === true ? "deleted" : text(row, "status"))
}

/** A project. */
export const project: Entity = {
  name: "project",
  label: "Project",
  fields: {
    id: common.id,
    title: { kind: kinds.text },
    description: common.plainText,
    status: { kind: kinds.text, initial: () => "open", cleared: "open" },
    board_id: { kind: kinds.link("board") },
    phase_id: { kind: kinds.link("phase") },
    owner_id: common.userLink,
    start_date: { kind: kinds.date },
    end_date: { kind: kinds.date },
    deal_ids: ids(),
    person_ids: { ...ids(), v1: false },
    org_ids: { ...ids(), v1: false },
    label_ids: { ...ids(), v1: "labels" },
    health_status: common.plainInteger,
    add_time: addTime,
    update_time: addTime,
    status_change_time: addTime,
    archive_time: { kind: time, readOnly: true },
    is_deleted: hiddenIsDeleted,
    // v1 knows one of each
    person_id: { kind: kinds.link("person"), v2: false },
    org_id: { kind: kinds.link("organization"), v2: false }
  },
  v1: { person_id: firstOf("person_ids"), org_id: firstOf("org_ids") },
  v1AdditionalData: { get: common.always(null), add: common.always(null), update: common.always(null) },
  customFields: "projectField",
  beforeCommit: applyProjectRules,
  filters: {
    status: statuses,
    deal_id: contains("deal_ids"),
    person_id: contains("person_ids"),
    org_id: contains("org_ids")
  },
  v1Filters: { status: statuses },
  search: {
    fields: {
      title: (row) => [text(row, "title")],
      description: (row) => [text(row, "description")],
      notes: common.notesOn("project_id"),
      custom_fields: common.customTexts("projectField")
    },
    item: (row, view) => {
      const organization = get(view.world, "organization", list(row, "org_ids")[0])
      return {
        id: row.id,
        type: "project",
        title: row.title,
        status: row.status,
        owner: { id: row.owner_id },
        board_id: row.board_id,
        phase: common.referenceWithName("phase", row.phase_id, view),
        person: common.referenceWithName("person", list(row, "person_ids")[0], view),
        organization:
          organization === undefined
            ? null
            : {
                id: organization.id,
                name: organization.name,
                address: references.addressText(organization, "address")
              },
        deal: dealOf(row, view),
        deal_count: list(row, "deal_ids").length,
        description: row.description,
        end_date: row.end_date,
        custom_fields: common.customTexts("projectField")(row, view),
        notes: common.notesOn("project_id")(row, view)
      }
    }
  }
}

const dealOf = (row: Row, view: View): unknown => {
  const deal = get(view.world, "deal", list(row, "deal_ids")[0])
  return deal === undefined ? null : { id: deal.id, title: deal.title }
}

function contains(field: string) {
  return (value: unknown) => (row: Row) => list(row, field).includes(value)
}

// -----------------------------------------------------------------------------
// tasks and templates
// -----------------------------------------------------------------------------

/** A task of a project. */
export const task: Entity = {
  name: "task",
  label: "Task",
  fields: {
    id: common.id,
    title: { kind: kinds.text },
    creator_id: { ...common.userLink, readOnly: true },
    description: common.plainText,
    project_id: { kind: kinds.link("project") },
    is_done: { kind: kinds.bit, initial: () => false, cleared: false, v1: "done" },
    is_milestone: { kind: kinds.bit, initial: () => false, cleared: false, v1: false },
    due_date: { kind: kinds.date },
    start_date: { kind: kinds.date, v1: false },
    parent_task_id: { kind: kinds.link("task") },
    assignee_ids: ids(),
    priority: { ...common.plainInteger, v1: false },
    add_time: addTime,
    update_time: addTime,
    marked_as_done_time: { kind: time, readOnly: true },
    is_deleted: hiddenIsDeleted,
    // the first assignee
    assignee_id: { kind: kinds.link("user"), v2: false }
  },
  v1: { assignee_id: firstOf("assignee_ids") },
  v2Aliases: { done: "is_done", milestone: "is_milestone" },
  additionalNull: true,
  beforeCommit: (draft) => {
    const { after, before, given, view } = draft
    if (given.has("assignee_id") && !given.has("assignee_ids")) {
      after.assignee_ids = after.assignee_id === null ? [] : [after.assignee_id]
    }
    delete after.assignee_id
    if (after.is_done !== (before?.is_done ?? false))
      after.marked_as_done_time = after.is_done === true ? view.now : null
    return requireTitle(draft)
  },
  filters: { assignee_id: contains("assignee_ids"), parent_task_id: hasParentTask },
  v1Filters: {
    assignee_id: contains("assignee_ids"),
    parent_task_id: hasParentTask,
    done: common.flagEquals("is_done")
  }
}

/** The word `null` selects tasks without a parent. */
function hasParentTask(value: unknown) {
  const wanted = value === "null" ? null : Number(value)
  return (row: Row) => row.parent_task_id === wanted
}

/** A template of projects. */
export const template: Entity = {
  name: "projectTemplate",
  label: "Project template",
  fields: {
    id: common.id,
    title: { kind: kinds.text },
    description: { kind: kinds.text, initial: () => "" },
    projects_board_id: { kind: kinds.integer },
    owner_id: common.userLink,
    add_time: addTime,
    update_time: addTime
  },
  additionalNull: true
}
